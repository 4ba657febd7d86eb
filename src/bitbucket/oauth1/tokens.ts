/** Owns the token endpoints of OAuth 1.0a (RFC 5849 sections 2.1 and 2.3, and the OAuth Session extension): the requests. */
import type { Clock } from "../../base/clock.ts";
import type { Fetch } from "../../base/http/door.ts";
import type { Secret } from "../../base/secret.ts";
import { bitbucketErrors } from "../errors.ts";
import type { ServerInstance } from "../instance.ts";
import { demand } from "../oauth2/authorization.ts";
import { type OAuth1Answer, readTokenAnswer } from "./answer.ts";
import type { Stage } from "./failure.ts";
import { type OAuth1Parameters, secretsInHeader, signRequest } from "./sign.ts";
import { stamp } from "./sign-call.ts";

/** What the token endpoints are asked with. */
export interface OAuth1Context {
  readonly instance: Pick<ServerInstance, "consumerKey" | "privateKey" | "ca"> &
    Partial<Pick<ServerInstance, "isConfigured">> & {
      readonly urls: Pick<ServerInstance["urls"], "requestToken" | "accessToken">;
    };
  readonly fetch: Fetch;
  readonly clock: Clock;
}

/** A temporary credential (RFC 5849 section 2.1). */
export interface RequestToken {
  /** Lives for ten minutes, and comes back with the callback. */
  readonly token: Secret;
  /** RSA-SHA1 has no use for it. */
  readonly tokenSecret: Secret;
  /** False: the server made a token of OAuth 1.0; the callback will bring no verifier and will not tell of a denial. */
  readonly callbackConfirmed: boolean;
}

/** What access consists of. */
export interface OAuth1Tokens {
  readonly accessToken: Secret;
  /** RSA-SHA1 has no use for it. */
  readonly tokenSecret: Secret;
  /** Renews access, together with the access token; null when none was given. */
  readonly sessionHandle: Secret | null;
  /** By our clock, counted from the moment of asking; null when Bitbucket did not say. */
  readonly expiresAt: Date | null;
  /** Until when access can be renewed. */
  readonly sessionExpiresAt: Date | null;
}

/**
 * Begins: asks for a request token, and says where to send the person back to. `callback` is an absolute http(s) URL, or `oob`
 * for the one entered at the application link.
 * Throws `bitbucket.oauth1_…` for every `oauth_problem`, `.oauth1_refused` (any other no), `.oauth1_not_offered`,
 * `.oauth1_no_token`, `.oauth1_key_unusable`, `bitbucket.rate_limited`, `bitbucket.unavailable`, and what the door throws.
 * @see RFC 5849 section 2.1
 */
export async function requestToken(
  context: OAuth1Context,
  { callback }: { readonly callback: string },
): Promise<RequestToken> {
  demand("callback", callback === "oob" || /^https?:$/.test(URL.parse(callback ?? "")?.protocol ?? ""));
  const url = new URL(context.instance.urls.requestToken);
  const answer = await ask(context, {
    stage: "request-token",
    url,
    parameters: { oauth_callback: callback },
  });
  const { token, tokenSecret, callbackConfirmed } = answer;
  return { token, tokenSecret, callbackConfirmed };
}

/** What a request token is exchanged with (RFC 5849 section 2.3). */
export interface VerifierExchange {
  /** The one begun with; the caller has compared it with the callback's. */
  readonly requestToken: Secret;
  readonly verifier: string | null;
  /** As the request token said. True: a verifier has to be there. False: there is none, and one that is there is not sent. */
  readonly callbackConfirmed?: boolean | undefined;
}

/**
 * Trades what the callback brought for access. Throws as {@link requestToken}, and `bitbucket.callback_malformed` (no verifier
 * where there has to be one), `bitbucket.denied` (the verifier says so, or it is a 1.0 token the person said no to).
 * @see RFC 5849 section 2.3
 */
export async function exchangeVerifier(
  context: OAuth1Context,
  { requestToken, verifier, callbackConfirmed }: VerifierExchange,
): Promise<OAuth1Tokens> {
  demand("requestToken", requestToken.reveal() !== "");
  if (verifier === "denied") throw bitbucketErrors.fail("bitbucket.denied");
  if (callbackConfirmed === true && !verifier) {
    const detail = "oauth_verifier is missing, though Bitbucket confirmed the callback";
    throw bitbucketErrors.fail("bitbucket.callback_malformed", { detail });
  }
  const oauth_verifier = callbackConfirmed === false ? undefined : verifier || undefined;
  const parameters = { oauth_token: requestToken.reveal(), oauth_verifier };
  return access(await ask(context, { stage: "access-token", url: accessUrl(context), parameters }));
}

/**
 * Renews access: the answer's tokens take the place of both that were handed in, which are dead by then.
 * Throws `bitbucket.refresh_refused` when Bitbucket says no, otherwise as {@link requestToken}.
 * @see "OAuth Session 1.0 Draft 1" section 6
 */
export async function renewAccess(
  context: OAuth1Context,
  { accessToken, sessionHandle }: { readonly accessToken: Secret; readonly sessionHandle: Secret },
): Promise<OAuth1Tokens> {
  demand("accessToken", accessToken.reveal() !== "");
  demand("sessionHandle", sessionHandle.reveal() !== "");
  const parameters = { oauth_token: accessToken.reveal(), oauth_session_handle: sessionHandle.reveal() };
  return access(await ask(context, { stage: "renewal", url: accessUrl(context), parameters }));
}

function accessUrl({ instance }: OAuth1Context): URL {
  return new URL(instance.urls.accessToken);
}

function access({
  token,
  tokenSecret,
  sessionHandle,
  expiresAt,
  sessionExpiresAt,
}: OAuth1Answer): OAuth1Tokens {
  return { accessToken: token, tokenSecret, sessionHandle, expiresAt, sessionExpiresAt };
}

interface Ask {
  readonly stage: Stage;
  readonly url: URL;
  readonly parameters: OAuth1Parameters;
}

async function ask(context: OAuth1Context, { stage, url, parameters }: Ask): Promise<OAuth1Answer> {
  const { instance, fetch, clock } = context;
  const { consumerKey, privateKey, ca, isConfigured = false } = instance;
  const sentAt = clock.now();
  const request = { method: "POST", url };
  const header = await signRequest({ consumerKey, privateKey, ...request, parameters, ...stamp(clock) });
  const answer = await fetch(url.href, {
    method: "POST",
    headers: { accept: "*/*", authorization: header.reveal(), "user-agent": "windlass" },
    ca,
    isConfigured,
  });
  const { status, headers } = answer;
  const secrets = [...secretsInHeader(header), header];
  return readTokenAnswer(
    { status, headers, text: await answer.text() },
    { stage, sentAt, request, secrets, clock },
  );
}
