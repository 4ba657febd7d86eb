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
 * The failure an error body stands for, or null when the body is none. Bitbucket says `unauthorized_client` for a wrong
 * key or secret and, at a refresh, in the same words for a refresh token that was rotated away: there it is a refusal.
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

/** Said when no credentials arrived, as behind a proxy that drops the header: no word about the refresh token. */
const unauthenticated = /^requests must be authenticated/i;

function refusalCode(grant: Grant, error: string, description: string): Code {
  if (/no callback ur[il]/i.test(description)) return "bitbucket.consumer_without_callback";
  if (/marked as "?public/i.test(description)) return "bitbucket.consumer_public";
  if (error === "invalid_scope") return "bitbucket.scope_refused";
  if (error === "invalid_client" || unauthenticated.test(description)) return "bitbucket.credentials_refused";
  if (grant === "refresh_token") return "bitbucket.refresh_refused";
  if (error === "unauthorized_client") return "bitbucket.credentials_refused";
  if (error === "invalid_grant") return "bitbucket.code_refused";
  return "bitbucket.token_refused";
}
