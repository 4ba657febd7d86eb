/** Owns the errors of the token endpoint, word for word: always 400, `error_description` before `error`. */
import type { Rules } from "../../core/rules.ts";

/** The body of a refused token request. */
export interface TokenFailure {
  readonly error_description: string;
  readonly error: string;
}

function failure(error: string, description: string): TokenFailure {
  return { error_description: description, error };
}

export const credentialsMissing = failure(
  "unauthorized_client",
  "Requests must be authenticated using OAuth client credentials",
);
export const credentialsWrong = failure("unauthorized_client", "Invalid OAuth client credentials");
export const noCallbackUri = failure("invalid_request", "No callback uri defined for the OAuth client.");
export const publicConsumer = failure(
  "invalid_grant",
  'Cannot use client_credentials with a consumer marked as "public". Calls for auto generated consumers should use urn:bitbucket:oauth2:jwt instead.',
);

/** `None` when the request names none, as for a JSON body. */
export function unsupportedGrantType(given: string | null): TokenFailure {
  return failure("invalid_grant", `Unsupported grant type: ${given ?? "None"}`);
}

export function badCode({ badCodeError, badCodeDescription }: Rules): TokenFailure {
  return failure(badCodeError, badCodeDescription);
}

export function repeatedParameter(name: string): TokenFailure {
  return failure("invalid_request", `The parameter ${name} was sent more than once.`);
}

export function excessScopes(excess: readonly string[]): TokenFailure {
  return failure("invalid_scope", `The client may not have: ${excess.join(" ")}`);
}

/** A refresh token that is unknown, rotated away, idle for too long, revoked or another client's. */
export function badRefreshToken(
  kind: "unauthorized_client" | "invalid_grant" | "invalid_request",
): TokenFailure {
  if (kind === "unauthorized_client") return credentialsWrong;
  return failure(kind, "Invalid refresh_token");
}
