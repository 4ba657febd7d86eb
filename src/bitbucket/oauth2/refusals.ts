/** Owns what the token endpoint's errors mean: RFC 6749 section 5.2 says one thing, Bitbucket often does another. */
import type { WindlassError } from "../../base/errors.ts";
import type { Secret } from "../../base/secret.ts";
import { bitbucketErrors } from "../errors.ts";
import { quoteForeign } from "../foreign-text.ts";
import { asText, property } from "../json.ts";

/** What was asked of the token endpoint: the same body means different things. */
export type Grant = "authorization_code" | "refresh_token";

type Code = keyof typeof bitbucketErrors.entries;

/**
 * The failure an error body stands for, or null when the body is none. Wrong key or secret is `unauthorized_client`
 * here, never `invalid_client`; at a refresh the same words also mean a refresh token that was rotated away.
 */
export function tokenRefusal(
  grant: Grant,
  status: number,
  body: unknown,
  secrets: readonly Secret[],
): WindlassError | null {
  const error = asText(property(body, "error"));
  if (error === null) return null;
  const description = asText(property(body, "error_description")) ?? "";
  const detail = quoteForeign(`${status} ${error}: ${description}`, secrets);
  const data = { error: quoteForeign(error, secrets), errorDescription: quoteForeign(description, secrets) };
  return bitbucketErrors.fail(refusalCode(grant, error, description), { detail, data });
}

function refusalCode(grant: Grant, error: string, description: string): Code {
  if (/no callback ur[il]/i.test(description)) return "bitbucket.consumer_without_callback";
  if (/marked as "?public/i.test(description)) return "bitbucket.consumer_public";
  if (error === "invalid_scope") return "bitbucket.scope_refused";
  if (grant === "refresh_token") return "bitbucket.refresh_refused";
  if (error === "unauthorized_client" || error === "invalid_client") return "bitbucket.credentials_refused";
  if (error === "invalid_grant") return "bitbucket.code_refused";
  return "bitbucket.token_refused";
}
