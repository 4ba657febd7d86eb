/** Owns API authentication: which credentials are taken where, and the 401 for each that is not. */
import type { Context, MiddlewareHandler } from "hono";
import type { EmulatorContext } from "../core/context.ts";
import { findPerson } from "../core/world.ts";
import type { ApiEnv } from "./access.ts";
import { invalidCredentials, tokenExpired, unauthorized } from "./answers.ts";
import { findAppPassword } from "./app-passwords.ts";
import type { Caller } from "./caller.ts";
import { splitPair } from "./oauth/client.ts";
import { identifyByAccessToken, looksLikeAccessToken } from "./tokens/access-tokens.ts";
import { identifyByApiToken, identifyByBareApiToken, looksLikeApiToken } from "./tokens/api-tokens.ts";

/** Sets `caller`, or answers 401; afterwards puts the headers on the answer that say what the credential is. */
export function authenticate(context: EmulatorContext): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const caller = await identify(context, c);
    if (caller instanceof Response) return caller;
    c.set("caller", caller);
    noteCaller(c, caller);
    await next();
    // What was read in place of a form has said it all.
    if (c.get("formToken") !== undefined && c.res.headers.has("X-Credential-Type")) return;
    if (caller.kind === "anonymous" || caller.credential === "app_password") return;
    if (caller.credential !== "oauth2" && !context.rules.tokenHeaders) return;
    // On the answer itself: Hono would make a new one for each header.
    const { headers } = c.res;
    headers.set("X-OAuth-Scopes", caller.scopes.join(", "));
    headers.set("X-Accepted-OAuth-Scopes", (c.get("acceptedScopes") ?? []).join(", "));
    headers.set("X-Credential-Type", caller.credential);
  };
}

/** A misplaced token is refused even beside a good one: RFC 6750 section 2 allows one way a request. */
async function identify(context: EmulatorContext, c: Context<ApiEnv>): Promise<Caller | Response> {
  const { rules } = context;
  const header = c.req.header("Authorization");
  const inQuery = c.req.query("access_token");
  const inBody = await bodyToken(c.req.raw);
  const misplaced = () => unauthorized(rules.bearerChallenge, rules.misplacedTokenMessage);
  if (inQuery !== undefined && !rules.tokenInQuery) return misplaced();
  if (inBody !== undefined && !rules.tokenInBody) return misplaced();
  if (header !== undefined) return identifyByHeader(context, header);
  if (inQuery !== undefined) return identifyByToken(context, inQuery);
  c.set("formToken", inBody);
  return inBody === undefined ? { kind: "anonymous" } : identifyByToken(context, inBody);
}

/** `access_token` of a form body; the request itself stays unread for the route. */
async function bodyToken(request: Request): Promise<string | undefined> {
  const type = request.headers.get("Content-Type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded" || request.body === null) return undefined;
  return new URLSearchParams(await request.clone().text()).get("access_token") ?? undefined;
}

function identifyByHeader(context: EmulatorContext, header: string): Caller | Response {
  const [, scheme = "", value = ""] = /^(\S+)\s+(\S+)\s*$/.exec(header) ?? [];
  if (scheme.toLowerCase() === "bearer") return identifyByToken(context, value);
  if (scheme.toLowerCase() === "basic") return identifyByPassword(context, value);
  return unauthorized(context.rules.bearerChallenge);
}

/** A token sent as Bearer, by whatever way: of OAuth 2, an access token, or an API token where the rules take it. */
export function identifyByToken(context: EmulatorContext, value: string): Caller | Response {
  const { oauth } = context.world;
  if (looksLikeAccessToken(value)) return identifyByAccessToken(context, value);
  if (looksLikeApiToken(value)) return identifyByBareApiToken(context, value);
  const token = oauth.accessTokens.get(value);
  const grant = token === undefined ? undefined : oauth.grants.get(token.grantId);
  if (token === undefined || grant === undefined || grant.revoked)
    return unauthorized(context.rules.bearerChallenge);
  if (token.expiresAt <= context.clock.now()) return tokenExpired();
  const known = {
    credential: "oauth2",
    scopes: token.scopes,
    consumerKey: grant.consumerKey,
    grantId: grant.id,
  } as const;
  if (grant.personUuid === null) {
    const workspaceUuid = oauth.consumers.get(grant.consumerKey)?.workspaceUuid ?? "";
    return { kind: "app_user", workspaceUuid, ...known };
  }
  const person = findPerson(context.world, grant.personUuid);
  return person === undefined
    ? unauthorized(context.rules.bearerChallenge)
    : { kind: "person", person, ...known };
}

/**
 * Basic is for API tokens, and for app passwords while the rule for them is on. A consumer's key and secret never fit
 * here, and neither does an access token.
 */
function identifyByPassword(context: EmulatorContext, encoded: string): Caller | Response {
  const { world, rules } = context;
  const pair = splitPair(Buffer.from(encoded, "base64").toString("utf8"));
  if (pair !== null && looksLikeApiToken(pair.secret))
    return identifyByApiToken(context, pair.key, pair.secret);
  const found = pair === null || !rules.appPasswords ? null : findAppPassword(world, pair.key, pair.secret);
  if (found === null) return invalidCredentials();
  return {
    kind: "person",
    person: found.person,
    scopes: found.appPassword.scopes,
    credential: "app_password",
    consumerKey: null,
    grantId: null,
  };
}

function noteCaller(c: Context<ApiEnv>, caller: Caller): void {
  const { note } = c.env;
  if (note === undefined || caller.kind === "anonymous") return;
  note.client = caller.consumerKey;
  note.person = caller.kind === "person" ? (caller.person.username ?? caller.person.uuid) : null;
}
