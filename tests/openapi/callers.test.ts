import { expect, test } from "vitest";
import { type Called, callerProblems } from "../../tools/openapi/callers.ts";

const one = "tests/emulator/one.test.ts";
const two = "tests/emulator/two.test.ts";

function called(origin: Called["answer"]["origin"], path: string, from: string, operation?: string): Called {
  return {
    answer: { origin, method: "GET", path },
    operation: operation ?? null,
    froms: new Set([`/home/${from}`]),
  };
}

function rowsOf(app: "cloudApi" | "cloudWebsite" | "dataCenter", operation: string, statuses = [200]) {
  return [{ app, rows: [{ operation, statuses, test: one }] }];
}

test("a row whose test never called the operation is named, with those that did", () => {
  const operation = "GET /2.0/users/{selected_user}";
  const rows = rowsOf("cloudApi", operation);
  expect(callerProblems([called("api", "/2.0/users/ada", one, operation)], rows)).toEqual([]);
  expect(callerProblems([called("api", "/2.0/users/ada", two, operation)], rows)).toEqual([
    `The row of ${operation} in tools/coverage names ${one}, which never called it; who did: ${two}.`,
  ]);
  expect(callerProblems([], rows)).toEqual([expect.stringContaining("who did: nobody")]);
});

test("what the documents do not have is found by the row's path, below a context path and by version too", () => {
  const page = rowsOf("cloudWebsite", "GET /{workspace}/{repository}/commits/{hash}");
  expect(callerProblems([called("web", "/acme/w/commits/1", one)], page)).toEqual([]);
  expect(callerProblems([called("web", "/acme/w/src/1", one)], page)).toHaveLength(1);
  expect(callerProblems([called("api", "/acme/w/commits/1", one)], page)).toHaveLength(1);
  const tokens = rowsOf("dataCenter", "GET /rest/access-tokens/latest/users/{slug}");
  const own = called("server", "/bitbucket/rest/access-tokens/1.0/users/ada", one);
  expect(callerProblems([own], tokens)).toEqual([]);
});

test("what is not recorded is not asked for", () => {
  expect(callerProblems([], rowsOf("cloudWebsite", "GET /_emulator/clock", []))).toEqual([]);
});
