/** Owns the two questions a consumer's secret can ask the token endpoint without a person. */
import { base64 } from "../base/encoding.ts";
import { isWindlassError } from "../base/errors.ts";
import type { Fetch } from "../base/http/door.ts";
import type { Instance } from "../bitbucket/instance.ts";

interface Asker {
  readonly instance: Instance;
  readonly fetch: Fetch;
}

/** The `error` with which a code nobody was given is refused, or a word for an answer that is none. */
export async function askWithMadeUpCode(asker: Asker): Promise<string> {
  const answer = await ask(asker, { grant_type: "authorization_code", code: "made-up-by-windlass-doctor" });
  return typeof answer.error === "string" ? answer.error : "something unexpected";
}

/** The consumer's own scopes, by the client_credentials grant; null for a consumer that is not private. The token is dropped. */
export async function askConsumerScopes(asker: Asker): Promise<readonly string[] | null> {
  const answer = await ask(asker, { grant_type: "client_credentials" });
  const scope = answer.scope ?? answer.scopes;
  return typeof scope === "string" ? scope.split(" ").filter(Boolean) : null;
}

async function ask(
  { instance, fetch }: Asker,
  form: Record<string, string>,
): Promise<Record<string, unknown>> {
  const authorization = `Basic ${base64(`${instance.clientId}:${instance.clientSecret.reveal()}`)}`;
  try {
    const response = await fetch(instance.urls.token, {
      method: "POST",
      headers: { authorization, accept: "application/json" },
      body: new URLSearchParams(form),
    });
    const body: unknown = await response.json();
    return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {}; // every field is checked where it is read
  } catch (error) {
    if (isWindlassError(error)) throw error;
    return {};
  }
}
