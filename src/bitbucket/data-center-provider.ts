/** Owns the thin face for Bitbucket Data Center: OAuth 2 through an incoming link, stateless, with plain strings. */
import { systemClock } from "../base/clock.ts";
import { type DoorOptions, openDoor } from "../base/http/door.ts";
import { Secret } from "../base/secret.ts";
import { bearer } from "./api/authorize.ts";
import { createApi } from "./api/client.ts";
import { bitbucketErrors } from "./errors.ts";
import type { TokenContext } from "./oauth2/answer.ts";
import type { AuthorizationRequest } from "./oauth2/authorization.ts";
import { revokeToken } from "./oauth2/revoke.ts";
import { fetchDataCenterProfile } from "./profile/data-center.ts";
import type { Profile } from "./profile/profile.ts";
import { oauth2Calls, type ProviderTokens } from "./provider.ts";
import { dataCenterInstance } from "./self-hosted.ts";

/** An incoming link of a Data Center, 7.20 or newer. */
export interface DataCenterProviderOptions {
  /** With its context path, such as `https://example.com/bitbucket`. */
  readonly baseUrl: string;
  /** Of the incoming link (Administration → Application links → Create link → External application). */
  readonly clientId: string;
  readonly clientSecret: string;
  /** What to ask for: a list, or one string separated by spaces. Default `PUBLIC_REPOS`, which is enough to sign in. */
  readonly scopes?: readonly string[] | string | undefined;
  /**
   * Certificates in PEM to be trusted beside the well-known ones. The platform's `fetch` cannot be told of any and then
   * nothing is sent: hand in a `fetch` of your own that trusts them, or set NODE_EXTRA_CA_CERTS.
   */
  readonly ca?: string | undefined;
  /** In place of the platform's `fetch`. A deadline, a cap on the answer's size and a ban on redirects are put around it. */
  readonly fetch?: DoorOptions["fetch"] | undefined;
}

/** What goes with a person to Data Center (RFC 6749 section 4.1.1, RFC 7636). */
export interface DataCenterAuthorizationRequest extends Omit<AuthorizationRequest, "scopes"> {
  /** 43 to 128 characters, kept for the exchange: the challenge is always sent. */
  readonly codeVerifier: string;
  /** Instead of the provider's. */
  readonly scopes?: readonly string[] | string | undefined;
}

/** What a code is exchanged with (RFC 6749 section 4.1.3). */
export interface DataCenterCodeExchange {
  /** From the callback, after you have compared its `state` with the one you sent. It lives for seconds. */
  readonly code: string;
  /** What was sent with the authorization request. */
  readonly redirectUri: string;
  readonly codeVerifier: string;
}

/** Sign-in with Bitbucket Data Center. Every failure is a `WindlassError`: tell it by `isWindlassError`. */
export interface DataCenterProvider {
  /** The URL to send the browser to. */
  getAuthorizationUrl(request: DataCenterAuthorizationRequest): Promise<string>;
  /** Trades the callback's code for tokens. */
  exchangeCode(exchange: DataCenterCodeExchange): Promise<ProviderTokens>;
  /** Renews access: the old access token dies with the old refresh token. */
  refreshToken(refreshToken: string): Promise<ProviderTokens>;
  /** Gives an access or a refresh token back. */
  revokeToken(token: string): Promise<void>;
  /** Who the access token stands for. An e-mail of theirs never counts as verified: Bitbucket does not say. */
  getUserInfo(accessToken: string): Promise<Profile>;
}

/**
 * Makes a provider for one incoming link. Nothing is kept between calls.
 * Throws `bitbucket.configuration` naming all that is missing or wrong.
 */
export function dataCenterProvider(options: DataCenterProviderOptions): DataCenterProvider {
  const { fetch: ownFetch, ca, ...registration } = options;
  // A fetch that was handed in trusts what it trusts; the door cannot tell it of more.
  const instance = dataCenterInstance({ ...registration, ca: ownFetch === undefined ? ca : null });
  if (instance.client === null) throw unregistered();
  const fetch = openDoor(ownFetch === undefined ? {} : { fetch: ownFetch });
  const context = { instance, fetch, clock: systemClock() } satisfies TokenContext;

  return {
    ...oauth2Calls(context),
    revokeToken: async (token) => revokeToken(context, new Secret(token ?? "")),
    getUserInfo: async (accessToken) => {
      const api = createApi({ instance, fetch, authorize: bearer(accessToken) });
      return fetchDataCenterProfile(api, instance);
    },
  };
}

function unregistered() {
  const problems = ["clientId is missing", "clientSecret is missing"];
  const message = `Bitbucket is not set up completely: ${problems.join("; ")}.`;
  return bitbucketErrors.fail("bitbucket.configuration", { message, data: { problems } });
}
