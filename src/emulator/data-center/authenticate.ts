/** Owns who a request comes from: a signature of OAuth 1, a Bearer token, Basic, a session, or nobody. */

import { dcError } from "./answers.ts";
import type { DcCaller } from "./caller.ts";
import type { DataCenterContext } from "./context.ts";
import { badCredentials } from "./errors.ts";
import { isBelowScm } from "./git/asked.ts";
import { judgeCall } from "./oauth1/call.ts";
import { problemAnswer } from "./oauth1/problems.ts";
import { isOAuth1Call, readSigned } from "./oauth1/request.ts";
import { pathBelow } from "./place.ts";
import { expandScopes } from "./scopes.ts";
import type { HttpAccessToken } from "./state.ts";
import { judgePassword, passwordRefusal } from "./tokens/password.ts";
import { has, limitsTokenPaths } from "./version.ts";
import { loginLocation, sessionOf } from "./website/visitor.ts";
import { type DcPerson, mayLogIn, personById, personByName } from "./world.ts";

const anonymous: DcCaller = { kind: "anonymous" };

/** The caller, or the answer to a credential that is none. The request can be read again afterwards. */
export async function identify(context: DataCenterContext, request: Request): Promise<DcCaller | Response> {
  if (isDanceStep(context, request)) return anonymous;
  const signed = await readSigned(context, request);
  if (isOAuth1Call(signed)) {
    const judged = judgeCall(context, signed);
    if ("name" in judged) return problemAnswer(judged, context.baseUrl, 401);
    if (judged.person === null) return anonymous;
    return personCaller(judged.person, "oauth1", null, judged.consumerKey);
  }
  const header = request.headers.get("Authorization");
  if (header === null) return sessionCaller(context, request);
  const [, scheme = "", value = ""] = /^(\S+)\s+(\S+)\s*$/.exec(header) ?? [];
  if (scheme.toLowerCase() === "bearer") return byBearer(context, request, value);
  if (scheme.toLowerCase() === "basic") return byBasic(context, request, value);
  return anonymous;
}

/** The dance's own endpoints judge their signatures themselves: a nonce can be spent only once. */
function isDanceStep(context: DataCenterContext, request: Request): boolean {
  const path = pathBelow(context, new URL(request.url).pathname);
  return /^\/plugins\/servlet\/oauth\/(request|access)-token\/?$/.test(path);
}

function sessionCaller(context: DataCenterContext, request: Request): DcCaller {
  const { person } = sessionOf(context, request.headers.get("Cookie") ?? "") ?? { person: null };
  return person === null ? anonymous : personCaller(person, "session", null);
}

/** Outside `/rest` and `/scm` a token that is none is passed over: whoami then answers as to nobody. */
function byBearer(context: DataCenterContext, request: Request, value: string): DcCaller | Response {
  const { isRestOrScm } = placeOf(context, request);
  const httpToken = livingHttpToken(context, value);
  if (httpToken !== null) {
    if (limitsTokenPaths(context.version) && !isRestOrScm) return toLogin(context, request);
    return httpTokenCaller(context, httpToken) ?? badCredentials();
  }
  const caller = oauth2Caller(context, value);
  if (caller !== null && (isRestOrScm || context.rules.oauthTokensOutsideRest)) return caller;
  return isRestOrScm && context.rules.badBearer === "refused" ? badCredentials() : anonymous;
}

/** A personal token as the password first, then the password itself. */
function byBasic(context: DataCenterContext, request: Request, encoded: string): DcCaller | Response {
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  const [name, password] = [text.slice(0, Math.max(colon, 0)), text.slice(colon + 1)];
  const byToken = basicToken(context, request, { name, password });
  if (byToken !== null) return byToken;
  if (context.rules.basicOff && has("basicSwitch", context))
    return dcError(
      context.rules.basicOffStatus,
      "auth.IncorrectPasswordAuthenticationException",
      "Basic Authentication has been disabled on this instance.",
    );
  const judged = judgePassword(context, name, password);
  return typeof judged === "string"
    ? passwordRefusal(context, judged)
    : personCaller(judged, "password", null);
}

function basicToken(
  context: DataCenterContext,
  request: Request,
  { name, password }: { readonly name: string; readonly password: string },
): DcCaller | Response | null {
  const isOwn = (caller: DcCaller | null): caller is DcCaller & { kind: "person" } =>
    caller?.kind === "person" && caller.person.id === personByName(context.world, name)?.id;
  const httpToken = livingHttpToken(context, password);
  const caller =
    httpToken === null
      ? context.rules.tokenViaBasic
        ? oauth2Caller(context, password)
        : null
      : httpTokenCaller(context, httpToken);
  if (caller?.kind === "token" && name === "x-token-auth" && isTokenUserTaken(context, request))
    return caller;
  if (!isOwn(caller)) return null;
  const limited = httpToken !== null && limitsTokenPaths(context.version);
  return limited && !placeOf(context, request).isRestOrScm ? badCredentials() : caller;
}

function isTokenUserTaken(context: DataCenterContext, request: Request): boolean {
  return context.rules.gitTokenUser && isBelowScm(context, request);
}

function livingHttpToken({ world, clock }: DataCenterContext, value: string): HttpAccessToken | null {
  const token = world.state.httpTokens.get(value);
  if (token === undefined || (token.expiresAt !== null && token.expiresAt <= clock.now())) return null;
  token.lastUsedAt = clock.now();
  return token;
}

function httpTokenCaller({ world }: DataCenterContext, token: HttpAccessToken): DcCaller | null {
  const { owner } = token;
  const scopes = expandScopes(token.permissions);
  if (owner.kind !== "person") {
    const repositorySlug = owner.kind === "repository" ? owner.repositorySlug : null;
    return { kind: "token", of: { projectKey: owner.projectKey, repositorySlug }, scopes };
  }
  const person = personById(world, owner.personId);
  return person !== undefined && mayLogIn(person) ? personCaller(person, "http-access-token", scopes) : null;
}

function oauth2Caller({ world, clock }: DataCenterContext, value: string): DcCaller | null {
  const { accessTokens, grants } = world.state.oauth2;
  const token = accessTokens.get(value);
  const grant = token === undefined ? undefined : grants.get(token.grantId);
  if (token === undefined || grant === undefined || grant.revoked || token.expiresAt <= clock.now())
    return null;
  const person = personById(world, grant.personId);
  if (person === undefined || !mayLogIn(person)) return null;
  return personCaller(person, "oauth2", expandScopes(grant.scopes), grant.clientId);
}

type PersonCaller = DcCaller & { kind: "person" };

function personCaller(
  person: DcPerson,
  credential: PersonCaller["credential"],
  scopes: PersonCaller["scopes"],
  client?: string,
): DcCaller {
  return { kind: "person", person, credential, scopes, ...(client === undefined ? {} : { client }) };
}

function placeOf(context: DataCenterContext, request: Request) {
  const path = pathBelow(context, new URL(request.url).pathname);
  return { isRestOrScm: /^\/(rest|scm)(\/|$)/.test(path) };
}

function toLogin(context: DataCenterContext, request: Request): Response {
  const { pathname, search } = new URL(request.url);
  const next = `${pathBelow(context, pathname)}${search}`;
  return new Response(null, {
    status: 302,
    headers: { Location: `${context.origin}${loginLocation(context, next)}` },
  });
}
