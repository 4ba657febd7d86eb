/** Owns a person's trip to an instance and back, whatever it speaks there: OAuth 2 with PKCE, or OAuth 1.0a. */
import type { Clock } from "../base/clock.ts";
import type { Fetch } from "../base/http/door.ts";
import { randomToken } from "../base/random.ts";
import { Secret } from "../base/secret.ts";
import { bitbucketErrors } from "./errors.ts";
import type { Instance, ServerInstance } from "./instance.ts";
import { authorizationUrl, readOAuth1Callback, readRequestToken } from "./oauth1/authorization.ts";
import { exchangeVerifier, requestToken } from "./oauth1/tokens.ts";
import type { TokenSet } from "./oauth2/answer.ts";
import { buildAuthorizationUrl, readState, validateCallback } from "./oauth2/authorization.ts";
import { exchangeCode } from "./oauth2/token.ts";

export interface TripContext {
  readonly instance: Instance;
  readonly fetch: Fetch;
  readonly clock: Clock;
}

/** A trip that is about to begin. */
export interface TripStart {
  /** Where to send the person's browser. */
  readonly location: string;
  /** What the callback will bring back, to find the trip by: `state`, or the request token of OAuth 1.0a. */
  readonly state: Secret;
}

/** What a trip is begun with. */
export interface TripPlan {
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  /** The S256 challenge of the trip with this state; its verifier is wanted on the way back. OAuth 1.0a needs none. */
  readonly challengeOf: (state: string) => Promise<string>;
}

/** What it is ended with. */
export interface TripReturn {
  readonly callback: URL;
  readonly state: string;
  readonly redirectUri: string;
  /** The PKCE verifier whose challenge was sent. */
  readonly verifierOf: (state: string) => Promise<string>;
}

/** What a trip ends with. */
export interface TripEnd {
  readonly kind: "oauth2" | "oauth1";
  readonly tokens: TokenSet;
}

/**
 * Makes ready for the trip. OAuth 1.0a asks Bitbucket for a request token here, so this may throw what Bitbucket says to that.
 * @see RFC 6749 section 4.1.1, RFC 7636 section 4; RFC 5849 section 2.1
 */
export async function beginTrip(
  context: TripContext,
  { redirectUri, scopes, challengeOf }: TripPlan,
): Promise<TripStart> {
  const { instance } = context;
  if (instance.product === "server") return beginOAuth1({ ...context, instance }, redirectUri);
  const state = randomToken();
  const codeChallenge = await challengeOf(state);
  const location = await buildAuthorizationUrl(instance, { redirectUri, state, scopes, codeChallenge });
  return { location, state: new Secret(state) };
}

/** By what the trip is found that this callback ends. Throws `bitbucket.callback_malformed`. */
export function readTripState({ product }: Pick<Instance, "product">, callback: URL): string {
  return product === "server" ? readRequestToken(callback) : readState(callback);
}

/** Judges the callback and trades it for tokens. Throws `bitbucket.denied` and what the exchange throws. */
export async function endTrip(context: TripContext, trip: TripReturn): Promise<TripEnd> {
  const { instance } = context;
  const { callback, state, verifierOf, redirectUri } = trip;
  if (instance.product === "server") return endOAuth1({ ...context, instance }, trip);
  const verified = validateCallback(instance, callback, state);
  const exchange = { callback: verified, redirectUri, codeVerifier: await verifierOf(state) };
  return { kind: "oauth2", tokens: await exchangeCode({ ...context, instance }, exchange) };
}

type ServerContext = TripContext & { readonly instance: ServerInstance };

/**
 * A request token that was not confirmed is one of OAuth 1.0, whose callback brings no verifier: whoever began the trip could
 * send its address to another person and end it in their own browser once that one has approved.
 * @see "OAuth Security Advisory: 2009.1" (session fixation), which RFC 5849 section 2.1 answers with `oauth_callback_confirmed`
 */
async function beginOAuth1(context: ServerContext, callback: string): Promise<TripStart> {
  const { token, callbackConfirmed } = await requestToken(context, { callback });
  if (!callbackConfirmed) throw bitbucketErrors.fail("bitbucket.oauth1_unconfirmed");
  return {
    location: authorizationUrl(context.instance, token),
    state: token,
  };
}

async function endOAuth1(
  context: ServerContext,
  trip: { readonly callback: URL; readonly state: string },
): Promise<TripEnd> {
  const { verifier } = readOAuth1Callback(trip.callback);
  const answer = await exchangeVerifier(context, {
    requestToken: new Secret(trip.state),
    verifier,
    callbackConfirmed: true,
  });
  const { accessToken, sessionHandle, expiresAt } = answer;
  return {
    kind: "oauth1",
    tokens: { accessToken, refreshToken: sessionHandle, tokenType: "oauth1", scopes: [], expiresAt },
  };
}
