import { expect, test } from "vitest";
import type { Permission, PlaceRule, Rule } from "./rule.ts";
import { scopesForRules } from "./scopes.ts";

const rule = (kind: PlaceRule["kind"], permission: Permission = "read"): PlaceRule => ({
  kind,
  place: "acme/api",
  permission,
  id: null,
  roles: ["member"],
});
const everyone: Rule = { kind: "everyone", roles: ["member"] };

test("nothing more is asked for where no place has to be asked about", () => {
  expect(scopesForRules("cloud", [])).toEqual([]);
  expect(scopesForRules("data-center", [everyone])).toEqual([]);
});

test("at Cloud a workspace needs the account alone, what is in one the repositories too", () => {
  expect(scopesForRules("cloud", [rule("workspace", "admin")])).toEqual(["account"]);
  expect(scopesForRules("cloud", [rule("project")])).toEqual(["account", "repository"]);
  expect(scopesForRules("cloud", [everyone, rule("repository", "admin"), rule("workspace")])).toEqual([
    "account",
    "repository",
  ]);
});

test("at Data Center the token has to reach as far as the permission that is asked about", () => {
  expect(scopesForRules("data-center", [rule("project"), rule("repository")])).toEqual(["REPO_READ"]);
  expect(scopesForRules("data-center", [rule("repository", "write")])).toEqual(["REPO_WRITE"]);
  expect(scopesForRules("data-center", [rule("repository", "admin")])).toEqual(["REPO_ADMIN"]);
  expect(scopesForRules("data-center", [rule("project", "write")])).toEqual(["PROJECT_ADMIN"]);
});

test("a Server knows no scopes", () => {
  expect(scopesForRules("server", [rule("repository", "admin")])).toEqual([]);
});
