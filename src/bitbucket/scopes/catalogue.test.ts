import { expect, test } from "vitest";
import { cloudScope, expandScopes, findScope, listOf, scopeLists } from "./catalogue.ts";
import { cloudScopes } from "./cloud.ts";
import type { ScopeList } from "./scope.ts";

test("G18: implied scopes are followed over all steps, and the admin scopes imply nothing", () => {
  expect(expandScopes(["pullrequest:write"])).toEqual(
    new Set(["pullrequest:write", "pullrequest", "repository:write", "repository"]),
  );
  expect(expandScopes(["repository:admin", "project:admin"])).toEqual(
    new Set(["repository:admin", "project:admin"]),
  );
  expect(expandScopes(["repository"]).has("pullrequest")).toBe(false);
  expect(expandScopes(["toString", "unheard-of"])).toEqual(new Set(["toString", "unheard-of"]));
});

test("the scopes of what Bitbucket removed say when, and the obsolete ones why", () => {
  const names = Object.keys(cloudScopes);
  const removed = names.filter((name) => cloudScope(name)?.removed !== undefined);
  expect(removed).toEqual(["issue", "issue:write", "wiki"]);
  expect(removed.map((name) => cloudScope(name)?.removed)).toEqual(Array(3).fill("2026-08-20"));
  expect(names.filter((name) => cloudScope(name)?.obsolete !== undefined)).toEqual([
    "team",
    "team:write",
    "project:write",
  ]);
  expect(cloudScope("constructor")).toBeNull();
});

test("every implied, replacing and granular scope is in a catalogue", () => {
  for (const [list, scopes] of Object.entries(scopeLists)) {
    for (const { implies, replacedBy, meaning, tick } of Object.values(scopes)) {
      // The keys of `scopeLists` are the lists.
      for (const name of [...implies, ...(replacedBy === undefined ? [] : [replacedBy])])
        expect(findScope(list as ScopeList, name), name).not.toBeNull();
      expect(meaning).toMatch(/^[a-z].*[^.]$/);
      expect(tick).not.toBe("");
    }
  }
  for (const { apiToken } of Object.values(cloudScopes))
    for (const name of apiToken) expect(findScope("api-token", name), name).not.toBeNull();
});

test("an API token's scopes imply nothing, and Data Center's link scopes form a chain", () => {
  expect(expandScopes(["write:repository:bitbucket"], "api-token").size).toBe(1);
  expect(expandScopes(["SYSTEM_ADMIN"], "link")).toEqual(new Set(Object.keys(scopeLists.link)));
  expect(expandScopes(["REPO_ADMIN"], "http-access-token").has("REPO_READ")).toBe(true);
  expect(expandScopes(["PROJECT_ADMIN"], "http-access-token").has("REPO_READ")).toBe(false);
});

test("a repository's access token has no account, a project's no project:admin, none has email", () => {
  const of = (owner: "repository" | "project" | "workspace") =>
    Object.keys(cloudScopes).filter((name) => cloudScope(name)?.accessTokens.includes(owner));
  expect(of("repository")).not.toContain("project");
  expect(of("repository")).toHaveLength(12);
  expect(of("project")).toEqual(expect.arrayContaining([...of("repository"), "project"]));
  expect(of("project")).toHaveLength(13);
  expect(of("workspace")).toEqual(expect.arrayContaining([...of("project"), "project:admin", "account"]));
  expect(of("workspace")).toHaveLength(15);
});

test("a scope's list is told by its form", () => {
  expect(["account", "read:user:bitbucket", "REPO_READ"].map(listOf)).toEqual(["oauth", "api-token", "link"]);
});
