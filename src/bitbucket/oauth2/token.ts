/** Owns trading a code or a refresh token for tokens (RFC 6749 sections 4.1.3, 5 and 6): request and answer. */
import * as oauth from "oauth4webapi";
import { Secret } from "../../base/secret.ts";
import { bitbucketErrors } from "../errors.ts";
import { processTokenResponse, type TokenAnswer, type TokenContext, type TokenSet } from "./answer.ts";
import { demand, type VerifiedCallback } from "./authorization.ts";
import { authorizationServer, client, clientAuthentication, requestOptions } from "./server.ts";

export type { TokenContext, TokenSet } from "./answer.ts";

export interface CodeExchange {
  readonly callback: VerifiedCallback;
  /** What was sent with the authorization request. */
  readonly redirectUri?: string | undefined;
  /** The one whose challenge was sent. */
  readonly codeVerifier?: string | undefined;
}

/**
 * Trades the callback's code for tokens. Throws `bitbucket.credentials_refused` (wrong key or secret),
 * `bitbucket.code_refused`, the other refusals of `refusals.ts`, `bitbucket.rate_limited`, `bitbucket.unavailable`,
 * `bitbucket.malformed_answer`, and what the door throws.
 * @see RFC 6749 section 4.1.3
 */
export async function exchangeCode(context: TokenContext, exchange: CodeExchange): Promise<TokenSet> {
  return (await requestCodeExchange(context, exchange)).tokens;
}

/**
 * Renews access. Throws `bitbucket.refresh_refused` with the upstream error in `data.error` when Bitbucket says no,
 * otherwise as {@link exchangeCode}.
 * @see RFC 6749 section 6
 */
export async function refreshTokens(context: TokenContext, refreshToken: Secret): Promise<TokenSet> {
  return (await requestRefresh(context, refreshToken)).tokens;
}

/** As {@link exchangeCode}, with the answer as it came. */
export async function requestCodeExchange(
  context: TokenContext,
  exchange: CodeExchange,
): Promise<TokenAnswer> {
  const code = exchange.callback.get("code") ?? "";
  demand("code", code !== "");
  const sentAt = context.clock.now();
  const response = await sendCode(context, exchange, code);
  const secrets = [new Secret(code), ...optionalSecret(exchange.codeVerifier)];
  return processTokenResponse(context, { grant: "authorization_code", response, sentAt, secrets });
}

/** As {@link refreshTokens}, with the answer as it came. */
export async function requestRefresh(context: TokenContext, refreshToken: Secret): Promise<TokenAnswer> {
  const { instance, fetch, clock } = context;
  demand("refreshToken", refreshToken.reveal() !== "");
  const sentAt = clock.now();
  const response = await oauth.refreshTokenGrantRequest(
    authorizationServer(instance),
    client(instance),
    clientAuthentication(instance),
    refreshToken.reveal(),
    requestOptions(instance, fetch),
  );
  return processTokenResponse(context, { grant: "refresh_token", response, sentAt, secrets: [refreshToken] });
}

/**
 * Access for the consumer itself, as an account of its own: it can connect, never sign in. Only a private consumer of Cloud gets it.
 * Throws `bitbucket.consumer_public`, `bitbucket.consumer_without_callback`, `bitbucket.configuration` where the product has
 * no such grant, otherwise as {@link exchangeCode}.
 * @see RFC 6749 section 4.4; "Use OAuth on Bitbucket Cloud"
 */
export async function requestClientCredentials(context: TokenContext): Promise<TokenSet> {
  const { instance, fetch, clock } = context;
  if (instance.product !== "cloud") throw noClientCredentials();
  const sentAt = clock.now();
  const response = await oauth.clientCredentialsGrantRequest(
    authorizationServer(instance),
    client(instance),
    clientAuthentication(instance),
    new URLSearchParams(),
    requestOptions(instance, fetch),
  );
  const exchange = { grant: "client_credentials", response, sentAt, secrets: [] } as const;
  return (await processTokenResponse(context, exchange)).tokens;
}

function noClientCredentials() {
  return bitbucketErrors.fail("bitbucket.configuration", {
    message: "Data Center gives no access to a client alone.",
    cure: "Use an HTTP access token of the project or repository.",
  });
}

function sendCode({ instance, fetch }: TokenContext, exchange: CodeExchange, code: string) {
  const [server, consumer, basic] = [
    authorizationServer(instance),
    client(instance),
    clientAuthentication(instance),
  ];
  const options = requestOptions(instance, fetch);
  const { callback, redirectUri, codeVerifier } = exchange;
  if (redirectUri !== undefined) {
    const verifier = codeVerifier ?? oauth.nopkce;
    return oauth.authorizationCodeGrantRequest(
      server,
      consumer,
      basic,
      callback,
      redirectUri,
      verifier,
      options,
    );
  }
  // Bitbucket lets the authorization request leave the redirect URI out; then it has no place here either.
  const parameters = new URLSearchParams({ code });
  if (codeVerifier !== undefined) parameters.set("code_verifier", codeVerifier);
  return oauth.genericTokenEndpointRequest(
    server,
    consumer,
    basic,
    "authorization_code",
    parameters,
    options,
  );
}

function optionalSecret(value: string | undefined): readonly Secret[] {
  return value === undefined ? [] : [new Secret(value)];
}
