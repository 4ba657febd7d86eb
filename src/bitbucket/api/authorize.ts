/** Owns the authorization hook: how an API client comes by the header that authorizes its requests. */
import { isWindlassError } from "../../base/errors.ts";
import { Secret } from "../../base/secret.ts";
import { bitbucketErrors } from "../errors.ts";
import { demand } from "../oauth2/authorization.ts";

/**
 * Gives the `Authorization` header's value. After a 401 it is called again with the value that was rejected, and then
 * gives a better one or throws.
 */
export type Authorize = (rejected?: Secret) => Promise<Secret>;

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
  const header = bearerHeader(token);
  return async (rejected) => {
    if (rejected !== undefined) throw bitbucketErrors.fail("bitbucket.unauthorized");
    return header;
  };
}

/** Whether the hook only said that it has nothing better; then Bitbucket's own words tell more. */
export function hasNothingBetter(error: unknown): boolean {
  return isWindlassError(error, "bitbucket.unauthorized");
}
