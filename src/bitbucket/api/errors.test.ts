import { describe, expect, test } from "vitest";
import { fc } from "../../../tests/property.ts";
import { shiftableClock } from "../../base/clock.ts";
import { isWindlassError } from "../../base/errors.ts";
import { apiFailure, readErrorBody } from "./errors.ts";

const clock = shiftableClock();

function failure(status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return apiFailure({ status, headers: new Headers(headers), text, path: "/user" }, clock);
}

const envelope = (error: unknown) => ({ type: "error", error });

describe("an error body", () => {
  test("is read with detail as a string", () => {
    const body = envelope({
      message: "Resource not found",
      detail:
        "There is no API hosted at this URL.\n\nFor information about our API's, please refer to the documentation",
    });
    expect(readErrorBody(JSON.stringify(body))).toMatchObject({
      message: "Resource not found",
      detail: expect.stringContaining("There is no API hosted at this URL. For information"),
    });
  });

  test("is read with detail as an object of scopes", () => {
    const body = envelope({
      message: "Your credentials lack one or more required privilege scopes.",
      detail: { required: ["account"], granted: ["team"] },
    });
    expect(readErrorBody(JSON.stringify(body))).toMatchObject({
      required: ["account"],
      granted: ["team"],
      detail: null,
    });
  });

  test.each([
    [{ src: ["This field is required."] }, [{ name: "src", problem: "This field is required." }]],
    [
      { "links.avatar": "required key not provided" },
      [{ name: "links.avatar", problem: "required key not provided" }],
    ],
    [["url: required"], [{ name: "", problem: "url: required" }]],
    [{ a: 1, b: null }, []],
    [null, []],
  ])("is read with fields as %j", (fields, expected) => {
    expect(readErrorBody(JSON.stringify(envelope({ message: "Bad request", fields }))).fields).toEqual(
      expected,
    );
  });

  test("is read with data inside, beside or both, without doubling", () => {
    const data = { shas: ["main"] };
    for (const body of [
      { type: "error", error: { message: "Commit not found", data }, data },
      { type: "error", error: { message: "Commit not found", data } },
      { type: "error", error: { message: "Commit not found" }, data },
    ]) {
      expect(readErrorBody(JSON.stringify(body)).shas).toEqual(["main"]);
    }
  });

  test("is read with error as a string, as plain text, as HTML and as nothing", () => {
    const sentence = "API Token provided has no Bitbucket scopes.";
    expect(readErrorBody(JSON.stringify({ error: sentence })).message).toBe(sentence);
    expect(readErrorBody("Rate limit for this resource has been exceeded").message).toBe(
      "Rate limit for this resource has been exceeded",
    );
    expect(readErrorBody(" <html>Bad Gateway</html>").message).toBeNull();
    expect(readErrorBody("").message).toBeNull();
  });
});

