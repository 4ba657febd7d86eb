/** Owns what the token endpoint's errors mean: RFC 6749 section 5.2 says one thing, Bitbucket often does another. */
import type { WindlassError } from "../../base/errors.ts";
import type { Secret } from "../../base/secret.ts";
import { bitbucketErrors } from "../errors.ts";
import { quoteForeign } from "../foreign-text.ts";
import type { Product } from "../instance.ts";
import { asText, property } from "../json.ts";
import { wordsFor } from "./words.ts";

/** What was asked for, or that a token be revoked: the same body means different things. */
export type Grant = "authorization_code" | "refresh_token" | "client_credentials" | "revocation";

type Code = keyof typeof bitbucketErrors.entries;

/** What was answered, to what. */
export interface Refused {
  readonly product: Product;
  readonly grant: Grant;
  readonly status: number;
  readonly body: unknown;
  /** What went out, not to be quoted back. */
  readonly secrets: readonly Secret[];
}

/** The failure an error body stands for, or null when the body is none. */
export function tokenRefusal({ product, grant, status, body, secrets }: Refused): WindlassError | null {
  const error = asText(property(body, "error"));
  if (error === null) return null;
  const description = asText(property(body, "error_description")) ?? "";
  const detail = quoteForeign(`${status} ${error}: ${description}`, secrets);
  const data = { error: quoteForeign(error, secrets), errorDescription: quoteForeign(description, secrets) };
  const code =
    product === "cloud" ? refusalCode(grant, error, description) : dataCenterRefusalCode(grant, error);
  const words = formUnread.test(description) ? formUnreadWords : wordsFor(product, code);
  return bitbucketErrors.fail(code, { detail, data, ...words });
}

/** Said when the body was no form, or a proxy rewrote it: no word about code or refresh token. */
const formUnread = /^unsupported grant type/i;

const formUnreadWords = {
  message: "Bitbucket could not read the form of our token request.",
  cure: "Check that no proxy on the way rewrites the body: it has to arrive as application/x-www-form-urlencoded.",
};

/** Said when no credentials arrived, as behind a proxy that drops the header: no word about the refresh token. */
const unauthenticated = /^requests must be authenticated/i;

/**
 * Cloud says `unauthorized_client` for a wrong key or secret and, at a refresh, in the same words for a refresh token that was
 * rotated away: there it is a refusal.
 */
function refusalCode(grant: Grant, error: string, description: string): Code {
  if (/no callback ur[il]/i.test(description)) return "bitbucket.consumer_without_callback";
  if (/marked as "?public/i.test(description)) return "bitbucket.consumer_public";
  if (formUnread.test(description)) return "bitbucket.token_refused";
  if (error === "invalid_scope") return "bitbucket.scope_refused";
  if (error === "invalid_client" || unauthenticated.test(description)) return "bitbucket.credentials_refused";
  if (grant === "refresh_token") return "bitbucket.refresh_refused";
  if (error === "unauthorized_client") return "bitbucket.credentials_refused";
  const isBad = error === "invalid_grant" || error === "invalid_request";
  if (isBad && grant === "authorization_code") return "bitbucket.code_refused";
  return "bitbucket.token_refused";
}

/** Data Center says `invalid_request` for a code it does not know, and may for a refresh token too: both mean to begin again. */
function dataCenterRefusalCode(grant: Grant, error: string): Code {
  if (error === "invalid_client" || error === "unauthorized_client") return "bitbucket.credentials_refused";
  if (error === "invalid_scope") return "bitbucket.scope_refused";
  const isOver = error === "invalid_grant" || error === "invalid_request";
  if (isOver && grant === "refresh_token") return "bitbucket.refresh_refused";
  return isOver && grant === "authorization_code" ? "bitbucket.code_refused" : "bitbucket.token_refused";
}
