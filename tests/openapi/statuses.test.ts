import { expect, test } from "vitest";
import { statusProblems } from "../../tools/openapi/statuses.ts";

const rows = [
  { operation: "GET /2.0/user", statuses: [200, 403] },
  { operation: "GET /site/oauth2/authorize", statuses: [200] },
];
const seen = [200, 401, 200].map((status) => ({ operation: "GET /2.0/user", status }));

test("a row of the coverage table says the statuses that the tests have seen, no more and no fewer", () => {
  expect(statusProblems(seen, rows, true)).toEqual([
    "The row of GET /2.0/user in tools/coverage should say [200, 401], as the tests have seen.",
  ]);
  const right = [{ operation: "GET /2.0/user", statuses: [200, 401] }];
  expect(statusProblems(seen, right, true)).toEqual([]);
});

test("after a part of the tests, what nobody saw is no mistake", () => {
  expect(statusProblems(seen, rows, false)).toEqual([
    "The row of GET /2.0/user in tools/coverage should say [200, 401, 403], as the tests have seen.",
  ]);
});
