/** A Data Center as a code host, against the emulator with real repositories behind it. */
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bearer } from "../../src/bitbucket/api/authorize.ts";
import { dataCenterHost } from "../../src/bitbucket/host/data-center.ts";
import { eachCommit } from "../../src/bitbucket/host/each-commit.ts";
import type { CodeHost } from "../../src/bitbucket/host/host.ts";
import { openHost } from "../../src/bitbucket/host/open.ts";
import { numstat } from "../../src/diff/numstat.ts";
import { createEmulator, type Emulator, type EmulatorOptions } from "../../src/emulator/emulator.ts";
import { failureOf } from "../failure.ts";
import { temporaryFolder } from "../histories/folders.ts";
import { buildLargeHistory } from "../histories/large.ts";
import { buildNastyHistory } from "../histories/nasty.ts";
import { apiOf, asPerson, asTokenHolder, dataCenterOf, instanceOf } from "./data-center-place.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let emulator: Emulator;
let host: CodeHost;
const large = { workspace: "ACME", slug: "large" };
const nasty = { workspace: "ACME", slug: "nasty" };

function git(slug: string, ...args: string[]): string {
  const options = { encoding: "latin1", maxBuffer: 1 << 28 } as const;
  return execFileSync("git", ["-C", join(folder.path, slug), ...args], options).trim();
}

async function start(options: EmulatorOptions = {}): Promise<Emulator> {
  const repositories = ["large", "nasty", "empty"].map((slug) => ({
    path: join(folder.path, slug),
    workspace: "acme",
    slug,
    name: `The ${slug} one`,
  }));
  return createEmulator({ server: false, repositories, ...options });
}

const hostOf = (of: Emulator, authorize = asPerson(of, "johndoe")) =>
  openHost(instanceOf(of), apiOf(of, authorize));

beforeAll(async () => {
  folder = await temporaryFolder();
  const now = new Date("2026-11-20T12:00:00Z");
  await buildNastyHistory(join(folder.path, "nasty"), { now });
  await buildLargeHistory(join(folder.path, "large"), { commits: 230, now });
  mkdirSync(join(folder.path, "empty"));
  git("empty", "init", "--quiet", "--initial-branch", "main");
  git("large", "branch", "feature/with-slash", "HEAD~5");
  git("large", "branch", "feature/with-slash-and-more", "HEAD~6");
  emulator = await start();
  host = hostOf(emulator);
}, 120_000);

afterAll(async () => {
  await emulator?.close();
  await folder?.remove();
});

describe("projects and repositories", () => {
  test("projects are listed with their keys and numbers, and found in any case", async () => {
    expect(await host.workspaces()).toContainEqual({
      key: "ACME",
      id: "1",
      name: "Acme",
      administrator: null,
    });
    expect(await host.workspace("acme")).toMatchObject({ key: "ACME", id: "1" });
    expect(await failureOf(host.workspace("NOPE"))).toMatchObject({
      code: "bitbucket.not_found",
      data: { missing: "project" },
    });
  });

  test("repositories are listed, searched in their project, and told apart by instance and number", async () => {
    const { repositories, next } = await host.repositoryPage("ACME");
    expect(next).toBeNull();
    expect(repositories.map(({ fullName }) => fullName).toSorted()).toEqual([
      "ACME/empty",
      "ACME/large",
      "ACME/nasty",
    ]);
    const found = await host.repositoryPage("ACME", { query: "large" });
    expect(found.repositories).toMatchObject([{ slug: "large", name: "The large one", mainBranch: null }]);
    const { id } = await host.repository(large);
    expect(id).toMatch(/^data-center\/\d+$/);
    expect(await host.repositoryById(id, large)).toMatchObject({
      id,
      fullName: "ACME/large",
      mainBranch: "main",
    });
    expect(await failureOf(host.repositoryById(id, nasty))).toMatchObject({
      code: "bitbucket.not_found",
      message: expect.stringContaining("ACME/nasty"),
    });
  });

  test("a server older than 8.0 gives other projects' repositories to a search, which are left out", async () => {
    const repositories = Array.from({ length: 130 }, (_, at) => ({
      path: join(folder.path, "large"),
      workspace: at < 125 ? "acme" : "globex",
      slug: `large-${at}`,
    }));
    const old = await start({ dataCenter: { version: "7.21.0" }, repositories });
    const jane = hostOf(old, asPerson(old, "jane.doe@example.com"));
    const page = await jane.repositoryPage("GLOBEX", { query: "large" });
    expect(page.repositories.map(({ fullName }) => fullName).toSorted()).toEqual(
      [125, 126, 127, 128, 129].map((at) => `GLOBEX/large-${at}`),
    );
    await old.close();
  });

  test("a page that no page named is refused before anything is sent", async () => {
    for (const page of ["?x=1", "-1", "0", "1e9", "100&until=x", "https://example.com"]) {
      expect((await failureOf(host.repositoryPage("ACME", { page }))).code).toBe("bitbucket.bad_page");
      expect((await failureOf(host.commitPage(large, { include: "main", page }))).code).toBe(
        "bitbucket.bad_page",
      );
    }
  });

  test.each([404, 204] as const)("an empty repository has no main branch (status %i)", async (status) => {
    const other = await start({ dataCenterRules: { emptyDefaultBranchStatus: status } });
    const empty = await hostOf(other).repository({ workspace: "ACME", slug: "empty" });
    expect(empty.mainBranch).toBeNull();
    await other.close();
  });

  test("an old server tells its main branch at another place", async () => {
    const old = await start({ dataCenter: { version: "7.4.0" } });
    expect(await hostOf(old).repository(large)).toMatchObject({ mainBranch: "main" });
    await old.close();
  });
});

