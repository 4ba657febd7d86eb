/** Owns the authorization hook: how an API client comes by the header that authorizes its requests. */
import { base64 } from "../../base/encoding.ts";
import { isWindlassError } from "../../base/errors.ts";
import { Secret } from "../../base/secret.ts";
import { bitbucketErrors } from "../errors.ts";
import { demand } from "../oauth2/authorization.ts";

/** A request that is about to be sent. */
export interface AuthorizedCall {
  readonly method: string;
  /** With its query, which OAuth 1.0a signs too. */
  readonly url: URL;
  /** The header's value a 401 rejected just now; undefined for a first try. */
  readonly rejected?: Secret | undefined;
}

/** Gives the `Authorization` header's value for a call. After a 401 it gives a better one than the rejected, or throws. */
export type Authorize = (call: AuthorizedCall) => Promise<Secret>;

/** The header's value for an access token (RFC 6750 section 2.1), the only way Bitbucket Cloud takes one. */
export function bearerHeader(accessToken: Secret): Secret {
  return new Secret(`Bearer ${accessToken.reveal()}`);
}

/**
 * Authorizes with one access token, for as long as it lives: after a 401 it throws `bitbucket.unauthorized`.
 * Throws `bitbucket.call_incomplete` when the token is empty or cannot stand in a header.
 */
export function bearer(accessToken: Secret | string): Authorize {
  const token = typeof accessToken === "string" ? new Secret(accessToken) : accessToken;
  demand("accessToken", /^[\x21-\x7e]+$/.test(token?.reveal() ?? ""));
  return unchanging(bearerHeader(token));
}

/** The header's value for a login and its secret (RFC 7617), in UTF-8. */
export function basicHeader(login: string, secret: Secret): Secret {
  return new Secret(`Basic ${base64(`${login}:${secret.reveal()}`)}`);
}

/**
 * Authorizes with a login and a secret, for as long as Bitbucket takes them: after a 401 it throws `bitbucket.unauthorized`.
 * Throws `bitbucket.call_incomplete` when either is empty, or the login holds a colon.
 */
export function basic(login: string, secret: Secret): Authorize {
  demand("login", /^[^:\p{Cc}]+$/u.test(login));
  demand("secret", secret.reveal() !== "");
  return unchanging(basicHeader(login, secret));
}

function unchanging(header: Secret): Authorize {
  return async ({ rejected }) => {
    if (rejected !== undefined) throw bitbucketErrors.fail("bitbucket.unauthorized");
    return header;
  };
}

/** Whether the hook only said that it has nothing better; then Bitbucket's own words tell more. */
export function hasNothingBetter(error: unknown): boolean {
  return isWindlassError(error, "bitbucket.unauthorized");
}
