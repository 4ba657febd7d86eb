import { expect, test } from "vitest";
import { fc } from "../../../tests/property.ts";
import { isScope, suggestScope } from "./suggest.ts";

test.each([
  ["repository:read", "repository"],
  ["account:read", "account"],
  ["email:read", "email"],
  ["pullrequest:read", "pullrequest"],
  ["repo", "repository"],
  ["user:email", "email"],
  ["read:user", "account"],
  ["read:repository:bitbucket", "repository"],
  ["write:repository:bitbucket", "repository:write"],
  ["Repository", "repository"],
  ["acount", "account"],
  ["webhooks", "webhook"],
  ["team", "account"],
  ["project:write", "project:admin"],
  ["REPO_READ", "repository"],
])("Cloud calls %s by the name %s", (name, meant) => {
  expect(isScope(name, "cloud")).toBe(false);
  expect(suggestScope(name, "cloud")).toBe(meant);
});

test.each([
  ["repository", "REPO_READ"],
  ["repo_read", "REPO_READ"],
  ["repository:read", "REPO_READ"],
  ["account", "PUBLIC_REPOS"],
  ["user:email", "PUBLIC_REPOS"],
  ["PROJECT_READ", "REPO_READ"],
  ["webhook", "REPO_ADMIN"],
  ["REPOS_READ", "REPO_READ"],
])("Data Center calls %s by the name %s", (name, meant) => {
  expect(suggestScope(name, "data-center")).toBe(meant);
});

test("nothing is suggested for a right name, for one nothing is near to, and where there are no scopes", () => {
  expect(suggestScope("account", "cloud")).toBeNull();
  expect(suggestScope("REPO_READ", "data-center")).toBeNull();
  expect(suggestScope("spaceship", "cloud")).toBeNull();
  expect(suggestScope("constructor", "cloud")).toBeNull();
  expect(suggestScope("account", "server")).toBeNull();
});

test("whatever is suggested is a scope that can be asked for", () => {
  const product = fc.constantFrom("cloud" as const, "data-center" as const, "server" as const);
  fc.assert(
    fc.property(fc.string(), product, (name, at) => {
      const meant = suggestScope(name, at);
      if (meant !== null) expect(isScope(meant, at)).toBe(true);
    }),
  );
});
