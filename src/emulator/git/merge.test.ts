import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, expect, test } from "vitest";
import { temporaryFolder } from "../../../tests/histories/folders.ts";
import { placeRepository, repository } from "../build/repository.ts";
import { branch, commit } from "../build/steps.ts";
import { type MergeStrategy, merge } from "./merge.ts";
import { type GitRepository, openGitRepository } from "./repository.ts";

const told = repository("acme/small", [
  commit({ "a.txt": "1\n2\n3\n4\n5\n6\n7\n8\n" }),
  branch("topic", [
    commit({ "b.txt": "b\n" }),
    commit({ "b.txt": "bb\n" }, { author: "Ada <ada@example.com>" }),
  ]),
  branch("clash", [commit({ "a.txt": "1\n2\n3\n4\n5\n6\n7\neight\n" })]),
  commit({ "a.txt": "1\n2\n3\n4\n5\n6\n7\nacht\n" }),
  branch("ahead", [commit({ "c.txt": "c\n" })]),
]);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let path: string;
let opened: GitRepository;
beforeEach(async () => {
  folder = await temporaryFolder();
  const placed = placeRepository(told, folder.path);
  await placed.ready();
  path = placed.repository.path;
  opened = await openGitRepository(path);
});
afterEach(async () => {
  await opened.close();
  await folder.remove();
});

const git = (...args: string[]) =>
  execFileSync("git", ["-C", path, ...args])
    .toString()
    .trim();
const committer = { name: "Merger <x>", email: "m@example.com", at: new Date("2026-11-20T12:00:00Z") };

function mergeFrom(from: string, strategy: MergeStrategy): Promise<string | null> {
  const [to, source] = [git("rev-parse", "main"), git("rev-parse", from)];
  return merge(opened, strategy, { to, from: source, branch: "main", message: "Take it", committer });
}

test("a merge commit has both parents, and the name and time given, without what would end a name", async () => {
  const [to, from] = [git("rev-parse", "main"), git("rev-parse", "topic")];
  const tip = await mergeFrom("topic", "no-ff");
  expect(git("rev-parse", "main")).toBe(tip);
  expect(git("log", "-1", "--format=%P|%an <%ae> %ct|%s")).toBe(
    `${to} ${from}|Merger x <m@example.com> ${committer.at.getTime() / 1000}|Take it`,
  );
  expect(git("show", "main:b.txt")).toBe("bb");
  expect(git("fsck", "--strict", "--no-dangling")).toBe("");
});

test("squashing gives one parent, rebasing the commits anew with their authors", async () => {
  const before = git("rev-parse", "main");
  await mergeFrom("topic", "squash");
  expect(git("log", "-1", "--format=%P")).toBe(before);
  git("update-ref", "refs/heads/main", before);
  await mergeFrom("topic", "rebase-ff-only");
  expect(git("log", "-2", "--format=%an|%cn")).toBe(
    `Ada|Merger x\n${git("log", "-1", "--format=%an", "topic~1")}|Merger x`,
  );
  expect(git("rev-parse", "main~2")).toBe(before);
});

test("what is ahead is only moved to; what is behind or conflicts moves nothing", async () => {
  const before = git("rev-parse", "main");
  expect(await mergeFrom("topic", "ff-only")).toBeNull();
  expect(await mergeFrom("topic", "squash-ff-only")).toBeNull();
  for (const strategy of ["no-ff", "squash", "rebase-ff-only", "ff"] as const)
    expect(await mergeFrom("clash", strategy), strategy).toBeNull();
  expect(git("rev-parse", "main")).toBe(before);
  expect(await mergeFrom("ahead", "ff-only")).toBe(git("rev-parse", "ahead"));
});
