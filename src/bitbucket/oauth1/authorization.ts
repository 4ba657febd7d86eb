/** Owns the middle of OAuth 1.0a: sending the person to Bitbucket and reading the callback (RFC 5849 section 2.2). */
import type { Secret } from "../../base/secret.ts";
import { bitbucketErrors } from "../errors.ts";
import type { ServerInstance } from "../instance.ts";
import { demand } from "../oauth2/authorization.ts";

/** The URL to send the person's browser to. @see RFC 5849 section 2.2 */
export function authorizationUrl(
  { urls }: { readonly urls: Pick<ServerInstance["urls"], "authorize"> },
  requestToken: Secret,
): string {
  demand("requestToken", requestToken.reveal() !== "");
  const url = new URL(urls.authorize);
  url.searchParams.set("oauth_token", requestToken.reveal());
  return url.href;
}

/** What Bitbucket sent the person back with. */
export interface OAuth1Callback {
  /** The request token. */
  readonly token: string;
  /** Null in the dance of OAuth 1.0, of a link whose request token was not confirmed; there a denial looks the same. */
  readonly verifier: string | null;
}

/**
 * The callback's request token, before anything about it is known: look up by it what was begun.
 * Throws `bitbucket.callback_malformed` unless there is exactly one.
 */
export function readRequestToken(callback: URL): string {
  const token = single(callback, "oauth_token");
  if (token === null) throw malformed("oauth_token is missing");
  return token;
}

/**
 * Reads the callback. Throws `bitbucket.callback_malformed` when the token is missing, a parameter is there twice or a problem
 * is told, and `bitbucket.denied` when the person said no.
 */
export function readOAuth1Callback(callback: URL): OAuth1Callback {
  const token = readRequestToken(callback);
  const verifier = single(callback, "oauth_verifier");
  // Atlassian's provider says so in place of a verifier, others as a problem; RFC 5849 knows no denial.
  const problem = single(callback, "oauth_problem");
  if (verifier === "denied" || problem === "permission_denied")
    throw bitbucketErrors.fail("bitbucket.denied");
  if (problem !== null) throw malformed("oauth_problem came along");
  return { token, verifier };
}

function single(callback: URL, name: string): string | null {
  const values = callback.searchParams.getAll(name);
  if (values.length > 1) throw malformed(`${name} is there ${values.length} times`);
  return values[0] === undefined || values[0] === "" ? null : values[0];
}

function malformed(detail: string) {
  return bitbucketErrors.fail("bitbucket.callback_malformed", { detail });
}
