import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { isWindlassError } from "../base/errors.ts";
import { type ConfigProblem, parseConfig } from "./config.ts";

const least = { instances: { bitbucket: { clientId: "key", clientSecret: "hunter2" } } };

function problemsOf(input: unknown): readonly ConfigProblem[] {
  try {
    parseConfig(input);
  } catch (error) {
    if (isWindlassError(error, "app.config_invalid")) return error.data.problems as readonly ConfigProblem[];
    throw error;
  }
  return [];
}

test("key and secret are enough: everything else has a safe default", () => {
  const config = parseConfig(least);
  expect(config.baseUrl).toBe("http://localhost:8000");
  expect(config.listen).toEqual({ host: "127.0.0.1", port: 8000 });
  expect(config.instances.bitbucket).toMatchObject({ product: "cloud", scopes: ["account", "email"] });
  expect(inspect(config, { depth: 9 })).not.toContain("hunter2");
});

test("every mistake is reported at once, each with its path", () => {
  const problems = problemsOf({
    baseurl: "http://localhost:8000",
    listen: { port: 99_999 },
    instances: { bitbucket: { clientId: "", clientSecrets: "x" } },
  });
  expect(problems.map(({ path }) => path).sort()).toEqual([
    "baseurl",
    "instances.bitbucket.clientId",
    "instances.bitbucket.clientSecret",
    "instances.bitbucket.clientSecrets",
    "listen.port",
  ]);
});

test("a missing secret is said to be missing", () => {
  expect(problemsOf({ instances: { bitbucket: { clientId: "key" } } })).toEqual([
    { path: "instances.bitbucket.clientSecret", problem: "is missing" },
  ]);
});

describe("the base URL", () => {
  test.each(["https://app.example.com", "http://localhost:8000", "http://127.0.0.1:9", "http://[::1]:1"])(
    "takes %s",
    (baseUrl) => {
      expect(parseConfig({ ...least, baseUrl }).baseUrl).toBe(baseUrl);
    },
  );

  test.each([
    "http://app.example.com",
    "http://localhost.example.com",
    "https://app.example.com/path",
    "ftp://localhost",
    "nonsense",
  ])("refuses %s", (baseUrl) => {
    expect(problemsOf({ ...least, baseUrl }).map(({ path }) => path)).toEqual(["baseUrl"]);
  });
});

test("scopes may be a list or a text", () => {
  const scopes = (value: unknown) =>
    parseConfig({ instances: { bitbucket: { clientId: "k", clientSecret: "s", scopes: value } } }).instances
      .bitbucket;
  expect(scopes("account email repository")).toMatchObject({ scopes: ["account", "email", "repository"] });
  expect(scopes(["account"])).toMatchObject({ scopes: ["account"] });
  expect(
    problemsOf({ instances: { bitbucket: { clientId: "k", clientSecret: "s", scopes: "Account Read" } } }),
  ).not.toEqual([]);
});

test("a mistyped scope is named before anybody is sent to Bitbucket with it", () => {
  const scopes = "account emial repository:read spaceship";
  const path = "instances.bitbucket.scopes";
  expect(problemsOf({ instances: { bitbucket: { clientId: "k", clientSecret: "s", scopes } } })).toEqual([
    { path: `${path}.1`, problem: 'has "emial": Bitbucket calls it `email`' },
    { path: `${path}.2`, problem: 'has "repository:read": Bitbucket calls it `repository`' },
    {
      path: `${path}.3`,
      problem: 'has "spaceship", which is no scope of Bitbucket Cloud such as account or repository:write',
    },
  ]);
});

test("a port says its range", () => {
  expect(problemsOf({ ...least, listen: { port: 0 } })).toEqual([
    { path: "listen.port", problem: "must be a whole number from 1 to 65535" },
  ]);
});
