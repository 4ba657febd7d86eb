/** Owns the authorization request and the callback that answers it (RFC 6749 sections 4.1.1 and 4.1.2). */
import * as oauth from "oauth4webapi";
import { bitbucketErrors } from "../errors.ts";
import { quoteForeign } from "../foreign-text.ts";
import type { OAuth2Instance } from "../instance.ts";
import { authorizationServer, client, registration } from "./server.ts";
import { wordsFor } from "./words.ts";

export interface AuthorizationRequest {
  /** The consumer's callback URL, or an extension of it. Send the same at the exchange. */
  readonly redirectUri: string;
  /**
   * Unguessable, used once, bound to the browser: at Cloud it carries the whole defence. Data Center decodes it once more than
   * it was encoded, so there it is of unreserved characters only (RFC 3986 section 2.3).
   */
  readonly state: string;
  /** Instead of the instance's. An empty list asks Cloud for all the consumer has, and Data Center for `PUBLIC_REPOS`. */
  readonly scopes?: readonly string[] | undefined;
  /**
   * 43 to 128 characters (RFC 7636 section 4.1). Cloud takes the challenge and, as far as known, ignores it; Data Center
   * holds to it, so there it is always needed.
   */
  readonly codeVerifier?: string | undefined;
  /** Instead of the verifier, where its S256 challenge (RFC 7636 section 4.2) is at hand. */
  readonly codeChallenge?: string | undefined;
}

const verifierShape = /^[A-Za-z0-9\-._~]{43,128}$/;
const challengeShape = /^[\w-]{43}$/;
const unreserved = /^[A-Za-z0-9\-._~]+$/;

/**
 * The URL to send the person's browser to. PKCE is always S256 when there is a verifier or challenge.
 * Throws `bitbucket.call_incomplete` when the redirect URI, state or verifier cannot be used.
 * @see RFC 6749 section 4.1.1, RFC 7636 section 4.3; "Use OAuth on Bitbucket Cloud", "Bitbucket OAuth 2.0 provider API"
 */
export async function buildAuthorizationUrl(
  instance: OAuth2Instance,
  request: AuthorizationRequest,
): Promise<string> {
  demand("redirectUri", URL.canParse(request.redirectUri));
  const isCloud = instance.product === "cloud";
  demand("state", isFilled(request.state) && (isCloud || unreserved.test(request.state)));
  const codeChallenge = await challengeOf(request);
  demand("codeVerifier", isCloud || codeChallenge !== undefined);
  const url = new URL(instance.urls.authorize);
  const scopes = askedScopes(instance, request);
  const parameters = new URLSearchParams(url.search);
  parameters.set("response_type", "code");
  parameters.set("client_id", registration(instance).clientId);
  parameters.set("redirect_uri", request.redirectUri);
  if (scopes.length > 0) parameters.set("scope", scopes.join(" "));
  parameters.set("state", request.state);
  if (codeChallenge !== undefined) {
    parameters.set("code_challenge", codeChallenge);
    parameters.set("code_challenge_method", "S256");
  }
  url.search = parameters.toString();
  return url.href;
}

async function challengeOf(request: AuthorizationRequest): Promise<string | undefined> {
  const { codeVerifier, codeChallenge } = request;
  demand("codeChallenge", codeChallenge === undefined || challengeShape.test(codeChallenge));
  if (codeVerifier === undefined || codeChallenge !== undefined) return codeChallenge;
  demand("codeVerifier", verifierShape.test(codeVerifier));
  return oauth.calculatePKCECodeChallenge(codeVerifier);
}

/** Data Center takes a missing scope for a missing parameter. */
function askedScopes(instance: OAuth2Instance, request: AuthorizationRequest): readonly string[] {
  const scopes = request.scopes ?? instance.scopes;
  return scopes.length === 0 && instance.product === "data-center" ? ["PUBLIC_REPOS"] : scopes;
}

/** Callers in plain JavaScript hand in `undefined` where the types ask for text. */
function isFilled(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

/** Throws `bitbucket.call_incomplete` naming the value, unless it can be used. */
export function demand(name: string, usable: boolean): void {
  if (usable) return;
  const message = `A value this call needs is missing or cannot be used: ${name}.`;
  throw bitbucketErrors.fail("bitbucket.call_incomplete", { message, data: { name } });
}

/**
 * The callback's `state`, before anything about it is known: look up by it what was begun.
 * Throws `bitbucket.callback_malformed` unless there is one state and either one code or one error (RFC 6749 section 3.1:
 * parameters come at most once).
 */
export function readState(callback: URL): string {
  const state = single(callback, "state");
  const [code, error] = [single(callback, "code"), single(callback, "error")];
  if (state === null) throw malformed("state is missing");
  if ((code === null) === (error === null)) throw malformed("neither or both of code and error are there");
  return state;
}

declare const verified: unique symbol;

/** A callback whose state has been compared: only {@link validateCallback} makes one, and the exchange takes no other. */
export type VerifiedCallback = URLSearchParams & { readonly [verified]: "callback" };

/**
 * Judges the callback against the state that was sent with the request it answers.
 * Throws `bitbucket.callback_malformed`, `bitbucket.state_mismatch`, `bitbucket.denied` (the person said no) or
 * `bitbucket.authorization_failed` (any other error of RFC 6749 section 4.1.2.1), `bitbucket.scope_refused`.
 */
export function validateCallback(instance: OAuth2Instance, callback: URL, state: string): VerifiedCallback {
  if (readState(callback) !== state) throw bitbucketErrors.fail("bitbucket.state_mismatch");
  return verify(instance, callback.searchParams, state);
}

/**
 * A code whose state the caller has compared already, as the library face receives it.
 * Throws `bitbucket.call_incomplete` when there is no code.
 */
export function trustCode(instance: OAuth2Instance, code: string): VerifiedCallback {
  demand("code", isFilled(code));
  return verify(instance, new URLSearchParams({ code }), oauth.expectNoState);
}

function verify(
  instance: OAuth2Instance,
  parameters: URLSearchParams,
  state: string | typeof oauth.expectNoState,
): VerifiedCallback {
  try {
    const judged = oauth.validateAuthResponse(
      authorizationServer(instance),
      client(instance),
      parameters,
      state,
    );
    // The library has just checked it, and its grant request accepts only what came from that check.
    return judged as VerifiedCallback;
  } catch (error) {
    if (error instanceof oauth.AuthorizationResponseError) throw authorizationFailure(instance, error);
    throw malformed(error instanceof Error ? error.message : "the library refused it");
  }
}

function authorizationFailure(
  { product }: OAuth2Instance,
  { error, error_description }: oauth.AuthorizationResponseError,
) {
  const code = quoteForeign(error);
  const detail = quoteForeign(`${error}: ${error_description ?? "no description"}`);
  const meant =
    error === "access_denied"
      ? "bitbucket.denied"
      : error === "invalid_scope"
        ? "bitbucket.scope_refused"
        : "bitbucket.authorization_failed";
  return bitbucketErrors.fail(meant, { detail, data: { error: code }, ...wordsFor(product, meant) });
}

function malformed(detail: string) {
  return bitbucketErrors.fail("bitbucket.callback_malformed", { detail });
}

function single(callback: URL, name: string): string | null {
  const values = callback.searchParams.getAll(name);
  if (values.length > 1) throw malformed(`${name} is there ${values.length} times`);
  return values[0] === undefined || values[0] === "" ? null : values[0];
}
