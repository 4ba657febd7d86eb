import { expect, test } from "vitest";
import { allRows } from "../../../tools/coverage/table.ts";
import { operationsOf } from "../../../tools/openapi/operations.ts";
import { atlassians } from "../judged.ts";

/** What Bitbucket has and its document lacks. */
const undocumented = [
  "GET /rest/capabilities",
  "GET /rest/webhooks/latest/capabilities",
  "GET /rest/oauth2/latest/authorize",
  "POST /rest/oauth2/latest/token",
  "POST /rest/oauth2/latest/revoke",
  "GET /rest/oauth2/latest/client",
  "GET /rest/oauth2/latest/.well-known/oauth-authorization-server",
];

test("C43: every operation of the REST APIs is in Atlassian's documents, the listed ones apart", () => {
  const { cloud, dataCenter } = atlassians();
  const found = { "/2.0": operationsOf(cloud), "/rest": operationsOf(dataCenter) };
  const missing = allRows.flatMap(({ operation }) => {
    const [method = "", path = ""] = operation.split(" ");
    const [prefix, rest] = [/^\/(2\.0|rest)(?=\/)/.exec(path)?.[0], path.replace(/^\/(2\.0|rest)/, "")];
    if (prefix !== "/2.0" && prefix !== "/rest") return [];
    return found[prefix].find(method, rest)?.operation === undefined ? [operation] : [];
  });
  expect(missing.sort()).toEqual([...undocumented].sort());
});
