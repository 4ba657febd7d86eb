/** Owns the questions a registration's secret can ask the token endpoint without a person. */
import { base64 } from "../base/encoding.ts";
import { isWindlassError } from "../base/errors.ts";
import type { Fetch } from "../base/http/door.ts";
import type { OAuth2Instance, OAuthClient } from "../bitbucket/instance.ts";

interface Asker {
  readonly instance: OAuth2Instance;
  readonly client: OAuthClient;
  readonly fetch: Fetch;
}

const madeUp = "made-up-by-windlass-doctor";

/** The `error` with which a code nobody was given is refused, or a word for an answer that is none. */
export async function askWithMadeUpCode(asker: Asker): Promise<string> {
  return errorOf(await ask(asker, { grant_type: "authorization_code", code: madeUp }));
}

/** The same of a refresh token nobody was given. */
export async function askWithMadeUpRefreshToken(asker: Asker): Promise<string> {
  return errorOf(await ask(asker, { grant_type: "refresh_token", refresh_token: madeUp }));
}

function errorOf({ error }: Record<string, unknown>): string {
  return typeof error === "string" ? error : "something unexpected";
}

/** The consumer's own scopes, by the client_credentials grant; null for a consumer that is not private. The token is dropped. */
export async function askConsumerScopes(asker: Asker): Promise<readonly string[] | null> {
  const answer = await ask(asker, { grant_type: "client_credentials" });
  const scope = answer.scope ?? answer.scopes;
  return typeof scope === "string" ? scope.split(" ").filter(Boolean) : null;
}

async function ask(asker: Asker, form: Record<string, string>): Promise<Record<string, unknown>> {
  const { instance, fetch } = asker;
  const { headers, fields } = authenticated(asker);
  try {
    const response = await fetch(instance.urls.token, {
      method: "POST",
      headers: { ...headers, accept: "application/json" },
      body: new URLSearchParams({ ...form, ...fields }),
      ca: instance.ca,
      isConfigured: instance.isConfigured,
    });
    const body: unknown = await response.json();
    return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {}; // every field is checked where it is read
  } catch (error) {
    if (isWindlassError(error)) throw error;
    return {};
  }
}

/** Cloud wants HTTP Basic; Data Center the body alone, since it takes Basic for a person's login. */
function authenticated({ instance, client }: Asker): {
  readonly headers: Record<string, string>;
  readonly fields: Record<string, string>;
} {
  const { clientId, clientSecret } = client;
  if (instance.product === "cloud")
    return {
      headers: { authorization: `Basic ${base64(`${clientId}:${clientSecret.reveal()}`)}` },
      fields: {},
    };
  return { headers: {}, fields: { client_id: clientId, client_secret: clientSecret.reveal() } };
}
