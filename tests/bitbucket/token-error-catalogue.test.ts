/** Every row of what is known of the errors of Cloud's token endpoint: the failure it becomes, and that its words say what to do. */
import { describe, test } from "vitest";
import { type Grant, tokenRefusal } from "../../src/bitbucket/oauth2/refusals.ts";
import { type ErrorRow, expectRow } from "./error-row.ts";

interface TokenRow extends Omit<ErrorRow, "status"> {
  readonly grant?: Grant;
}

const refusal = (error: string, error_description: string) => ({ error_description, error });

const tokenRows: readonly TokenRow[] = [
  {
    row: "no client credentials",
    body: refusal("unauthorized_client", "Requests must be authenticated using OAuth client credentials"),
    code: "bitbucket.credentials_refused",
    cure: "OAuth consumer",
  },
  {
    row: "no client credentials at a refresh, which says nothing of the refresh token",
    grant: "refresh_token",
    body: refusal("unauthorized_client", "Requests must be authenticated using OAuth client credentials"),
    code: "bitbucket.credentials_refused",
    cure: "OAuth consumer",
  },
  {
    row: "wrong key or secret",
    body: refusal("unauthorized_client", "Invalid OAuth client credentials"),
    code: "bitbucket.credentials_refused",
    says: "Key and Secret",
    cure: "Copy Key and Secret",
  },
  {
    row: "a refresh token that was rotated away",
    grant: "refresh_token",
    body: refusal("unauthorized_client", "Invalid OAuth client credentials"),
    code: "bitbucket.refresh_refused",
    cure: "Reconnect",
  },
  {
    row: "a bad refresh token, as it was said before 2026",
    grant: "refresh_token",
    body: refusal("invalid_request", "Invalid refresh_token"),
    code: "bitbucket.refresh_refused",
    cure: "Reconnect",
  },
  {
    row: "a bad, used or expired code",
    body: refusal("invalid_grant", "The specified code is not valid."),
    code: "bitbucket.code_refused",
    says: "used before, is too old",
    cure: "Begin again",
  },
  {
    row: "another redirect_uri at the exchange",
    body: refusal("invalid_request", "redirect_uri does not match"),
    code: "bitbucket.code_refused",
    says: "made for another address",
    cure: "Begin again",
  },
  {
    row: "an unknown grant type, which is a body that is no form",
    body: refusal("invalid_grant", "Unsupported grant type: None"),
    code: "bitbucket.token_refused",
    says: "form",
    cure: "application/x-www-form-urlencoded",
  },
  {
    row: "the same at a refresh, which says nothing of the refresh token",
    grant: "refresh_token",
    body: refusal("invalid_grant", "Unsupported grant type: None"),
    code: "bitbucket.token_refused",
    cure: "application/x-www-form-urlencoded",
  },
  {
    row: "client_credentials on a consumer that is not private",
    grant: "client_credentials",
    body: refusal(
      "invalid_grant",
      'Cannot use client_credentials with a consumer marked as "public". Calls for auto generated consumers should use urn:bitbucket:oauth2:jwt instead.',
    ),
    code: "bitbucket.consumer_public",
    cure: "“This is a private consumer”",
  },
  {
    row: "a consumer without callback URL",
    body: refusal("invalid_request", "No callback uri defined for the OAuth client."),
    code: "bitbucket.consumer_without_callback",
    cure: "Enter the callback URL",
  },
];

describe("the token endpoint's errors, row by row", () => {
  test.each(tokenRows)("$row", ({ grant = "authorization_code", body, ...row }) => {
    expectRow(tokenRefusal({ product: "cloud", grant, status: 400, body, secrets: [] }), { body, ...row });
  });
});
