import { expect, test } from "vitest";
import { WindlassError } from "../base/errors.ts";
import { statusOf } from "./failure.ts";

const failing = (code: string, reaction: WindlassError["reaction"]) =>
  new WindlassError(code, { reaction, message: "", cure: "" });

test.each([
  ["web.not_found", "refused", 404],
  ["projects.not_found", "refused", 404],
  ["web.signed_out", "stale", 401],
  ["web.foreign_form", "refused", 403],
  ["web.method_not_allowed", "refused", 405],
  ["web.too_large", "malformed", 413],
  ["web.broken", "unreachable", 500],
  ["analyses.bad_lookback", "malformed", 400],
  ["handshake.unknown", "stale", 409],
  ["app.unknown_instance", "configuration", 500],
  ["bitbucket.credentials_refused", "configuration", 502],
  ["bitbucket.callback_malformed", "malformed", 400],
  ["bitbucket.unavailable", "unreachable", 502],
  ["bitbucket.rate_limited", "unreachable", 503],
  ["constructor", "refused", 403],
] as const)("%s is answered with its own status", (code, reaction, status) => {
  expect(statusOf(failing(code, reaction))).toBe(status);
});

test.each(["bitbucket.malformed_answer", "http.too_large"])(
  "nonsense that Bitbucket answered (%s) is not said to be the asker's fault",
  (code) => expect(statusOf(failing(code, "malformed"))).toBe(502),
);
