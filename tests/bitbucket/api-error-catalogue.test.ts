/** Every row of what is known of the errors of Cloud's API: the failure it becomes, and that its words say what to do. */
import { describe, expect, test } from "vitest";
import { shiftableClock } from "../../src/base/clock.ts";
import { apiFailure } from "../../src/bitbucket/api/errors.ts";
import { type ErrorRow, expectRow } from "./error-row.ts";

const now = new Date("2026-11-22T10:00:00Z");
const clock = { ...shiftableClock(), now: () => now };

const enveloped = (error: unknown) => ({ type: "error", error });
const change = "https://developer.atlassian.com/cloud/bitbucket/changelog#CHANGE-2770";

const apiRows: readonly ErrorRow[] = [
  {
    row: "401, an expired access token",
    status: 401,
    body: enveloped({
      message: "Access token expired. Use your refresh token to obtain a new access token.",
    }),
    code: "bitbucket.unauthorized",
    says: "has expired",
    cure: "Renew it",
    data: { expired: true },
  },
  {
    row: "401, an expired access token in the short form",
    status: 401,
    body: enveloped({ message: "Access token expired." }),
    code: "bitbucket.unauthorized",
    says: "has expired",
    cure: "Renew it",
    data: { expired: true },
  },
  {
    row: "401, a token that is none",
    status: 401,
    body: enveloped({ message: "Token is invalid, expired, or not supported for this endpoint." }),
    code: "bitbucket.unauthorized",
    cure: "Authorize again",
    data: { expired: false },
  },
  {
    row: "401, a wrong Basic password",
    status: 401,
    body: "Invalid credentials.",
    code: "bitbucket.unauthorized",
    says: "login and secret",
    cure: "e-mail address of the Atlassian account",
    data: { reason: "login" },
  },
  {
    row: "401, a token in query or body, with words we do not know",
    status: 401,
    body: enveloped({ message: "?" }),
    code: "bitbucket.unauthorized",
    cure: "Authorize again",
  },
  {
    row: "401, a consumer's key and secret at the API",
    status: 401,
    body: enveloped({ message: "Invalid credentials." }),
    code: "bitbucket.unauthorized",
    cure: "key and secret do not open the API",
  },
  {
    row: "401, an API token without scopes for Bitbucket",
    status: 401,
    body: { error: "API Token provided has no Bitbucket scopes." },
    code: "bitbucket.unauthorized",
    says: "no scopes for Bitbucket",
    cure: "Make a new API token",
    data: { reason: "no-scopes" },
  },
  {
    row: "403, a missing scope",
    status: 403,
    body: enveloped({
      message: "Your credentials lack one or more required privilege scopes.",
      detail: { required: ["account"], granted: ["team"] },
    }),
    code: "bitbucket.forbidden",
    says: "account (“Account: Read”) was not granted (required: account; granted: team)",
    cure: "Tick account (“Account: Read”)",
    data: { required: ["account"], granted: ["team"] },
  },
  {
    row: "403, a missing scope of an API token",
    status: 403,
    body: enveloped({
      message: "Your credentials lack one or more required privilege scopes.",
      detail: { required: ["read:repository:bitbucket"], granted: ["write:repository:bitbucket"] },
    }),
    code: "bitbucket.forbidden",
    says: "“read:repository:bitbucket” was not granted",
    cure: "Make a new API token",
  },
  {
    row: "403, no right, or a path without /2.0",
    status: 403,
    body: enveloped({ message: "Forbidden" }),
    code: "bitbucket.forbidden",
    cure: "administrator",
  },
  {
    row: "404, a repository that is hidden or absent",
    status: 404,
    body: enveloped({
      message:
        "You may not have access to this repository or it no longer exists in this workspace. If you think this repository exists and you have access, make sure you are authenticated.",
    }),
    code: "bitbucket.not_found",
    says: "acme/checkout",
    cure: "spelling",
    data: { missing: "repository" },
  },
  {
    row: "404, a repository, in the older words",
    status: 404,
    body: enveloped({ message: "Repository acme/checkout not found" }),
    code: "bitbucket.not_found",
    says: "acme/checkout",
    cure: "spelling",
    data: { missing: "repository" },
  },
  {
    row: "404, a workspace",
    status: 404,
    body: enveloped({ message: "No workspace with identifier 'x'." }),
    code: "bitbucket.not_found",
    says: "no workspace “x”",
    cure: "slug",
    data: { missing: "workspace" },
  },
  {
    row: "404, an unknown URL",
    status: 404,
    body: enveloped({
      message: "Resource not found",
      detail:
        "There is no API hosted at this URL.\n\nFor information about our API's, please refer to the documentation at: https://developer.atlassian.com/bitbucket/api/2/reference/",
    }),
    code: "bitbucket.not_found",
    says: "nothing at /repositories/acme/checkout",
    cure: "urls.api",
    data: { missing: "address" },
  },
  {
    row: "404, a file",
    status: 404,
    body: enveloped({ message: "No such file or directory: shard.yml" }),
    code: "bitbucket.not_found",
    says: "no file shard.yml",
    cure: "path and the branch",
    data: { missing: "path" },
  },
  {
    row: "404, a ref or commit",
    status: 404,
    body: {
      ...enveloped({ message: "Commit not found", data: { shas: ["main"] } }),
      data: { shas: ["main"] },
    },
    code: "bitbucket.not_found",
    says: "branch or tag main",
    cure: "deleted or renamed",
    data: { missing: "commit", shas: ["main"] },
  },
  {
    row: "410, a removed endpoint",
    status: 410,
    body: {
      ...enveloped({
        message: "CHANGE-2770 - Functionality has been deprecated",
        detail: "Please read the changelog entry for more details.",
        data: { announcement_url: change },
      }),
      data: { announcement_url: change },
    },
    code: "bitbucket.gone",
    says: "CHANGE-2770",
    cure: change,
    data: { change: "CHANGE-2770", announcementUrl: change },
  },
  {
    row: "400, pagelen out of range",
    status: 400,
    body: enveloped({ message: "Invalid pagelen" }),
    code: "bitbucket.bad_request",
    says: "Invalid pagelen",
    cure: "Check",
  },
  {
    row: "400, a field with a list of problems",
    status: 400,
    body: enveloped({
      message: "source: branch not found: dummy",
      fields: { source: ["branch not found: dummy"] },
    }),
    code: "bitbucket.bad_request",
    says: "source: branch not found: dummy",
    cure: "Check",
  },
  {
    row: "400, a field with one problem",
    status: 400,
    body: enveloped({ message: "Bad request", fields: { "links.avatar": "required key not provided" } }),
    code: "bitbucket.bad_request",
    says: "links.avatar: required key not provided",
    cure: "Check",
  },
  {
    row: "400, a bad hook body with fields as an array",
    status: 400,
    body: enveloped({ message: "Bad request", fields: ["url: this is required"] }),
    code: "bitbucket.bad_request",
    says: "url: this is required",
    cure: "Check",
  },
  {
    row: "411, no Content-Length",
    status: 411,
    body: "",
    code: "bitbucket.bad_request",
    says: "how long",
    cure: "Content-Length",
  },
  {
    row: "429, in the envelope",
    status: 429,
    body: enveloped({ message: "Rate limit for this resource has been exceeded" }),
    code: "bitbucket.rate_limited",
    cure: "within the hour",
  },
  {
    row: "429, as plain text",
    status: 429,
    body: "Rate limit for this resource has been exceeded",
    code: "bitbucket.rate_limited",
    cure: "within the hour",
  },
  {
    row: "500, a page of HTML",
    status: 500,
    body: "<!DOCTYPE html><title>Oops</title>",
    code: "bitbucket.unavailable",
    cure: "few minutes",
  },
  {
    row: "503, a page of HTML",
    status: 503,
    body: "<html>",
    code: "bitbucket.unavailable",
    cure: "few minutes",
  },
  {
    row: "555, a diff that took too long",
    status: 555,
    body: enveloped({ message: "timeout" }),
    code: "bitbucket.unavailable",
    says: "too large",
    cure: "ask for less",
  },
  {
    row: "402, a plan that does not include it",
    status: 402,
    body: "",
    code: "bitbucket.payment_required",
    cure: "plan",
  },
  {
    row: "409, a conflict",
    status: 409,
    body: enveloped({ message: "Already merged" }),
    code: "bitbucket.conflict",
    says: "Already merged",
    cure: "Look at it in Bitbucket",
  },
  {
    row: "416, a range beyond the end",
    status: 416,
    body: "",
    code: "bitbucket.bad_request",
    says: "beyond its end",
    cure: "from its beginning",
  },
];

function asked({ status, body }: Pick<ErrorRow, "status" | "body">, headers: Record<string, string> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return apiFailure(
    { status, headers: new Headers(headers), text, path: "/repositories/acme/checkout" },
    clock,
  );
}

describe("the API's errors, row by row", () => {
  test.each(apiRows)("$row", (row) => expectRow(asked(row), row));

  test.each([429, 500, 503, 555])("%s says when to try again, where Bitbucket does", (status) => {
    const error = asked({ status, body: "" }, { "retry-after": "90" });
    expect(error.retryAfterSeconds).toBe(90);
    expect(error.cure).toBe("Try again in 90 seconds, at 10:01:30 UTC.");
  });

  test("429 to a call without a login counts its seconds down in a header of its own", () => {
    const error = asked({ status: 429, body: "" }, { "x-ratelimit-reset": "1800" });
    expect(error.cure).toBe("Try again in 30 minutes, at 10:30:00 UTC.");
  });
});
