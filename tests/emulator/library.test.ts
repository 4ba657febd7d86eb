/** The library: starting many, going back to the beginning, and repositories told in a few lines. */
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { repository } from "../../src/emulator/build/repository.ts";
import { admin, consumer, person, workspace } from "../../src/emulator/build/seeds.ts";
import {
  branch,
  commit,
  executable,
  link,
  merge,
  movedFrom,
  submodule,
  tag,
} from "../../src/emulator/build/steps.ts";
import { EmulatorFailure } from "../../src/emulator/core/errors.ts";
import { createEmulator, type Emulator, type GivenRepository } from "../../src/emulator/emulator.ts";
import { call, refreshWith, tokensFor } from "./client.ts";
import { accessToken, git, gitLines } from "./served.ts";

const ada = person("ada", { displayName: "Ada Lovelace", emails: ["ada@example.com", "old@example.com"] });
const grace = person("grace", { emails: ["grace@example.com"] });
const acme = workspace("acme", { members: [admin(ada), grace] });
const seed = {
  people: [ada, grace],
  workspaces: [acme],
  consumers: [consumer("My app", { workspace: acme, callbackUrl: "http://localhost:3000/callback" })],
};
const widgets = repository("acme/widgets", [
  commit(
    { "a.txt": "one\n", "old name.txt": "1\n2\n3\n4\n5\n", "picture.bin": new Uint8Array([0, 1, 255]) },
    { author: ada, message: "First", at: "2026-01-02" },
  ),
  tag("v0"),
  branch("feature", [
    commit(
      { "run.sh": executable("#!/bin/sh\n"), "a.txt": "one\ntwo\n" },
      { author: grace, at: "2026-01-03T10:00:00" },
    ),
    commit({ "ä/new name.txt": movedFrom("old name.txt"), "link.txt": link("a.txt") }),
  ]),
  commit({ "b.txt": "b\n", "vendor/lib": submodule("1".repeat(40)) }),
  merge("feature", { author: ada, message: "Bring in the feature" }),
  commit(),
  commit({ "picture.bin": null, "vendor/lib": null }, { author: "Carl <carl@example.org>", committer: ada }),
  tag("v1", { message: "The first", by: ada }),
  branch("stable"),
  branch("pages", [commit({ "index.html": "<p>Hello\n" })], { orphan: true }),
]);
const folderOf = (emulator: Emulator, name: string) =>
  emulator.repositories.find(({ fullName }) => fullName === name)?.path ?? "";

test("a told repository is real git: merges, moves, modes, tags, empty commits and branches", async () => {
  await using emulator = await createEmulator({ seed, repositories: [widgets] });
  const folder = folderOf(emulator, "acme/widgets");
  git(folder, "fsck", "--strict", "--no-dangling");
  expect(
    gitLines(folder, "log", "--first-parent", "--reverse", "--format=%an|%ae|%cn|%ai|%s", "main"),
  ).toEqual([
    "Ada Lovelace|ada@example.com|Ada Lovelace|2026-01-02 00:00:00 +0000|First",
    "Some Body|some.body@example.com|Some Body|2026-01-03 12:00:00 +0000|Commit 4",
    "Ada Lovelace|ada@example.com|Ada Lovelace|2026-01-03 13:00:00 +0000|Bring in the feature",
    "Some Body|some.body@example.com|Some Body|2026-01-03 14:00:00 +0000|Commit 6",
    "Carl|carl@example.org|Ada Lovelace|2026-01-03 15:00:00 +0000|Commit 7",
  ]);
  expect(
    gitLines(
      folder,
      "-c",
      "core.quotePath=false",
      "ls-tree",
      "-r",
      "--format=%(objectmode) %(path)",
      "main~2",
    ).map((line) => Buffer.from(line, "latin1").toString()),
  ).toEqual([
    "100644 a.txt",
    "100644 b.txt",
    "120000 link.txt",
    "100644 picture.bin",
    "100755 run.sh",
    "160000 vendor/lib",
    "100644 ä/new name.txt",
  ]);
  expect(gitLines(folder, "rev-list", "--parents", "-1", "main~2")[0]?.split(" ")).toHaveLength(3);
  expect(gitLines(folder, "diff-tree", "--name-status", "main~2", "main~1")).toEqual([]);
  expect(gitLines(folder, "diff-tree", "-r", "-M", "--name-status", "feature~1", "feature")).toContain(
    'R100\told name.txt\t"\\303\\244/new name.txt"',
  );
  expect(gitLines(folder, "for-each-ref", "--format=%(refname:short) %(objecttype)")).toEqual([
    "feature commit",
    "main commit",
    "pages commit",
    "stable commit",
    "v0 commit",
    "v1 tag",
  ]);
  expect(gitLines(folder, "rev-list", "--count", "pages")).toEqual(["1"]);
  expect(gitLines(folder, "rev-parse", "stable", "v1^{commit}")).toEqual(
    gitLines(folder, "rev-parse", "main", "main"),
  );
});

