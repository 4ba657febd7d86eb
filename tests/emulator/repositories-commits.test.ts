/** The emulator's commits against `git log`. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildDemoRepository } from "../../src/emulator/demo/demo-repository.ts";
import { buildLargeHistory } from "../histories/large.ts";
import { buildNastyHistory } from "../histories/nasty.ts";
import { gitLines, type Served, serve } from "./served.ts";

let served: Served;
const now = new Date("2026-11-20T12:00:00Z");
const nasty = "/repositories/acme/nasty";

beforeAll(async () => {
  served = await serve({
    nasty: (folder) => buildNastyHistory(folder, { now }),
    "checkout-api": (folder) => buildDemoRepository(folder, now),
    large: (folder) => buildLargeHistory(folder, { commits: 1200, now }),
  });
});
afterAll(() => served.stop());

const hashes = async (path: string) => (await served.all(path)).map(({ hash }) => hash);
const log = (slug: string, ...args: readonly string[]) =>
  gitLines(served.folderOf(slug), "rev-list", ...args);

test("C30: pages have values, pagelen and an opaque next, never size or page", async () => {
  const first = await served.json(`${nasty}/commits?pagelen=7`);
  expect(Object.keys(first).toSorted()).toEqual(["next", "pagelen", "values"]);
  const last = await served.json(`${nasty}/commits/main?pagelen=100`);
  expect(Object.keys(last).toSorted()).toEqual(["pagelen", "values"]);
  expect((await served.json(`${nasty}/commits`)).values).toHaveLength(10);
});

test("C30: all pages together are the commits of git log, in its order", async () => {
  expect(await hashes(`${nasty}/commits?pagelen=7`)).toEqual(log("nasty", "--branches", "--tags"));
  expect(await hashes(`${nasty}/commits/main?pagelen=13`)).toEqual(log("nasty", "main"));
  expect(await hashes("/repositories/acme/large/commits/main?pagelen=70")).toEqual(log("large", "main"));
});

test("C30: include and exclude are repeated, by GET and by POST, and path narrows", async () => {
  const query = "include=feature/left&include=release-1.0&exclude=v1.0&exclude=imported";
  const expected = log("nasty", "feature/left", "release-1.0", "^v1.0", "^imported");
  expect(await hashes(`${nasty}/commits?${query}`)).toEqual(expected);
  const posted = await served.json(`${nasty}/commits?pagelen=100`, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: query,
  });
  expect(posted.values.map(({ hash }: { hash: string }) => hash)).toEqual(expected);
  const behind = await served.json(`${nasty}/commits/main?pagelen=100`, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: "exclude=v1.0",
  });
  expect(behind.values.map(({ hash }: { hash: string }) => hash)).toEqual(log("nasty", "main", "^v1.0"));
  expect(await hashes(`${nasty}/commits/imported?include=v1.0&exclude=v1.0`)).toEqual(
    log("nasty", "imported", "^v1.0"),
  );
  expect(await hashes(`${nasty}/commits/main?path=swap/&pagelen=2`)).toEqual(
    log("nasty", "main", "--", "swap"),
  );
  expect(await hashes(`${nasty}/commits/main?path=naïve–日本語.txt`)).toHaveLength(2);
  expect(await hashes(`${nasty}/commits/main?path=line%0Abreak.txt`)).toHaveLength(2);
  expect(await hashes(`${nasty}/commits/main?path=caf%E9%20latin1.txt`)).toHaveLength(3);
  expect(await hashes(`${nasty}/commits/main?path=star*%5Bbracket%5D.txt`)).toHaveLength(2);
});

test("C30: a page that was begun goes on where it was, though branches move", async () => {
  const first = await served.json("/repositories/acme/checkout-api/commits/main?pagelen=3");
  const folder = served.folderOf("checkout-api");
  const before = log("checkout-api", "main");
  gitLines(folder, "update-ref", "refs/heads/main", `${before[2]}`);
  const second = await served.json(first.next ?? "");
  gitLines(folder, "update-ref", "refs/heads/main", `${before[0]}`);
  expect(second.values.map(({ hash }: { hash: string }) => hash)).toEqual(before.slice(3, 6));
});

test("C30: an unknown reference answers 404 with the names doubled", async () => {
  const unknown = {
    type: "error",
    error: { message: "Commit not found", data: { shas: ["nope"] } },
    data: { shas: ["nope"] },
  };
  const zeros = "0".repeat(40);
  for (const path of [
    "/commits/nope",
    "/commits?include=nope",
    "/commit/nope",
    "/diffstat/nope",
    "/diff/main..nope",
    "/src/nope/",
  ]) {
    const answer = await served.fetch(`${nasty}${path}`);
    expect([path, answer.status, await answer.json()]).toEqual([path, 404, unknown]);
  }
  const both = await (await served.fetch(`${nasty}/commits?include=nope&exclude=${zeros}`)).json();
  expect(both).toMatchObject({ data: { shas: ["nope", zeros] } });
});

test("C30: a next that was tampered with is refused", async () => {
  for (const page of ["2", "abc", Buffer.from("--output=x  0").toString("base64url")]) {
    expect([page, (await served.fetch(`${nasty}/commits?page=${page}`)).status]).toEqual([page, 400]);
  }
});

test("C30: authors are raw, and users only where the address is a person's", async () => {
  const commits = await served.all("/repositories/acme/checkout-api/commits/main?pagelen=50");
  const authors = new Map(commits.map(({ author }) => [author.raw, author.user]));
  expect(authors.get("John Doe <user@example.com>")).toMatchObject({
    type: "user",
    display_name: "John Doe",
    uuid: expect.stringMatching(/^\{.+\}$/),
  });
  expect(authors.get("John Doe <user@example.com>")).not.toHaveProperty("username");
  expect(authors.has("Nora Nomail <nora@laptop.local>")).toBe(true);
  expect(authors.get("Nora Nomail <nora@laptop.local>")).toBeUndefined();
});

test("a commit has every key of Bitbucket's, and its parents", async () => {
  const commit = await served.json(`${nasty}/commit/main`);
  expect(Object.keys(commit).toSorted()).toEqual(
    "author date hash links message parents participants rendered repository summary type".split(" "),
  );
  expect(Object.keys(commit.links).toSorted()).toEqual(
    "approve comments diff html patch self statuses".split(" "),
  );
  expect(commit).toMatchObject({
    type: "commit",
    message: "The last commit\n",
    summary: {
      type: "rendered",
      raw: "The last commit\n",
      markup: "markdown",
      html: "<p>The last commit</p>",
    },
    repository: { type: "repository", full_name: "acme/nasty" },
    participants: [],
  });
  expect(commit.parents).toHaveLength(1);
  const octopus = await served.json(`${nasty}/commit/${commit.parents[0]?.hash}`);
  expect(octopus.parents).toHaveLength(3);
});

test("dates are the committer's, to the second; names and messages keep their bytes as text", async () => {
  const commits = await served.all(`${nasty}/commits?pagelen=100`);
  const expected = gitLines(served.folderOf("nasty"), "log", "--branches", "--tags", "--format=%ct");
  expect(commits.map(({ date }) => String(Date.parse(date) / 1000))).toEqual(expected);
  expect(commits[0]?.date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
  const raws = new Set(commits.map(({ author }) => author.raw));
  expect(raws).toContain("René Bytes <rené@example.com>");
  expect(commits.map(({ message }) => message)).toContain("Latin-1 message: café");
});

test("a commit is found by branch, tag, HEAD, short hash and full hash", async () => {
  const [tip = ""] = log("nasty", "main");
  for (const name of ["main", "v1.10", "HEAD", tip, tip.slice(0, 12), tip.slice(0, 7)]) {
    expect((await served.json(`${nasty}/commit/${name}`)).hash).toBe(tip);
  }
  expect((await served.json(`${nasty}/commits/feature/left?pagelen=1`)).values[0]?.hash).toBe(
    log("nasty", "feature/left")[0],
  );
  for (const name of [tip.slice(0, 5), "main~1", "main^{tree}", "HEAD@{0}", ":/last", `${tip}^`]) {
    expect([name, (await served.fetch(`${nasty}/commit/${encodeURIComponent(name)}`)).status]).toEqual([
      name,
      404,
    ]);
  }
});
