import { execFileSync } from "node:child_process";
import { chownSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { gitEnvironment } from "../../../tests/git-environment.ts";
import { temporaryFolder } from "../../../tests/histories/folders.ts";
import { buildDemoRepository } from "../demo/demo-repository.ts";
import { locateRepository } from "./locate.ts";
import { type GitRepository, openGitRepository } from "./repository.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const opened: GitRepository[] = [];
const at = (...names: readonly string[]) => join(folder.path, ...names);

function git(...args: readonly string[]): string {
  return execFileSync("git", ["-c", "protocol.file.allow=always", ...args], {
    cwd: folder.path,
    env: gitEnvironment,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();
}

/** Only root may do that; for others the folder stays theirs, and git has nothing to refuse. */
function giveAway(path: string): void {
  if (process.getuid?.() === 0) chownSync(path, 12345, 12345);
}

async function open(...names: readonly string[]): Promise<GitRepository> {
  const repository = await openGitRepository(at(...names));
  opened.push(repository);
  return repository;
}

beforeAll(async () => {
  folder = await temporaryFolder();
  await buildDemoRepository(at("bare"), new Date("2026-11-20T12:00:00Z"));
  git("clone", "--quiet", at("bare"), "checkout");
});
afterAll(async () => {
  await Promise.all(opened.map((repository) => repository.close()));
  await folder.remove();
});

test("finds a bare repository, a checkout, a folder in one, its .git, and a linked worktree", async () => {
  git("-C", "checkout", "worktree", "add", "--quiet", "../linked", "v1.0.0");
  const root = await locateRepository(at("checkout"));
  expect(root).toEqual({ gitFolder: at("checkout", ".git"), workTree: at("checkout") });
  expect(await locateRepository(at("checkout", "src", "cart"))).toEqual(root);
  expect(await locateRepository(at("bare"))).toEqual({ gitFolder: at("bare"), workTree: null });
  expect((await locateRepository(at("checkout", ".git"))).gitFolder).toBe(at("checkout", ".git"));
  expect((await locateRepository(at("linked"))).gitFolder).toBe(
    at("checkout", ".git", "worktrees", "linked"),
  );
  for (const name of ["bare", "checkout", "linked"]) {
    const repository = await open(name);
    expect(await repository.resolve("v1.0.0")).toBe(git("-C", "bare", "rev-parse", "v1.0.0"));
  }
});

test("says in a sentence what is wrong with a path", async () => {
  await writeFile(at("file"), "");
  await expect(locateRepository(at("nowhere"))).rejects.toMatchObject({ code: "not_a_repository" });
  await expect(locateRepository(at("file"))).rejects.toThrow("is not a folder");
  await expect(locateRepository("/")).rejects.toThrow("/ is not a git repository.");
  git("init", "--quiet", "--object-format=sha256", "long-hashes");
  await expect(locateRepository(at("long-hashes"))).rejects.toMatchObject({ code: "unsupported" });
});

test("reads a repository that belongs to somebody else", async () => {
  git("clone", "--quiet", at("bare"), "foreign");
  for (const path of [at("foreign"), at("foreign", ".git")]) giveAway(path);
  const repository = await open("foreign");
  expect((await repository.references()).mainBranch?.name).toBe("main");
});

test("treats the oldest commit of a shallow clone as the first", async () => {
  git("clone", "--quiet", "--depth=3", `file://${at("bare")}`, "shallow");
  const repository = await open("shallow");
  const head = (await repository.resolve("main")) ?? "";
  const hashes = await repository.log.commits(
    { include: [head], exclude: [], path: null },
    { skip: 0, count: 10 },
  );
  expect(hashes).toHaveLength(3);
  const oldest = await repository.commit(hashes.at(-1) ?? "");
  expect(oldest?.parents).toEqual([]);
});

test("shows a checkout without any branch under the name main", async () => {
  git("clone", "--quiet", at("bare"), "detached");
  git("-C", "detached", "checkout", "--quiet", "--detach");
  git("-C", "detached", "branch", "--quiet", "-D", "main");
  const repository = await open("detached");
  const { mainBranch } = await repository.references();
  expect(mainBranch?.name).toBe("main");
  expect(await repository.resolve("main")).toBe(git("-C", "detached", "rev-parse", "HEAD"));
});

test("sees a branch that was made and a commit that was added after opening", async () => {
  git("clone", "--quiet", at("bare"), "growing");
  const repository = await open("growing");
  expect(await repository.resolve("later")).toBeNull();
  await writeFile(at("growing", "new.txt"), "new\n");
  git("-C", "growing", "checkout", "--quiet", "-b", "later");
  git("-C", "growing", "add", ".");
  git("-C", "growing", "commit", "--quiet", "-m", "later");
  git("-C", "growing", "repack", "-a", "-d", "-q");
  git("-C", "growing", "pack-refs", "--all");
  const hash = (await repository.resolve("later")) ?? "";
  const commit = await repository.commit(hash);
  expect(commit?.message).toBe("later\n");
  const changes = commit && (await repository.changes(await repository.parentTreeOf(commit), commit.tree));
  expect(changes).toMatchObject([{ status: "added", newPath: "new.txt", linesAdded: 1, linesRemoved: 0 }]);
});

test("answers many questions at once, in order", async () => {
  const repository = await open("bare");
  const { mainBranch } = await repository.references();
  const include = [mainBranch?.commitHash ?? ""];
  const hashes = await repository.log.commits({ include, exclude: [], path: null }, { skip: 0, count: 100 });
  const commits = await Promise.all(hashes.map((hash) => repository.commit(hash)));
  expect(commits.map((commit) => commit?.hash)).toEqual(hashes);
});

test("ends its processes when closed, and refuses questions from then on", async () => {
  const repository = await openGitRepository(at("bare"));
  await repository.resolve("main");
  await repository.close();
  await expect(repository.resolve("main")).rejects.toThrow("closed");
});

test("a work tree's attributes count as they do for git there", async () => {
  await mkdir(at("attributes"));
  git("-C", "attributes", "init", "--quiet");
  await writeFile(at("attributes", ".gitattributes"), "*.lock -diff\n");
  await writeFile(at("attributes", "x.lock"), "a\nb\n");
  git("-C", "attributes", "add", ".");
  git("-C", "attributes", "commit", "--quiet", "-m", "one");
  const repository = await open("attributes");
  const commit = await repository.commit((await repository.resolve("HEAD")) ?? "");
  const changes = commit && (await repository.changes(await repository.parentTreeOf(commit), commit.tree));
  expect(changes?.map(({ newPath, linesAdded }) => [newPath, linesAdded])).toEqual([
    [".gitattributes", 1],
    ["x.lock", null],
  ]);
  expect(await readdir(at("attributes"))).toEqual([".git", ".gitattributes", "x.lock"]);
});
