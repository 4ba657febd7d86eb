/** Owns judging the token endpoint's answer (RFC 6749 section 5), saving its refresh token first. */
import * as oauth from "oauth4webapi";
import type { Clock } from "../../base/clock.ts";
import { isWindlassError } from "../../base/errors.ts";
import type { Answer, Fetch } from "../../base/http/door.ts";
import { Secret } from "../../base/secret.ts";
import { bitbucketErrors } from "../errors.ts";
import type { OAuth2Instance } from "../instance.ts";
import { asObject, asText, asTexts, isPlainJson, type JsonObject, parseJson } from "../json.ts";
import { retryAfterSeconds, whenToTry } from "../retry-after.ts";
import { dataCenterTokenRefusal } from "./data-center-refusals.ts";
import { type Grant, tokenRefusal } from "./refusals.ts";
import { authorizationServer, basicCredentials, client, registration } from "./server.ts";

/** What the token endpoint gave. */
export interface TokenSet {
  readonly accessToken: Secret;
  /** Null when none was given. */
  readonly refreshToken: Secret | null;
  /** `bearer`; of OAuth 1.0a `oauth1`, since that token signs calls and never travels alone. */
  readonly tokenType: string;
  /** What was granted; empty when Bitbucket did not say. */
  readonly scopes: readonly string[];
  /** By our clock, counted from the moment of asking; null when Bitbucket did not say. */
  readonly expiresAt: Date | null;
}

/** What a call of the token endpoint needs. */
export interface TokenContext {
  readonly instance: OAuth2Instance;
  readonly fetch: Fetch;
  readonly clock: Clock;
  /**
   * Receives the answer's refresh token before the rest of the answer is judged: Bitbucket has rotated by then, so whatever
   * is wrong with the rest, this token is the only one that still works. What it throws ends the call.
   */
  readonly onRefreshToken?: ((token: Secret) => Promise<void>) | undefined;
}

/** Tokens and the JSON they came in, which holds them in plain text. */
export interface TokenAnswer {
  readonly tokens: TokenSet;
  readonly raw: JsonObject;
}

/** A response of the token endpoint and what it answers. */
export interface TokenExchange {
  readonly grant: Grant;
  readonly response: Answer;
  readonly sentAt: Date;
  /** What went out, not to be quoted back. */
  readonly secrets: readonly Secret[];
}

/** What a header can carry; RFC 6749 appendix A.12 allows a token no more. */
const tokenShape = /^[\x21-\x7e]+$/;

/** RFC 6749 appendix A.17; what else comes is no token Bitbucket could know again, and must not replace one that it does. */
const refreshTokenShape = /^[\x20-\x7e]+$/;

/** Reads the answer whole, hands on its refresh token, then judges it. Throws as `exchangeCode` says. */
export async function processTokenResponse(
  context: TokenContext,
  exchange: TokenExchange,
): Promise<TokenAnswer> {
  const { response } = exchange;
  const text = await response.text();
  if (response.status < 200 || response.status > 299) throw refusal(context, exchange, text);
  const body = parseJson(text);
  const raw = asObject(body);
  if (raw === null) throw noAnswer(response);
  const refreshToken = asText(raw.refresh_token);
  if (refreshToken !== null && !refreshTokenShape.test(refreshToken))
    throw malformed("refresh_token holds unusable characters");
  if (refreshToken !== null) await context.onRefreshToken?.(new Secret(refreshToken));
  if (!isPlainJson(text)) throw malformed("a key is there twice, or it is nested too deeply");
  const judged = await judge(context, raw);
  return { raw, tokens: tokenSet(judged, exchange.sentAt) };
}

/** The failure of an answer that is no success. */
export function refusal(
  { instance, clock }: Pick<TokenContext, "instance" | "clock">,
  { grant, response, secrets }: Omit<TokenExchange, "sentAt">,
  text: string,
) {
  const { product } = instance;
  const { status, headers } = response;
  const wait = retryAfterSeconds(headers, clock);
  const details = {
    detail: `token endpoint: ${status}`,
    data: { status },
    ...(wait === undefined ? {} : { retryAfterSeconds: wait, cure: whenToTry(wait, clock.now()) }),
  };
  if (status === 429) return bitbucketErrors.fail("bitbucket.rate_limited", details);
  if (status >= 500) return bitbucketErrors.fail("bitbucket.unavailable", details);
  const sent = [registration(instance).clientSecret, basicCredentials(instance), ...secrets];
  const refused = { product, grant, status, body: parseJson(text), secrets: sent };
  const own = product === "cloud" ? null : dataCenterTokenRefusal({ status, headers, text }, sent);
  return own ?? tokenRefusal(refused) ?? noAnswer(response);
}

/** A page instead of JSON is something standing before Bitbucket: it may be gone in a minute. Other nonsense stays nonsense. */
function noAnswer({ status, headers }: Answer) {
  if (headers.get("content-type")?.includes("html")) {
    const detail = `token endpoint: ${status} with an HTML page`;
    return bitbucketErrors.fail("bitbucket.unavailable", { detail, data: { status } });
  }
  return malformed(`${status} without a JSON object that says why`);
}

/**
 * Lets the library judge the fields Bitbucket is known to send, and only those: its `state` is the grant's name, not ours,
 * and a null stands for a missing field. The library's errors carry the body, so they are never passed on as a cause.
 */
async function judge({ instance }: TokenContext, raw: JsonObject): Promise<oauth.TokenEndpointResponse> {
  const { access_token, token_type, expires_in, refresh_token } = raw;
  const scope = grantedScopes(raw);
  // The library takes the first number of whatever can be written as text.
  if (!["number", "string", "undefined"].includes(typeof (expires_in ?? undefined)))
    throw malformed("expires_in is no number");
  const known = { access_token, token_type, scope, ...present({ expires_in, refresh_token }) };
  try {
    const judged = await oauth.processGenericTokenEndpointResponse(
      authorizationServer(instance),
      client(instance),
      Response.json(known),
    );
    if (judged.token_type !== "bearer") throw malformed("token_type is not bearer");
    if (!tokenShape.test(judged.access_token)) throw malformed("access_token holds unusable characters");
    return judged;
  } catch (error) {
    if (isWindlassError(error)) throw error;
    throw malformed(error instanceof Error ? error.message : "the library refused it");
  }
}

function present(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined && value !== ""),
  );
}

/** RFC 6749 says `scope`; Bitbucket said `scopes` until May 2026. */
function grantedScopes({ scope, scopes }: JsonObject): string {
  return asText(scope) ?? asText(scopes) ?? asTexts(scope ?? scopes).join(" ");
}

/** Ten years; who states more states nothing. */
const longestLifeSeconds = 10 * 366 * 24 * 3600;

function tokenSet(judged: oauth.TokenEndpointResponse, sentAt: Date): TokenSet {
  const { access_token, refresh_token, token_type, scope = "", expires_in } = judged;
  const seconds = (expires_in ?? 0) > longestLifeSeconds ? Number.NaN : (expires_in ?? Number.NaN);
  const expiresAt = new Date(sentAt.getTime() + seconds * 1000);
  return {
    accessToken: new Secret(access_token),
    refreshToken: refresh_token === undefined ? null : new Secret(refresh_token),
    tokenType: token_type,
    scopes: scope.split(/\s+/).filter((word) => word !== ""),
    expiresAt: Number.isNaN(expiresAt.getTime()) ? null : expiresAt,
  };
}

function malformed(detail: string) {
  return bitbucketErrors.fail("bitbucket.malformed_answer", { detail: `token endpoint: ${detail}` });
}
