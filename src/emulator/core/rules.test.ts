import { expect, test } from "vitest";
import { chooseRules, readRule } from "./rules.ts";

test("today's rules and those of 2025 differ in what was retired, and only there", () => {
  const [today, in2025] = [chooseRules(), chooseRules("2025")];
  const changed = Object.entries(in2025).filter(
    ([name, value]) => value !== (today as Record<string, unknown>)[name],
  );
  expect(changed.map(([name]) => name)).toEqual([
    "scopeField",
    "rotateRefreshTokens",
    "refreshFailure",
    "refreshIdleSeconds",
    "clientCredentialsRefreshToken",
    "clientCredentialsAsOwner",
    "tokenInQuery",
    "tokenInBody",
    "appPasswords",
    "issueAndWikiTicks",
    "workspaceMembershipTick",
    "crossWorkspaceLists",
  ]);
});

test("a few rules can be changed on top of today's", () => {
  expect(chooseRules({ pkceChecked: true })).toEqual({ ...chooseRules(), pkceChecked: true });
});

test("a number that no timer holds is refused with a sentence", () => {
  expect(readRule("hookTimeoutMilliseconds", "2147483647")).toEqual({ hookTimeoutMilliseconds: 2147483647 });
  expect(readRule("hookTimeoutMilliseconds", "2147483648")).toBe(
    'The rule hookTimeoutMilliseconds takes at most 2147483647, not "2147483648"',
  );
});

test("a rule is read from text by its type, or refused with a sentence", () => {
  expect(readRule("tokenLength", "3000")).toEqual({ tokenLength: 3000 });
  expect(readRule("invalidRedirectStatus", "404")).toEqual({ invalidRedirectStatus: 404 });
  expect(readRule("pkceChecked", "false")).toEqual({ pkceChecked: false });
  expect(readRule("denialDescription", "")).toEqual({ denialDescription: "" });
  for (const [name, text] of [
    ["toString", "1"],
    ["tokenLength", "-1"],
    ["hookTimeoutMilliseconds", "9999999999"],
    ["pkceChecked", "yes"],
    ["scopeField", "scop"],
    ["invalidRedirectStatus", "302"],
  ] as const)
    expect(readRule(name, text), name).toEqual(expect.stringContaining(name));
});
