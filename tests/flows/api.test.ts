/** Our API readers against the emulator with a real repository behind it. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDoor } from "../../src/base/http/door.ts";
import { bearer } from "../../src/bitbucket/api/authorize.ts";
import { type Api, createApi } from "../../src/bitbucket/api/client.ts";
import {
  commitPage,
  diffstat,
  getRepository,
  getWorkspace,
  listWorkspaces,
  repositoryPage,
  resolveBranch,
} from "../../src/bitbucket/api/cloud.ts";
import { bitbucketProvider } from "../../src/bitbucket/provider.ts";
import { cloudUrls } from "../../src/cli/emulated-instances.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";

const redirectUri = "http://localhost:8000/auth/bitbucket/callback";
const place = { workspace: "acme", slug: "checkout-api" };
const oddName = 'od"d näme\t.txt';

let folder: string;
let emulator: Emulator;
let api: Api;
const calls: string[] = [];

function git(...args: string[]): string {
  const own = [
    "-c",
    "user.name=Ada Lovelace",
    "-c",
    "user.email=user@example.com",
    "-c",
    "commit.gpgsign=false",
  ];
  return execFileSync("git", ["-C", folder, ...own, ...args], { encoding: "utf8" }).trim();
}

function write(name: string, content: string | Uint8Array): void {
  writeFileSync(join(folder, name), content);
}

/** 130 commits: more than a page of them; the last three hold what a diffstat can say. */
function makeHistory(): void {
  git("init", "--quiet", "--initial-branch", "main");
  write("old.txt", "one\ntwo\nthree\n");
  git("add", ".");
  git("commit", "--quiet", "-m", "begin");
  for (let i = 1; i < 127; i += 1) git("commit", "--quiet", "--allow-empty", "-m", `step ${i}`);
  write(oddName, "a\nb\n");
  write("picture.bin", new Uint8Array([0, 1, 2, 0, 255]));
  git("add", ".");
  git("commit", "--quiet", "-m", "add");
  git("mv", "old.txt", "new.txt");
  git("commit", "--quiet", "-m", "rename");
  git("rm", "--quiet", oddName);
  write("new.txt", "one\nTWO\nthree\n");
  git("commit", "--quiet", "--all", "-m", "change");
  git("branch", "feature/with-slash");
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "windlass-api-"));
  makeHistory();
  emulator = await createEmulator({
    autoApprove: "johndoe",
    repositories: [{ path: folder, ...place, name: "Checkout API" }],
  });
  const urls = cloudUrls(emulator);
  const [consumer] = emulator.consumers;
  const scopes = "account repository";
  const provider = bitbucketProvider({
    clientId: consumer?.key ?? "",
    clientSecret: consumer?.secret ?? "",
    scopes,
    urls,
  });
  const url = await provider.getAuthorizationUrl({ redirectUri, state: "s" });
  const back = new URL((await fetch(url, { redirect: "manual" })).headers.get("location") ?? "");
  const { accessToken } = await provider.exchangeCode({
    code: back.searchParams.get("code") ?? "",
    redirectUri,
  });
  const onCall = ({ path }: { path: string }) => {
    calls.push(path);
  };
  api = createApi({ urls, fetch: openDoor(), authorize: bearer(accessToken), onCall });
}, 60_000);