test("the same telling gives the same hashes, and its folder goes with the emulator", async () => {
  const heads: string[][] = [];
  const folders: string[] = [];
  for (const _ of [1, 2]) {
    await using emulator = await createEmulator({ seed, repositories: [widgets] });
    const folder = folderOf(emulator, "acme/widgets");
    folders.push(folder);
    heads.push([...gitLines(folder, "for-each-ref", "--format=%(objectname) %(refname)")]);
  }
  expect(heads[0]).toEqual(heads[1]);
  expect(folders.map((folder) => existsSync(folder))).toEqual([false, false]);
});

test("a told repository is read by the API as its people, and another can be added later", async () => {
  await using emulator = await createEmulator({ seed, repositories: [widgets], autoApprove: "ada" });
  const token = await accessToken(emulator, ["account", "email", "repository"]);
  const json = async (path: string) => (await call(emulator, path, token)).json();
  expect(await json("/2.0/user")).toMatchObject({ username: "ada", display_name: "Ada Lovelace" });
  expect(await json("/2.0/repositories/acme/widgets/commits/v0")).toMatchObject({
    values: [{ message: "First\n", author: { user: { display_name: "Ada Lovelace" } } }],
  });
  expect(await json("/2.0/repositories/acme/widgets/diffstat/feature")).toMatchObject({ size: 2 });
  await emulator.addRepository(repository("acme/later", [commit({ "c.txt": "c\n" })]));
  expect(await json("/2.0/repositories/acme/later/src/main/")).toMatchObject({ values: [{ path: "c.txt" }] });
  expect(emulator.dataCenter?.repositories.map(({ fullName }) => fullName)).toEqual([
    "ACME/widgets",
    "ACME/later",
  ]);
});

const mistakes: Readonly<Record<string, () => GivenRepository>> = {
  "is named workspace/slug in lower case, not": () => repository("Widgets"),
  'there is no file "x" to remove': () => repository("acme/w", [commit({ x: null })]),
  'there is no file "x" to move to "y"': () => repository("acme/w", [commit({ y: movedFrom("x") })]),
  '"../x" is no path of a file': () => repository("acme/w", [commit({ "../x": "" })]),
  'there is no branch "f" to merge': () => repository("acme/w", [commit(), merge("f")]),
  '"main" holds all of "f" already': () => repository("acme/w", [commit(), branch("f"), merge("f")]),
  'both sides changed "a": say with files': () =>
    repository("acme/w", [
      commit({ a: "1" }),
      branch("f", [commit({ a: "2" })]),
      commit({ a: "3" }),
      merge("f"),
    ]),
  'there is no commit to tag as "v"': () => repository("acme/w", [tag("v")]),
  'there are two tags "v"': () => repository("acme/w", [commit(), tag("v"), tag("v")]),
  '"a b" is no name of a branch or tag': () => repository("acme/w", [commit(), branch("a b")]),
  '"someday" is no date': () => repository("acme/w", [commit({}, { at: "someday" })]),
  "is not of the form Name <e-mail>": () => repository("acme/w", [commit({}, { author: "Carl" })]),
};

test.for(Object.keys(mistakes))("a history that cannot be is refused: … %s …", async (sentence) => {
  const start = async () => createEmulator({ seed, repositories: [mistakes[sentence]?.() ?? widgets] });
  const failure = await start().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(EmulatorFailure);
  expect(failure).toMatchObject({ code: "bad_history", message: expect.stringContaining(sentence) });
});

