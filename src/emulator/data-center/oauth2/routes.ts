/** Owns the OAuth 2 endpoints an app calls itself: token, revoke, metadata, and the list of clients nobody may see. */
import { type Context, Hono } from "hono";
import { secretsEqual } from "../../core/entropy.ts";
import { json } from "../answers.ts";
import type { DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
import { notPermitted } from "../errors.ts";
import { linkScopes } from "../scopes.ts";
import type { OAuth2Client } from "../state.ts";
import { hasOAuth2 } from "../version.ts";
import { failed, failure, missing, noStore, type TokenFailure } from "./failures.ts";
import { exchangeCode, type GrantHandler, refresh } from "./grants.ts";
import { revokeGrant } from "./issue.ts";

const grants: Readonly<Record<string, GrantHandler>> = {
  authorization_code: exchangeCode,
  refresh_token: refresh,
};

const version = "/rest/oauth2/:version{latest|1\\.0}";

/** Nothing at all before 7.20. The authorize endpoint is in `authorize.ts`. */
export function oauth2Routes(context: DataCenterContext): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });
  if (!hasOAuth2(context.version)) return app;

  app.post(`${version}/token`, async (c) => {
    const form = await formOf(c);
    const grantType = form.get("grant_type");
    if (grantType === null) return failed(missing("grant_type"), context.rules);
    const grant = Object.hasOwn(grants, grantType) ? grants[grantType] : undefined;
    if (grant === undefined)
      return failed(failure("unsupported_grant_type", `There is no grant ${grantType}.`), context.rules);
    if (c.env.note !== undefined) c.env.note.grant = grantType;
    const client = proveClient(context, c, form);
    if ("error" in client) return failed(client, context.rules);
    const answer = grant(context, client, form);
    return "error" in answer ? failed(answer, context.rules) : json(answer, 200, noStore);
  });

  app.post(`${version}/revoke`, async (c) => {
    const form = await formOf(c);
    const client = proveClient(context, c, form);
    if ("error" in client) return failed(client, context.rules);
    const wrong = revoke(context, client, form);
    return wrong === null ? new Response(null, { headers: noStore }) : failed(wrong, context.rules);
  });

  app.get(`${version}/client`, () => notPermitted());
  app.get(`${version}/.well-known/oauth-authorization-server`, () => json(metadata(context)));
  return app;
}

/**
 * The form of a request; anything else counts as an empty one. A Basic header is no client's here:
 * `authenticate.ts` has taken it for a person's login before this endpoint is asked.
 */
async function formOf(c: Context<DcEnv>): Promise<URLSearchParams> {
  const type = c.req.header("Content-Type")?.split(";")[0]?.trim().toLowerCase();
  const body = await c.req.text();
  return new URLSearchParams(type === "application/x-www-form-urlencoded" ? body : "");
}

function proveClient(
  { world }: DataCenterContext,
  c: Context<DcEnv>,
  form: URLSearchParams,
): OAuth2Client | TokenFailure {
  const absent = ["client_id", "client_secret"].find((name) => (form.get(name) ?? "") === "");
  if (absent !== undefined) return missing(absent);
  const client = world.state.oauth2.clients.get(form.get("client_id") ?? "");
  if (client === undefined || !secretsEqual(client.clientSecret, form.get("client_secret") ?? ""))
    return failure("invalid_client", "The client ID and secret fit no application link.");
  if (c.env.note !== undefined) c.env.note.client = client.clientId;
  return client;
}

/** RFC 7009: a token that is unknown, or another client's, is as good as revoked. A refresh token takes all with it. */
function revoke(
  { world }: DataCenterContext,
  client: OAuth2Client,
  form: URLSearchParams,
): TokenFailure | null {
  const state = world.state.oauth2;
  const given = form.get("token") ?? "";
  if (given === "") return missing("token");
  const hint = form.get("token_type_hint");
  if (hint !== null && !["access_token", "refresh_token"].includes(hint))
    return failure("unsupported_token_type", `There are no tokens of the type ${hint}.`);
  const isRefresh = state.refreshTokens.has(given);
  const token = state.refreshTokens.get(given) ?? state.accessTokens.get(given);
  const grant = token === undefined ? undefined : state.grants.get(token.grantId);
  if (grant === undefined || grant.clientId !== client.clientId) return null;
  if (isRefresh) revokeGrant(state, grant);
  else state.accessTokens.delete(given);
  return null;
}

function metadata({ baseUrl }: DataCenterContext) {
  const at = (path: string) => `${baseUrl}/rest/oauth2/latest/${path}`;
  return {
    issuer: baseUrl,
    authorization_endpoint: at("authorize"),
    token_endpoint: at("token"),
    revocation_endpoint: at("revoke"),
    scopes_supported: linkScopes,
    response_types_supported: ["code"],
    response_modes_supported: ["query"],
    grant_types_supported: ["authorization_code", "refresh_token"],
    token_endpoint_auth_methods_supported: ["client_secret_post"],
    revocation_endpoint_auth_methods_supported: ["client_secret_post"],
    code_challenge_methods_supported: ["plain", "S256"],
  };
}