afterAll(async () => {
  await emulator?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

describe("with account", () => {
  test("S10: the workspaces of the person are listed, and one has a name", async () => {
    const [acme, ...others] = await listWorkspaces(api);
    expect(others).toEqual([]);
    expect(acme).toMatchObject({ slug: "acme", administrator: true });
    expect(await getWorkspace(api, "acme")).toEqual({ slug: "acme", uuid: acme?.uuid, name: "Acme" });
  });

  test("S22: a workspace that is not there is not found", async () => {
    await expect(getWorkspace(api, "acmee")).rejects.toMatchObject({ code: "bitbucket.not_found" });
  });
});

describe("with repository", () => {
  test("repositories are listed, searched by name and slug whatever the case, and read one by one", async () => {
    const expected = {
      workspaceSlug: "acme",
      slug: "checkout-api",
      fullName: "acme/checkout-api",
      mainBranch: "main",
    };
    expect((await repositoryPage(api, "acme")).repositories).toEqual([expect.objectContaining(expected)]);
    for (const query of ["CHECKOUT", "kout-a", "out api"]) {
      expect((await repositoryPage(api, "acme", { query })).repositories).toHaveLength(1);
    }
    expect((await repositoryPage(api, "acme", { query: "nothing" })).repositories).toEqual([]);
    expect(await getRepository(api, "acme", "checkout-api")).toMatchObject(expected);
    await expect(getRepository(api, "acme", "chekout-api")).rejects.toMatchObject({
      code: "bitbucket.not_found",
    });
  });

  test("a branch becomes a hash, with a slash in its name too", async () => {
    const head = git("rev-parse", "main");
    expect(await resolveBranch(api, { ...place, branch: "main" })).toBe(head);
    expect(await resolveBranch(api, { ...place, branch: "feature/with-slash" })).toBe(head);
    for (const branch of ["nope", "feature/nope"]) {
      await expect(resolveBranch(api, { ...place, branch })).rejects.toMatchObject({
        code: "bitbucket.not_found",
      });
    }
  });

  test("commits come over several pages, each as git has it, without those that are excluded", async () => {
    const hashes: string[] = [];
    let next: string | null | undefined;
    do {
      const page = await commitPage(api, { ...place, include: "main", page: next ?? undefined });
      hashes.push(...page.commits.map(({ hash }) => hash));
      if (next === undefined) {
        expect(page.commits[0]).toMatchObject({
          authorRaw: "Ada Lovelace <user@example.com>",
          authorSubject: emulator.people[0]?.uuid,
          message: "change\n",
          date: new Date(git("log", "-1", "--format=%cI")),
          parents: [git("rev-parse", "main~1")],
        });
      }
      next = page.next;
    } while (next !== null);
    expect(hashes).toEqual(git("rev-list", "main").split("\n"));
    const recent = await commitPage(api, { ...place, include: "main", exclude: hashes[2] });
    expect(recent.commits.map(({ hash }) => hash)).toEqual(hashes.slice(0, 2));
    await expect(commitPage(api, { ...place, include: "nope" })).rejects.toMatchObject({
      code: "bitbucket.not_found",
      data: { shas: ["nope"] },
    });
  });

  test("S23: the counts of each file are git's, for additions, renames, removals and binary files", async () => {
    const statOf = async (revision: string) => {
      const changes = await diffstat(api, { ...place, hash: git("rev-parse", revision) });
      return [...changes].sort((a, b) =>
        (a.newPath ?? a.oldPath ?? "") < (b.newPath ?? b.oldPath ?? "") ? -1 : 1,
      );
    };
    expect(await statOf("main")).toEqual([
      { status: "modified", oldPath: "new.txt", newPath: "new.txt", linesAdded: 1, linesRemoved: 1 },
      { status: "removed", oldPath: oddName, newPath: null, linesAdded: 0, linesRemoved: 2 },
    ]);
    expect(await statOf("main~1")).toEqual([
      { status: "renamed", oldPath: "old.txt", newPath: "new.txt", linesAdded: 0, linesRemoved: 0 },
    ]);
    expect(await statOf("main~2")).toEqual([
      { status: "added", oldPath: null, newPath: oddName, linesAdded: 2, linesRemoved: 0 },
      { status: "added", oldPath: null, newPath: "picture.bin", linesAdded: 0, linesRemoved: 0 },
    ]);
    const root = git("rev-list", "--max-parents=0", "main");
    expect(await statOf(root)).toEqual([
      { status: "added", oldPath: null, newPath: "old.txt", linesAdded: 3, linesRemoved: 0 },
    ]);
  });

  test("S21: what needs another permission is refused with the tick that gives it", async () => {
    const error = {
      code: "bitbucket.forbidden",
      data: { required: ["email"], granted: ["account", "repository"] },
    };
    await expect(api.get("/user/emails")).rejects.toMatchObject(error);
  });

  test("every request was seen by the hook that counts them", () => {
    const answered = emulator.control.requests().filter(({ origin }) => origin === "api");
    expect(calls).toHaveLength(answered.length);
  });
});

describe("the API under faults", () => {
  test.each([
    [
      { kind: "rate-limit", retryAfterSeconds: 7 },
      { code: "bitbucket.rate_limited", retryAfterSeconds: 7 },
    ],
    [{ kind: "rate-limit" }, { code: "bitbucket.rate_limited", retryAfterSeconds: undefined }],
    [{ kind: "html", status: 502 }, { code: "bitbucket.unavailable" }],
    [
      { kind: "status", status: 555 },
      { code: "bitbucket.unavailable", data: { status: 555 } },
    ],
    [{ kind: "text", status: 429 }, { code: "bitbucket.rate_limited" }],
    [{ kind: "cut" }, { code: "http.unreachable" }],
  ] as const)("%j is answered as %j", async (fault, expected) => {
    emulator.control.addFault({ path: "/2.0/user", ...fault });
    await expect(api.get("/user")).rejects.toMatchObject(expected);
    expect(await api.get("/user")).toMatchObject({ type: "user" });
  });

  test("S10: a list across workspaces is gone, with the changelog's entry", async () => {
    await expect(api.get("/workspaces")).rejects.toMatchObject({
      code: "bitbucket.gone",
      data: { change: "CHANGE-2770" },
    });
  });

  test("a path that does not exist is not found", async () => {
    await expect(api.get("/no/such/thing")).rejects.toMatchObject({ code: "bitbucket.not_found" });
  });
});
