import { describe, expect, test } from "vitest";
import type { Exemption } from "../../tools/openapi/exemptions.ts";
import { withExemptions } from "../../tools/openapi/exemptions.ts";
import { createJudge } from "../../tools/openapi/judge.ts";
import { answerOf, smallDocuments } from "./judged.ts";

const none = { cloud: [], dataCenter: [] };
const judge = createJudge(smallDocuments, none);
const problemsOf = (...given: Parameters<typeof answerOf>) => judge.judge(answerOf(...given)).problems;

describe("C42: an answer that is not as the document says is found", () => {
  test.each([
    ["a required key is missing", "/2.0/things/1", { size: 1 }, "required property 'type'"],
    [
      "a page has a stray key",
      "/2.0/things",
      { pagelen: 10, values: [], total: 0 },
      "additional properties (total",
    ],
    [
      "a value has the wrong type",
      "/2.0/things",
      { values: [{ type: "thing", size: "1" }] },
      "/values/0/size must be integer",
    ],
    ["the body is no JSON", "/2.0/things/1", "{", "says it is JSON, and is not"],
  ])("%s", (_what, path, body, problem) => {
    expect(problemsOf(path, body)).toEqual([expect.stringContaining(problem)]);
  });

  test("a 2xx that the document does not know, or knows without a body", () => {
    const unknown = [expect.stringContaining("no such status")];
    expect(problemsOf("/2.0/things", {}, { status: 201 })).toEqual(unknown);
    expect(problemsOf("/2.0/things", {}, { status: 204 })).toEqual(unknown);
  });

  test("a path or method that the document does not have", () => {
    const outside = [expect.stringContaining("the document does not have")];
    expect(problemsOf("/2.0/people", { type: "page" })).toEqual(outside);
    expect(problemsOf("/2.0/things", { type: "thing" }, { method: "POST" })).toEqual(outside);
    expect(problemsOf("/rest/api/latest/nothing", {}, { origin: "server" })).toEqual(outside);
  });

  test("an error without a schema of its own that is none of the product's", () => {
    const wrong = { type: "error", error: { text: "No." } };
    expect(problemsOf("/2.0/things/1", wrong, { status: 404 })).not.toEqual([]);
    expect(problemsOf("/2.0/none", wrong, { status: 404 })).not.toEqual([]);
    expect(
      problemsOf("/2.0/things/1", { type: "error", error: { message: "No." } }, { status: 404 }),
    ).toEqual([]);
  });
});

test("faults, files, other bodies and other statuses are left out", () => {
  const kindOf = (more: Parameters<typeof answerOf>[2]) =>
    judge.judge(answerOf("/2.0/things/1", {}, more)).kind;
  expect(kindOf({ isFault: true })).toBe("fault");
  expect(kindOf({ isFile: true })).toBe("file");
  expect(kindOf({ body: null })).toBe("not JSON");
  expect(kindOf({ status: 503 })).toBe("other status");
});

test("a partial answer may lack what is required, and nothing else is let through", () => {
  expect(problemsOf("/2.0/things/1", { size: 1 }, { isPartial: true })).toEqual([]);
  expect(problemsOf("/2.0/things/1", { size: "1" }, { isPartial: true })).toHaveLength(1);
});

test.each([
  ["api", "/2.0/things/mine", "GET /2.0/things/mine"],
  ["api", "/2.0/things/yours/", "GET /2.0/things/{id}"],
  ["api", "/2.0/things/1/diff/a/b..c", "GET /2.0/things/{id}/diff/{spec}"],
  ["api", "/2.0/things/1/diff", null],
  [
    "dataCenter",
    "/bitbucket/rest/api/1.0/projects/A/compare/diff",
    "GET /rest/api/latest/projects/{key}/compare/diff{path}",
  ],
  [
    "server",
    "/rest/api/latest/projects/A/compare/diff/a/b.txt",
    "GET /rest/api/latest/projects/{key}/compare/diff{path}",
  ],
  ["server", "/rest/api/latest/pull-requests/7.diff", "GET /rest/api/latest/pull-requests/{id}.diff"],
] as const)("at %s the path %s is of %s", (origin, path, operation) => {
  expect(judge.judge(answerOf(path, {}, { origin })).operation).toBe(operation);
});

describe("an exemption", () => {
  const nullable: Exemption = {
    id: "no parent",
    at: "thing/properties/parent",
    may: { type: "null" },
    reason: "",
  };
  const stray: Exemption = { id: "more", at: "things", mayHave: { total: { type: "integer" } }, reason: "" };
  const exempting = createJudge(smallDocuments, { cloud: [nullable, stray], dataCenter: [] });
  const problems = (...given: Parameters<typeof answerOf>) => exempting.judge(answerOf(...given)).problems;
  const needed = exempting.validators.cloud.needed;

  test("is not needed by what the schema lets through", () => {
    expect(problems("/2.0/things/1", { type: "thing", parent: { type: "thing" } })).toEqual([]);
    expect(problems("/2.0/things/1", { type: "thing" })).toEqual([]);
    expect(problems("/2.0/things/1", { type: "thing", parent: 7 })).toHaveLength(1);
    expect(problems("/2.0/things", { total: "7" })).toHaveLength(1);
    expect([...needed]).toEqual([]);
  });

  test("lets through what it says, in its place only, and is noted", () => {
    expect(problems("/2.0/things/1", { type: "thing", parent: null })).toEqual([]);
    expect(problems("/2.0/things", { total: 7 })).toEqual([]);
    expect(problems("/2.0/things", { values: [{ type: null }] })).toHaveLength(1);
    expect([...needed]).toEqual(["no parent", "more (total)"]);
  });

  test("that points at nothing, or opens what is open, is refused", () => {
    const apply = (exemption: Exemption) => () => withExemptions(smallDocuments.cloud, [exemption]);
    expect(apply({ ...nullable, at: "thing/properties/mother" })).toThrow("points at nothing");
    expect(apply({ ...nullable, at: "everywhere/mother" })).toThrow("points at nothing");
    expect(apply({ ...stray, at: "thing" })).toThrow("opens what is not closed");
  });
});