describe("a failed answer", () => {
  test("S20: 401 is stale, and says whether the token expired", () => {
    expect(failure(401, envelope({ message: "Access token expired." }))).toMatchObject({
      code: "bitbucket.unauthorized",
      reaction: "stale",
      data: { expired: true },
    });
    expect(failure(401, { error: "API Token provided has no Bitbucket scopes." })).toMatchObject({
      code: "bitbucket.unauthorized",
      data: { expired: false },
    });
  });

  test("S21: 403 names the missing scope and the tick that gives it", () => {
    const error = failure(
      403,
      envelope({
        message: "Your credentials lack one or more required privilege scopes.",
        detail: { required: ["repository", "account"], granted: ["account"] },
      }),
    );
    expect(error).toMatchObject({
      code: "bitbucket.forbidden",
      reaction: "refused",
      data: { required: ["repository", "account"], granted: ["account"] },
    });
    expect(error.message).toBe(
      "Bitbucket refused: the permission repository (“Repositories: Read”) was not granted (required: repository, account; granted: account).",
    );
    expect(error.cure).toContain("OAuth consumer");
    const implied = { required: ["repository", "account"], granted: ["pullrequest:write"] };
    expect(failure(403, envelope({ detail: implied })).message).toContain(
      "the permission account (“Account: Read”) was",
    );
    const unknown = failure(403, envelope({ detail: { required: ["team:x"], granted: [] } }));
    expect(unknown.message).toContain("“team:x”");
  });

  test("403 without scopes is a matter of rights", () => {
    expect(failure(403, envelope({ message: "Forbidden" }))).toMatchObject({
      code: "bitbucket.forbidden",
      data: { required: [], granted: [] },
    });
  });

  test("S22: 404 does not tell hidden from absent, and names unknown revisions", () => {
    expect(failure(404, envelope({ message: "Repository a/b not found" }))).toMatchObject({
      code: "bitbucket.not_found",
      reaction: "refused",
    });
    const data = { shas: ["main"] };
    expect(failure(404, { ...envelope({ message: "Commit not found", data }), data }).data).toMatchObject(
      data,
    );
  });

  test("S10: 410 is a function that was removed, with the entry of the changelog", () => {
    const data = {
      announcement_url: "https://developer.atlassian.com/cloud/bitbucket/changelog#CHANGE-2770",
    };
    const error = failure(410, {
      type: "error",
      error: {
        message: "CHANGE-2770 - Functionality has been deprecated",
        detail: "Please read the changelog entry for more details.",
        data,
      },
      data,
    });
    expect(error).toMatchObject({
      code: "bitbucket.gone",
      data: { change: "CHANGE-2770", announcementUrl: data.announcement_url },
    });
    expect(error.message).toContain("CHANGE-2770");
    expect(failure(410, "")).toMatchObject({ code: "bitbucket.gone", data: { change: null } });
  });

  test("429 carries the seconds to wait, if told, from JSON and from plain text", () => {
    const sentence = "Rate limit for this resource has been exceeded";
    expect(failure(429, envelope({ message: sentence }), { "retry-after": "60" })).toMatchObject({
      code: "bitbucket.rate_limited",
      reaction: "unreachable",
      retryAfterSeconds: 60,
    });
    expect(failure(429, sentence)).toMatchObject({ retryAfterSeconds: undefined, data: { said: sentence } });
  });

  test("5xx and Bitbucket's own 555 are for trying again", () => {
    for (const status of [500, 502, 503, 555]) {
      expect(failure(status, "<html>Bad Gateway</html>")).toMatchObject({
        code: "bitbucket.unavailable",
        reaction: "unreachable",
        data: { status },
      });
    }
    expect(failure(555, envelope({ message: "timeout" })).message).toContain("too large");
  });

  test("400 names the fields, other 4xx what Bitbucket said", () => {
    const error = failure(
      400,
      envelope({
        message: "source: branch not found: dummy",
        fields: { source: ["branch not found: dummy"] },
      }),
    );
    expect(error).toMatchObject({ code: "bitbucket.bad_request", reaction: "malformed" });
    expect(error.message).toContain("source: branch not found: dummy");
    expect(failure(400, envelope({ message: "Invalid pagelen" })).message).toContain("Invalid pagelen");
    for (const status of [411, 416, 418]) {
      expect(failure(status, "")).toMatchObject({ code: "bitbucket.bad_request", data: { status } });
    }
  });

  test("402 is a matter of the plan, 409 of the state", () => {
    expect(failure(402, "")).toMatchObject({ code: "bitbucket.payment_required", reaction: "refused" });
    const error = failure(409, envelope({ message: "Already merged" }));
    expect(error).toMatchObject({ code: "bitbucket.conflict", message: "Bitbucket refused: Already merged" });
  });

  test("whatever stands in the body, the failure is one of the catalogue", () => {
    const status = fc.constantFrom(301, 400, 401, 403, 404, 410, 429, 500, 555);
    const body = fc.oneof(fc.json(), fc.string({ unit: "binary" }), hostileEnvelope());
    fc.assert(
      fc.property(status, body, (code, text) => {
        expect(isWindlassError(failure(code, text))).toBe(true);
      }),
    );
  });
});

function hostileEnvelope() {
  const anything = fc.jsonValue();
  const error = fc.record(
    { message: anything, detail: anything, fields: anything, id: anything, data: anything },
    { requiredKeys: [] },
  );
  return fc
    .record({ type: anything, error: fc.oneof(error, anything), data: anything }, { requiredKeys: [] })
    .map((value) => JSON.stringify(value));
}
