/** Owns the refusals of the token and revoke endpoints: JSON of RFC 6749 section 5.2. */
import { json } from "../answers.ts";
import type { DcRules } from "../rules.ts";

export interface TokenFailure {
  readonly error:
    | "invalid_request"
    | "invalid_client"
    | "invalid_grant"
    | "invalid_scope"
    | "unsupported_grant_type"
    | "unsupported_token_type";
  readonly error_description: string;
}

export function failure(error: TokenFailure["error"], description: string): TokenFailure {
  return { error, error_description: description };
}

export const missing = (name: string) => failure("invalid_request", `The parameter ${name} is missing.`);

/** Never to be kept by anybody on the way. */
export const noStore = { "Cache-Control": "no-store", Pragma: "no-cache" };

export function failed(what: TokenFailure, rules: DcRules): Response {
  return json(what, what.error === "invalid_client" ? rules.invalidClientStatus : 400, noStore);
}
