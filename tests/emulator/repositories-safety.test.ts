/** The emulator runs nothing a repository asks for, writes nothing, and takes nothing for an option. */

import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { folderDigest } from "../histories/folders.ts";
import { buildHostileRepository } from "../histories/hostile.ts";
import { buildNastyHistory } from "../histories/nasty.ts";
import { git, gitLines, type Served, serve } from "./served.ts";

let served: Served;
const now = new Date("2026-11-20T12:00:00Z");

/** The blob a partial clone lacks. */
let missing: string;

beforeAll(async () => {
  served = await serve({
    nasty: (folder) => buildNastyHistory(folder, { now }),
    hostile: buildHostileRepository,
    partial: buildPartialClone,
  });
});
afterAll(() => served.stop());

/** A promisor remote that would run a program to fetch what is missing. */
async function buildPartialClone(folder: string): Promise<void> {
  await buildHostileRepository(folder);
  missing = gitLines(folder, "rev-parse", "HEAD~1:a.txt")[0] ?? "";
  await rm(join(folder, ".git", "objects", missing.slice(0, 2), missing.slice(2)));
  const script = join(folder, ".git", "evil.sh");
  const promisor = `[remote "origin"]\n\turl = ext::${script} %S\n\tpromisor = true\n\tuploadpack = ${script}\n[extensions]\n\tpartialClone = origin\n`;
  const config = (await readFile(join(folder, ".git", "config"), "utf8")).replace(
    "repositoryformatversion = 0",
    "repositoryformatversion = 1",
  );
  await writeFile(join(folder, ".git", "config"), `${config}\n[protocol]\n\tallow = always\n${promisor}`);
}

/** Every route there is, on one repository. */
async function visitEverything(slug: string, path: string): Promise<readonly number[]> {
  const below = [
    "",
    "/commits",
    "/commits/main?path=a.txt",
    "/commit/main",
    "/diff/main",
    "/diff/main?binary=false&context=9",
    "/diffstat/main",
    "/diffstat/main?ignore_whitespace=true",
    "/patch/main",
    "/refs",
    "/refs/branches/main",
    "/src",
    "/src/main/",
    `/src/main/${path}`,
    `/src/main/${path}?format=meta`,
    `/filehistory/main/${path}`,
  ];
  const statuses: number[] = [];
  for (const each of below) {
    const answer = await served.fetch(`/repositories/acme/${slug}${each}`);
    await answer.arrayBuffer();
    statuses.push(answer.status);
  }
  return statuses;
}

const marks = async () =>
  (await readdir(join(served.folderOf("hostile"), ".."))).filter((name) => name === "marks");

test("a hostile repository runs none of its programs", async () => {
  const statuses = await visitEverything("hostile", "a.txt");
  expect(statuses.filter((status) => status !== 302)).toEqual(Array(15).fill(200));
  expect(await marks()).toEqual([]);
});

test("the trap would spring: plain git does run them", async () => {
  const folder = served.folderOf("hostile");
  expect(() => git(folder, "log", "-1", "-p", "--ext-diff")).toThrow("smudge filter evil failed");
  expect(await marks()).toEqual(["marks"]);
  await rm(join(folder, "..", "marks"));
});

test("settings of the repository do not change what a diff looks like", async () => {
  const text = await (await served.fetch("/repositories/acme/hostile/diff/main")).text();
  expect(text).toContain("diff --git a/a.txt b/a.txt");
  expect(text).toContain("-one\n+two\n");
});

test("what a partial clone lacks is not fetched; that answer fails and the next does not", async () => {
  const [tip = "", first = ""] = gitLines(
    served.folderOf("partial"),
    "log",
    "--no-show-signature",
    "--format=%H",
  );
  expect((await served.fetch(`/repositories/acme/partial/src/${first}/a.txt`)).status).toBe(500);
  expect((await served.fetch(`/repositories/acme/partial/diffstat/${tip}`)).status).toBe(500);
  expect((await served.fetch(`/repositories/acme/partial/src/${tip}/a.txt`)).status).toBe(200);
  expect((await served.fetch("/repositories/acme/partial/commits")).status).toBe(200);
  expect(await marks()).toEqual([]);
});

test("nothing is ever written to a repository", async () => {
  for (const [slug, path] of [
    ["nasty", "README.md"],
    ["hostile", "a.txt"],
  ] as const) {
    const before = await folderDigest(served.folderOf(slug));
    await visitEverything(slug, path);
    expect(await folderDigest(served.folderOf(slug))).toBe(before);
  }
});

test("a revision that looks like an option, or holds a line break, is just unknown", async () => {
  const nasty = "/repositories/acme/nasty";
  const names = [
    "--output=x",
    "--all",
    "-p",
    "--upload-pack=x",
    "main\ncontents main",
    "main main",
    "refs/heads/main",
    "\0",
    "@",
    "a..",
    "--..--",
  ];
  for (const name of names) {
    const encoded = encodeURIComponent(name);
    for (const path of [
      `/commits?include=${encoded}`,
      `/commits?exclude=${encoded}`,
      `/commits/${encoded}`,
      `/diff/x${encoded}`,
    ]) {
      const { status } = await served.fetch(`${nasty}${path}`);
      expect([path, status]).toEqual([path, 404]);
    }
  }
  for (const path of ["--output=x", ":(exclude)*", ":!README.md", "-p"]) {
    const { status } = await served.fetch(`${nasty}/commits?path=${encodeURIComponent(path)}`);
    expect([path, status]).toEqual([path, 200]);
    expect(await served.all(`${nasty}/diffstat/main?path=${encodeURIComponent(path)}`)).toEqual([]);
  }
  expect((await served.fetch(`${nasty}/src/main/..%2f..%2fetc/passwd`)).status).toBe(404);
  expect((await served.fetch(`${nasty}/commits`)).status).toBe(200);
});