test("what both sides changed is settled by the merge", async () => {
  const told = [
    commit({ a: "1", gone: "x" }),
    branch("f", [commit({ a: "2", gone: null })]),
    commit({ a: "3" }),
    merge("f", { files: { a: "4" } }),
  ];
  await using emulator = await createEmulator({ seed, repositories: [repository("acme/w", told)] });
  const folder = folderOf(emulator, "acme/w");
  expect(git(folder, "show", "main:a").toString()).toBe("4");
  expect(gitLines(folder, "ls-tree", "--name-only", "main")).toEqual(["a"]);
});

test("many run at once without a port in common", async () => {
  const all = await Promise.all(Array.from({ length: 12 }, () => createEmulator({ seed })));
  const ports = all.flatMap(({ urls, dataCenter, server }) =>
    [urls.bitbucket, urls.api, dataCenter?.url ?? "", server?.url ?? ""].map((url) => new URL(url).port),
  );
  expect(new Set(ports).size).toBe(48);
  await Promise.all(all.map((each) => each.close()));
});

/** Everything a test may have written down. */
const known = ({ urls, consumers, people, accessTokens, repositories, dataCenter, server }: Emulator) =>
  structuredClone({
    urls,
    consumers,
    people,
    accessTokens,
    repositories,
    dataCenter: { ...dataCenter, consumers: [] },
    server: { ...server, consumers: [] },
  });

test("after a reset all is as planted: the same keys, secrets, ids and tokens, and nothing of what was done since", async () => {
  await using emulator = await createEmulator({ repositories: [{ ...widgets }] });
  const before = known(emulator);
  const rules = structuredClone(emulator.rules);
  const began = emulator.clock.now().getTime();
  const { access_token, refresh_token } = await tokensFor(emulator);
  emulator.control.addApiToken({ person: "johndoe", scopes: [] });
  emulator.control.addAccessToken({ workspace: "acme", scopes: ["repository"] });
  emulator.control.addFault({ path: "*", kind: "status", count: 0 });
  emulator.control.changeRules({ rateLimit: "all", pageGaps: true });
  emulator.control.advance(100_000);
  await emulator.addRepository(repository("acme/later", [commit()]));
  await call(emulator, "/2.0/user", access_token);

  await emulator.reset();
  expect(known(emulator)).toEqual(before);
  expect(emulator.rules).toEqual(rules);
  expect(emulator.control.requests()).toEqual([]);
  expect(emulator.clock.now().getTime() - began).toBeLessThan(50_000_000);
  expect((await call(emulator, "/2.0/user", access_token)).status).toBe(401);
  expect((await refreshWith(emulator, refresh_token)).status).toBe(400);
  const again = await tokensFor(emulator);
  expect((await call(emulator, "/2.0/user", again.access_token)).status).toBe(200);
  const [seeded] = emulator.accessTokens;
  expect((await call(emulator, "/2.0/repositories/acme", seeded?.token ?? "")).status).toBe(200);
});

test("a reset brings back people of a Data Center, ends log-ins, and forgets clients", async () => {
  await using emulator = await createEmulator();
  const post = (path: string, body: object) =>
    fetch(`${emulator.urls.control}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const before = known(emulator);
  const key = emulator.server?.consumers[0]?.publicKey;
  await post("/people/rename", { name: "johndoe", newName: "john" });
  await post("/people/recreate", { name: "nora" });
  await post("/data-center/clients", { redirectUrl: "https://app.example/callback" });
  expect(known(emulator)).not.toEqual(before);
  await emulator.reset();
  expect(known(emulator)).toEqual(before);
  expect(emulator.server?.consumers[0]?.publicKey).toBe(key);
});

test("an auto-approving person is the planted one after a reset too", async () => {
  await using emulator = await createEmulator({ autoApprove: "johndoe" });
  await emulator.reset();
  const token = await accessToken(emulator, ["account"]);
  expect(await (await call(emulator, "/2.0/user", token)).json()).toMatchObject({ username: "johndoe" });
});
