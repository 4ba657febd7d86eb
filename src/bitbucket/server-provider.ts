/** Owns the thin face for Bitbucket Server: OAuth 1.0a through an application link, stateless, with plain strings. */
import { systemClock } from "../base/clock.ts";
import { type DoorOptions, openDoor } from "../base/http/door.ts";
import { Secret } from "../base/secret.ts";
import { createApi } from "./api/client.ts";
import { authorizationUrl } from "./oauth1/authorization.ts";
import { oauth1Authorize } from "./oauth1/sign-call.ts";
import { readKeyPem } from "./oauth1/signing-key.ts";
import { exchangeVerifier, type OAuth1Tokens, renewAccess, requestToken } from "./oauth1/tokens.ts";
import { demand } from "./oauth2/authorization.ts";
import { fetchDataCenterProfile } from "./profile/data-center.ts";
import type { Profile } from "./profile/profile.ts";
import { serverInstance } from "./self-hosted.ts";

/** An application link of a Server or older Data Center. */
export interface ServerProviderOptions {
  /** With its context path, such as `https://example.com/bitbucket`. */
  readonly baseUrl: string;
  /** Of the application link's incoming authentication. */
  readonly consumerKey: string;
  /** RSA in PEM, PKCS#8 or PKCS#1, without a passphrase. Its public key stands in the application link. */
  readonly privateKey: string;
  /**
   * Certificates in PEM to be trusted beside the well-known ones. The platform's `fetch` cannot be told of any and then
   * nothing is sent: hand in a `fetch` of your own that trusts them, or set NODE_EXTRA_CA_CERTS.
   */
  readonly ca?: string | undefined;
  /** In place of the platform's `fetch`. A deadline, a cap on the answer's size and a ban on redirects are put around it. */
  readonly fetch?: DoorOptions["fetch"] | undefined;
}

/** The beginning of a sign-in (RFC 5849 section 2.1). */
export interface ServerRequestToken {
  /** Keep it in the person's session: the callback's `oauth_token` has to be equal to it. */
  readonly requestToken: string;
  /** RSA-SHA1 has no use for it. */
  readonly requestTokenSecret: string;
  /** False: the server speaks OAuth 1.0 here; the callback brings no verifier, also when the person said no. */
  readonly callbackConfirmed: boolean;
}

/** Tokens as plain strings: yours to store, sealed, and to keep out of logs. */
export interface ServerTokens {
  readonly accessToken: string;
  /** RSA-SHA1 has no use for it. */
  readonly accessTokenSecret: string;
  /** Renews access, together with the access token. */
  readonly sessionHandle: string | null;
  readonly expiresAt: Date | null;
  /** Until when access can be renewed. */
  readonly sessionExpiresAt: Date | null;
}

/** Its end (RFC 5849 section 2.3). */
export interface ServerVerifierExchange {
  /** The one begun with, after you have compared it with the callback's `oauth_token`. */
  readonly requestToken: string;
  /** The callback's `oauth_verifier`; null or left out where the callback was not confirmed. */
  readonly verifier?: string | null | undefined;
}

/** Sign-in with Bitbucket Server. Every failure is a `WindlassError`: tell it by `isWindlassError`. */
export interface ServerProvider {
  /** Begins: `callbackUrl` is where Bitbucket sends the person back to. */
  getRequestToken(begin: { readonly callbackUrl: string }): Promise<ServerRequestToken>;
  /** The URL to send the browser to. */
  getAuthorizationUrl(requestToken: string): Promise<string>;
  /** Trades the callback's verifier for tokens; throws `bitbucket.denied` when the person said no. */
  exchangeVerifier(exchange: ServerVerifierExchange): Promise<ServerTokens>;
  /** Renews access: the tokens handed in are dead afterwards. */
  renewAccess(tokens: Pick<ServerTokens, "accessToken" | "sessionHandle">): Promise<ServerTokens>;
  /** Who the access token stands for. */
  getUserInfo(tokens: Pick<ServerTokens, "accessToken">): Promise<Profile>;
}

/**
 * Makes a provider for one application link. Nothing is kept between calls.
 * Throws `bitbucket.configuration` naming all that is missing or wrong, and `bitbucket.oauth1_key_unusable`.
 */
export function serverProvider(options: ServerProviderOptions): ServerProvider {
  const { fetch: ownFetch, ca, ...registration } = options;
  // A fetch that was handed in trusts what it trusts; the door cannot tell it of more.
  const instance = serverInstance({ ...registration, ca: ownFetch === undefined ? ca : null });
  readKeyPem(instance.privateKey);
  const fetch = openDoor(ownFetch === undefined ? {} : { fetch: ownFetch });
  const clock = systemClock();
  const context = { instance, fetch, clock };

  return {
    getRequestToken: async ({ callbackUrl }) => {
      demand("callbackUrl", URL.canParse(callbackUrl ?? "") || callbackUrl === "oob");
      const { token, tokenSecret, callbackConfirmed } = await requestToken(context, {
        callback: callbackUrl,
      });
      return { requestToken: token.reveal(), requestTokenSecret: tokenSecret.reveal(), callbackConfirmed };
    },
    getAuthorizationUrl: async (token) => authorizationUrl(instance, given(token)),
    exchangeVerifier: async ({ requestToken: token, verifier = null }) =>
      plainTokens(await exchangeVerifier(context, { requestToken: given(token), verifier })),
    renewAccess: async ({ accessToken, sessionHandle }) => {
      const tokens = { accessToken: given(accessToken), sessionHandle: given(sessionHandle) };
      return plainTokens(await renewAccess(context, tokens));
    },
    getUserInfo: async ({ accessToken }) => {
      demand("accessToken", Boolean(accessToken));
      const authorize = oauth1Authorize(context, new Secret(accessToken));
      return fetchDataCenterProfile(createApi({ instance, fetch, authorize }), instance);
    },
  };
}

/** Callers in plain JavaScript hand in `undefined` where the types ask for text. */
function given(value: string | null | undefined): Secret {
  return new Secret(value ?? "");
}

function plainTokens(tokens: OAuth1Tokens): ServerTokens {
  const { accessToken, tokenSecret, sessionHandle, expiresAt, sessionExpiresAt } = tokens;
  return {
    accessToken: accessToken.reveal(),
    accessTokenSecret: tokenSecret.reveal(),
    sessionHandle: sessionHandle?.reveal() ?? null,
    expiresAt,
    sessionExpiresAt,
  };
}
