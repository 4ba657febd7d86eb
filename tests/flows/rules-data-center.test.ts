/** Who comes in by rules, at Data Center and Server: projects and repositories, what is inherited, and what everybody sees. */
import { afterEach, describe, expect, test } from "vitest";
import { Secret } from "../../src/base/secret.ts";
import type { CredentialKind } from "../../src/bitbucket/credential.ts";
import type { Instance } from "../../src/bitbucket/instance.ts";
import { serverInstance } from "../../src/bitbucket/self-hosted.ts";
import { repository } from "../../src/emulator/build/repository.ts";
import { commit } from "../../src/emulator/build/steps.ts";
import type { Seed } from "../../src/emulator/core/seed.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { createJudge, type Judge } from "../../src/signin/rules/judge.ts";
import type { Permission, Rule } from "../../src/signin/rules/rule.ts";
import { type Database, openDatabase } from "../../src/storage/database.ts";
import { failureOf } from "../failure.ts";
import { findAmong } from "../find-among.ts";
import { silentRecord } from "../silent-record.ts";
import { dataCenterOf, fetch, instanceOf } from "./data-center-place.ts";

let emulator: Emulator;
let database: Database;
afterEach(async () => {
  await emulator.close();
  await database.close();
});

const people = ["ann", "ben", "cem", "dan", "eva"].map((name) => ({ name, password: `${name}'s password` }));

const seed: Seed = {
  workspaces: [{ slug: "shop" }, { slug: "open" }, { slug: "house" }],
  dataCenter: {
    people,
    projects: [
      { key: "OPEN", public: true },
      { key: "HOUSE", defaultPermission: "PROJECT_READ" },
    ],
    permissions: [
      { person: "ann", project: "SHOP", permission: "PROJECT_READ" },
      { person: "ben", project: "SHOP", permission: "PROJECT_WRITE" },
      { person: "cem", project: "SHOP", permission: "PROJECT_ADMIN" },
      { person: "dan", project: "SHOP", repository: "api", permission: "REPO_WRITE" },
      { person: "ben", project: "OPEN", permission: "PROJECT_WRITE" },
    ],
  },
};

const history = [commit({ "a.txt": "a\n" })];

async function open(...rules: Rule[]): Promise<Judge> {
  emulator = await createEmulator({
    seed,
    repositories: [
      repository("shop/api", history, { private: true }),
      repository("open/api", history, { private: true }),
      repository("open/public", history, { private: false }),
    ],
  });
  database = await openDatabase(":memory:", { clock: emulator.clock });
  const known: readonly Instance[] = [instanceOf(emulator), asServer()];
  return createJudge({
    ...silentRecord(database),
    database,
    fetch,
    clock: emulator.clock,
    instances: findAmong(() => known),
    rules: () => rules,
  });
}

/** The same pages, where nothing is known of OAuth 2. */
const asServer = () =>
  serverInstance({
    id: "old",
    baseUrl: dataCenterOf(emulator).url,
    consumerKey: "key",
    privateKey: "key",
  });

const rule = (kind: "project" | "repository", place: string, permission: Permission = "read"): Rule => ({
  kind,
  place,
  permission,
  id: null,
  roles: ["member"],
});

/** Who of all people is let in. */
async function letIn(judge: Judge, instanceId = instanceOf(emulator).id): Promise<readonly string[]> {
  const admitted: string[] = [];
  for (const { name, password } of people) {
    const kind: CredentialKind = "http-access-token";
    const credential = { kind, login: name, accessToken: new Secret(password) };
    const error = await judge(instanceId, credential).then(
      () => null,
      (failure: unknown) => failure,
    );
    if (error === null) admitted.push(name);
    else expect(await failureOf(Promise.reject(error))).toMatchObject({ code: "signin.no_rule" });
  }
  return admitted;
}

describe("a rule of Data Center", () => {
  test.each([
    ["read", ["ann", "ben", "cem"]],
    ["write", ["ben", "cem"]],
    ["admin", ["cem"]],
  ] as const)("of a project lets in whoever may at least %s there", async (permission, who) => {
    expect(await letIn(await open(rule("project", "SHOP", permission)))).toEqual(who);
  });

  test.each([
    ["read", ["ann", "ben", "cem", "dan"]],
    ["write", ["ben", "cem", "dan"]],
    ["admin", ["cem"]],
  ] as const)(
    "of a repository counts what comes down from the project: at least %s",
    async (permission, who) => {
      expect(await letIn(await open(rule("repository", "SHOP/api", permission)))).toEqual(who);
    },
  );

  test("to read what is public lets nobody in; to write there, those who were given it", async () => {
    const judge = await open(
      rule("project", "OPEN"),
      rule("repository", "OPEN/api"),
      rule("repository", "OPEN/public"),
    );
    expect(await letIn(judge)).toEqual([]);
    await Promise.all([emulator.close(), database.close()]);
    expect(await letIn(await open(rule("repository", "OPEN/public", "write")))).toEqual(["ben"]);
  });

  test("counts what a project gives everybody who is logged in", async () => {
    expect(await letIn(await open(rule("project", "HOUSE")))).toEqual(people.map(({ name }) => name));
  });

  test("holds at a Server too", async () => {
    expect(await letIn(await open(rule("repository", "SHOP/api", "write")), "old")).toEqual([
      "ben",
      "cem",
      "dan",
    ]);
  });

  test("is met in any case the key is not written in by nobody", async () => {
    expect(await letIn(await open(rule("project", "shop"), rule("repository", "SHOP/API")))).toEqual([]);
  });
});
