/** Owns the thin face many libraries have: a plain object of four functions, stateless, with plain strings. */
import { systemClock } from "../base/clock.ts";
import { type DoorOptions, openDoor } from "../base/http/door.ts";
import { Secret } from "../base/secret.ts";
import { bearer } from "./api/authorize.ts";
import { createApi } from "./api/client.ts";
import { cloudInstance, type PartialUrls } from "./cloud.ts";
import type { JsonObject } from "./json.ts";
import type { TokenAnswer, TokenContext } from "./oauth2/answer.ts";
import { type AuthorizationRequest, buildAuthorizationUrl, trustCode } from "./oauth2/authorization.ts";
import { requestCodeExchange, requestRefresh } from "./oauth2/token.ts";
import { fetchProfile, type Profile } from "./profile/profile.ts";
import { readScopes } from "./scope-list.ts";

/** An OAuth consumer of Bitbucket Cloud. */
export interface BitbucketProviderOptions {
  /** The OAuth consumer's Key. */
  readonly clientId: string;
  /** The OAuth consumer's Secret. */
  readonly clientSecret: string;
  /**
   * What to ask for: a list, or one string separated by spaces, such as `account email`. Without it no scope is sent and
   * the consumer's ticks decide. Bitbucket may refuse a scope that is not ticked.
   */
  readonly scopes?: readonly string[] | string | undefined;
  /** Each default is Bitbucket Cloud's own. */
  readonly urls?: PartialUrls | undefined;
  /** In place of the platform's `fetch`. A deadline, a cap on the answer's size and a ban on redirects are put around it. */
  readonly fetch?: DoorOptions["fetch"] | undefined;
}

/** Tokens as plain strings: yours to store, sealed, and to keep out of logs. */
export interface ProviderTokens {
  readonly accessToken: string;
  /** Bitbucket rotates it: after a refresh keep this one, the one you sent is dead. */
  readonly refreshToken: string | null;
  /** Always `bearer`. */
  readonly tokenType: string;
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
  /** The answer as it came, tokens included. */
  readonly raw: JsonObject;
}

/** What goes with a person to Bitbucket Cloud (RFC 6749 section 4.1.1). */
export interface ProviderAuthorizationRequest extends Omit<AuthorizationRequest, "scopes"> {
  /** Instead of the provider's. */
  readonly scopes?: readonly string[] | string | undefined;
}

/** What a code is exchanged with (RFC 6749 section 4.1.3). */
export interface ProviderCodeExchange {
  /** From the callback, after you have compared its `state` with the one you sent. */
  readonly code: string;
  /** What was sent with the authorization request. */
  readonly redirectUri?: string | undefined;
  readonly codeVerifier?: string | undefined;
}

/** Sign-in with Bitbucket Cloud in four calls. Every failure is a `WindlassError`: tell it by `isWindlassError`. */
export interface BitbucketProvider {
  /** The URL to send the browser to. */
  getAuthorizationUrl(request: ProviderAuthorizationRequest): Promise<string>;
  /** Trades the callback's code for tokens. */
  exchangeCode(exchange: ProviderCodeExchange): Promise<ProviderTokens>;
  /** Renews access. */
  refreshToken(refreshToken: string): Promise<ProviderTokens>;
  /** Who the access token stands for. */
  getUserInfo(accessToken: string): Promise<Profile>;
}

/**
 * Makes a provider for one OAuth consumer. Nothing is kept between calls.
 * Throws `bitbucket.configuration` naming all that is missing or wrong.
 */
export function bitbucketProvider(options: BitbucketProviderOptions): BitbucketProvider {
  const instance = cloudInstance({ ...options, scopes: options.scopes ?? [] });
  const fetch = openDoor(options.fetch === undefined ? {} : { fetch: options.fetch });
  const context: TokenContext = { instance, fetch, clock: systemClock() };

  return {
    ...oauth2Calls(context),
    getUserInfo: async (accessToken) => {
      const api = createApi({ instance, fetch, authorize: bearer(accessToken) });
      return fetchProfile(api, instance.id);
    },
  };
}

/** The three calls of OAuth 2, the same at every Bitbucket that speaks it. */
export function oauth2Calls(context: TokenContext): Omit<BitbucketProvider, "getUserInfo"> {
  const { instance } = context;
  return {
    getAuthorizationUrl: async ({ scopes, ...request }) =>
      buildAuthorizationUrl(instance, {
        ...request,
        scopes: scopes === undefined ? undefined : readScopes(scopes),
      }),
    exchangeCode: async ({ code, redirectUri, codeVerifier }) => {
      const callback = trustCode(instance, code);
      return plainTokens(await requestCodeExchange(context, { callback, redirectUri, codeVerifier }));
    },
    refreshToken: async (refreshToken) =>
      plainTokens(await requestRefresh(context, new Secret(refreshToken ?? ""))),
  };
}

function plainTokens({ tokens, raw }: TokenAnswer): ProviderTokens {
  const { accessToken, refreshToken, tokenType, scopes, expiresAt } = tokens;
  return {
    accessToken: accessToken.reveal(),
    refreshToken: refreshToken?.reveal() ?? null,
    tokenType,
    scopes,
    expiresAt,
    raw,
  };
}