describe("branches and commits", () => {
  test("a branch with a slash is found among those that only begin like it", async () => {
    expect(await host.resolveBranch(large, "feature/with-slash")).toBe(git("large", "rev-parse", "HEAD~5"));
    expect(await failureOf(host.resolveBranch(large, "feature"))).toMatchObject({
      code: "bitbucket.not_found",
      data: { missing: "branch" },
    });
  });

  test("all pages of a history give git's commits, with small pages and with gaps between them too", async () => {
    const other = await start({ dataCenterRules: { maxCommits: 7 } });
    const gaps = await start({
      dataCenterRules: { pageGaps: true, lastPageStart: "absent", maxCommits: 10 },
    });
    for (const each of [host, hostOf(other), hostOf(gaps)]) {
      const hashes: string[] = [];
      for await (const { hash } of eachCommit(each, large, { include: "main" })) hashes.push(hash);
      expect(hashes.toSorted()).toEqual(git("large", "rev-list", "main").split("\n").toSorted());
    }
    await Promise.all([other.close(), gaps.close()]);
  });

  test("a commit has its time, its author and its parents", async () => {
    const head = git("nasty", "rev-parse", "HEAD");
    const { commits } = await host.commitPage(nasty, { include: head });
    const [date, parents] = git("nasty", "log", "-1", "--format=%ct|%P", head).split("|");
    expect(commits[0]).toMatchObject({
      hash: head,
      date: new Date(Number(date) * 1000),
      parents: (parents ?? "").split(" ").filter((hash) => hash !== ""),
      authorRaw: expect.stringMatching(/<.+>$/),
    });
  });

  test("what is excluded is left out with its ancestors", async () => {
    const exclude = git("large", "rev-parse", "HEAD~3");
    const { commits, next } = await host.commitPage(large, { include: "main", exclude });
    expect(commits.map(({ hash }) => hash).toSorted()).toEqual(
      git("large", "rev-list", `${exclude}..main`).split("\n").toSorted(),
    );
    expect(next).toBeNull();
  });

  test("an unknown commit is named as what is missing", async () => {
    expect(await failureOf(host.changes(large, "0".repeat(39).concat("1")))).toMatchObject({
      code: "bitbucket.not_found",
      data: { missing: "commit" },
      message: expect.stringContaining("commit"),
    });
  });
});

test("the diff of every commit counts as git does, first commits and merges included", async () => {
  for (const hash of git("nasty", "rev-list", "--all").split("\n")) {
    const changes = await host.changes(nasty, hash);
    const diff = changes.kind === "diff" ? changes.diff : "";
    let counted = "";
    for await (const bytes of numstat([new TextEncoder().encode(diff)])) {
      counted += Buffer.from(bytes).toString("latin1");
    }
    const way = ["--numstat", "-C", "--format=", "--diff-merges=first-parent", "--root", "--submodule=short"];
    expect(`${hash}\n${counted.trim()}`).toBe(`${hash}\n${git("nasty", "show", ...way, hash)}`);
  }
}, 60_000);

describe("with a token", () => {
  test("an HTTP access token reads, and stands for its person", async () => {
    const holder = hostOf(emulator, asTokenHolder(emulator));
    expect(await holder.account()).toEqual({
      subject: "101",
      name: "John Doe",
      username: "johndoe",
      kind: "person",
    });
    expect(await holder.repository(large)).toMatchObject({ slug: "large" });
  });

  test("a wrong one is unauthorized, and a right that is missing is not", async () => {
    const wrong = hostOf(emulator, bearer("MDEyMzQ1Njc4OTAxOmFiY2RlZg=="));
    expect((await failureOf(wrong.account())).code).toBe("bitbucket.unauthorized");
    const nora = hostOf(emulator, asPerson(emulator, "nora"));
    expect(await failureOf(nora.repository(large))).toMatchObject({
      code: "bitbucket.forbidden",
      data: { required: ["REPO_READ"], status: 401 },
    });
  });

  test("where a wrong token counts as nobody, nobody is signed in", async () => {
    const other = await start({ dataCenterRules: { badBearer: "anonymous" } });
    expect(await failureOf(hostOf(other, bearer("x")).account())).toMatchObject({
      code: "bitbucket.unauthorized",
      message: expect.stringContaining("nobody"),
    });
    await other.close();
  });
});

test("pages of the website and pasted addresses are below the context path", () => {
  const { url } = dataCenterOf(emulator);
  const { links } = dataCenterHost(instanceOf(emulator), apiOf(emulator, bearer("t")));
  expect(links.repository(large)).toBe(`${url}/projects/ACME/repos/large/browse`);
  expect(links.commit(large, "abc")).toBe(`${url}/projects/ACME/repos/large/commits/abc`);
});
