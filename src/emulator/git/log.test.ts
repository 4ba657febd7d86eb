import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../../../tests/histories/folders.ts";
import { placeRepository, repository } from "../build/repository.ts";
import { branch, commit } from "../build/steps.ts";
import { onlyIn } from "./log.ts";
import { branchTip, tipOf } from "./references.ts";
import { type GitRepository, openGitRepository } from "./repository.ts";

const told = repository("acme/small", [
  commit({ "a.txt": "a\n" }),
  branch("topic", [commit({ "b.txt": "b\n" })]),
  commit({ "c.txt": "c\n" }),
]);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let git: GitRepository;
let [main, topic]: string[] = [];
beforeAll(async () => {
  folder = await temporaryFolder();
  const placed = placeRepository(told, folder.path);
  await placed.ready();
  git = await openGitRepository(placed.repository.path);
  const references = await git.references();
  [main, topic] = ["main", "topic"].map((name) => branchTip(references, name) ?? "");
});
afterAll(async () => {
  await git.close();
  await folder.remove();
});

test("a commit holds its own history and that of its parents, and nothing of what is no commit", async () => {
  const [tip = "", other = ""] = [main, topic];
  const base = (await git.log.mergeBase(tip, other)) ?? "";
  expect(await git.log.isAncestor(tip, tip)).toBe(true);
  expect(await git.log.isAncestor(base, other)).toBe(true);
  expect(await git.log.isAncestor(other, base)).toBe(false);
  expect(await git.log.isAncestor(other, tip)).toBe(false);
  expect(await git.log.isAncestor("0".repeat(40), tip)).toBe(false);
});

test("what is only in one line of history is listed and recognised alike", async () => {
  const [tip = "", other = ""] = [main, topic];
  const base = (await git.log.mergeBase(tip, other)) ?? "";
  expect(await git.log.commits(onlyIn(other, tip), { skip: 0, count: 9 })).toEqual([other]);
  const found = await Promise.all([other, base, tip].map((hash) => git.log.isOnlyIn(hash, other, tip)));
  expect(found).toEqual([true, false, false]);
});

test("a tip is that of a reference of the very name and kind, or of none", async () => {
  const references = await git.references();
  expect([tipOf(references, "tag", "main"), branchTip(references, "mai")]).toEqual([null, null]);
});
