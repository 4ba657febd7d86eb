import { expect, test } from "vitest";
import { isWindlassError } from "../base/errors.ts";
import { parseConfig } from "./config.ts";

const uuid = "6fd0f9a4-5d55-4a3e-9d39-6f0f3d0c1a11";
const least = { instances: { bitbucket: { clientId: "key", clientSecret: "hunter2" } } };

function problemsOf(input: object): unknown {
  try {
    parseConfig({ ...least, ...input });
  } catch (error) {
    if (isWindlassError(error, "app.config_invalid")) return error.data.problems;
    throw error;
  }
  return [];
}

test("administrators are named by instance and stable id, or as entities", () => {
  const resolvers = { resolvers: [{ resolver: "usernameMatchingUserEntityAnnotation" }] };
  const catalog = { locations: [{ type: "file", target: "org.yaml" }] } as const;
  const admins = [
    { instance: "bitbucket", id: `{${uuid.toUpperCase()}}` },
    { instance: "bitbucket", id: "101" },
    { entity: "User:Default/john" },
  ];
  expect(parseConfig({ ...least, signIn: resolvers, catalog, admins }).admins).toEqual([
    { instanceId: "bitbucket", subject: uuid },
    { instanceId: "bitbucket", subject: "101" },
    { entityRef: "user:default/john" },
  ]);
  expect(parseConfig(least).admins).toEqual([]);
});

test("what could be somebody else tomorrow, or nobody at all, is refused", () => {
  for (const admin of [
    { instance: "bitbucket", id: "johndoe" },
    { instance: "bitbucket", id: "john@example.com" },
    { instance: "bitbucket", id: "" },
    { instance: "bitbucket" },
    { entity: "john" },
    { entity: "group:default/all" },
    "johndoe",
    { instance: "bitbucket", id: uuid, entity: "user:default/john" },
  ])
    expect(problemsOf({ admins: [admin] })).toMatchObject([{ path: expect.stringMatching(/^admins\.0/) }]);
  expect(problemsOf({ admins: [{ instance: "bitbuckets", id: uuid }] })).toEqual([
    { path: "admins.0.instance", problem: "names no instance; there are: bitbucket" },
  ]);
  expect(problemsOf({ admins: [{ entity: "user:default/john" }] })).toMatchObject([
    { path: "admins.0.entity" },
  ]);
});
