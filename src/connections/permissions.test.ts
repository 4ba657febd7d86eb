import { expect, test } from "vitest";
import { gapsOf, scopesToAsk } from "./permissions.ts";

test("S6: exactly two permissions are asked for at Cloud, one at Data Center, none at a Server", () => {
  expect(scopesToAsk({ product: "cloud" })).toEqual(["repository", "account"]);
  expect(scopesToAsk({ product: "data-center" })).toEqual(["REPO_READ"]);
  expect(scopesToAsk({ product: "server" })).toEqual([]);
});

test("what was not granted is named with its tick before it is needed", () => {
  const gaps = (kind: "oauth2" | "api-token", ...scopes: string[]) =>
    gapsOf({ product: "cloud" }, { kind, scopes }).map(({ tick }) => tick);
  expect(gaps("oauth2", "account")).toEqual(["Repositories: Read"]);
  expect(gaps("oauth2", "pullrequest", "account")).toEqual([]);
  expect(gaps("api-token", "read:repository:bitbucket", "read:user:bitbucket")).toEqual([
    "read:workspace:bitbucket",
  ]);
});

test("where Bitbucket does not say what it granted, nothing is called missing", () => {
  expect(gapsOf({ product: "data-center" }, { kind: "http-access-token", scopes: [] })).toEqual([]);
});
