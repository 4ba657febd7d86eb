import { execFileSync } from "node:child_process";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../tests/histories/folders.ts";
import { gitOutput } from "./process/run.ts";
import { openRepositories } from "./repositories.ts";

const identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"];

async function history() {
  const folder = await temporaryFolder();
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", folder.path, ...identity, ...args])
      .toString()
      .trim();
  git("init", "-q", "-b", "main");
  git("commit", "-q", "--allow-empty", "-m", "one");
  git("commit", "-q", "--allow-empty", "-m", "two");
  git("branch", "old", "HEAD~1");
  return { folder, git };
}

test("what is written goes to a copy that is read from then on, and can be thrown away", async () => {
  const { folder, git } = await history();
  const before = git("for-each-ref");
  const files = await readdir(join(folder.path, ".git", "objects"));
  const repositories = openRepositories();
  try {
    const tip = git("rev-parse", "main");
    const { changes } = await repositories.write(folder.path, async ({ location }) => {
      await gitOutput(location, ["update-ref", "refs/heads/main", `${tip}~1`]);
      await gitOutput(location, ["update-ref", "refs/heads/new", tip]);
      await gitOutput(location, ["update-ref", "refs/tags/v1", tip]);
      await gitOutput(location, ["update-ref", "-d", "refs/heads/old"]);
    });
    const first = git("rev-parse", "main~1");
    expect(changes).toEqual([
      { kind: "branch", name: "main", old: tip, new: first, forced: true },
      { kind: "branch", name: "new", old: null, new: tip, forced: false },
      { kind: "branch", name: "old", old: first, new: null, forced: false },
      { kind: "tag", name: "v1", old: null, new: tip, forced: false },
    ]);
    expect(await (await repositories.open(folder.path)).resolve("main")).toBe(first);
    expect(git("for-each-ref")).toBe(before);
    expect(await readdir(join(folder.path, ".git", "objects"))).toEqual(files);
    await repositories.discardWrites();
    expect(await (await repositories.open(folder.path)).resolve("main")).toBe(tip);
  } finally {
    await repositories.close();
    await folder.remove();
  }
});

test("what is written while writes are thrown away is kept, and never goes to what was given", async () => {
  const { folder, git } = await history();
  const before = git("for-each-ref");
  const repositories = openRepositories();
  const branch = (name: string) =>
    repositories.write(folder.path, ({ location }) =>
      gitOutput(location, ["update-ref", `refs/heads/${name}`, "HEAD"]),
    );
  try {
    for (let round = 0; round < 3; round += 1) {
      await branch("first");
      const [early, discarded] = [branch("early"), repositories.discardWrites()];
      const [late, again] = [branch("late"), repositories.discardWrites()];
      const last = branch("last");
      await Promise.all([early, discarded, late, again]);
      expect((await last).changes.map(({ name }) => name)).toEqual(["last"]);
      const { all } = await (await repositories.open(folder.path)).references();
      expect(all.map(({ name }) => name)).toEqual(["last", "main", "old"]);
      await repositories.discardWrites();
    }
    expect(git("for-each-ref")).toBe(before);
  } finally {
    await repositories.close();
    await folder.remove();
  }
});

test("a shallow clone whose list of oldest commits cannot be read is told of, not copied without it", async () => {
  const { folder } = await history();
  await mkdir(join(folder.path, ".git", "shallow"));
  const repositories = openRepositories();
  try {
    await expect(repositories.write(folder.path, async () => {})).rejects.toThrow();
  } finally {
    await repositories.close();
    await folder.remove();
  }
});

test("a detached checkout and an empty repository are copied too", async () => {
  const { folder, git } = await history();
  git("checkout", "-q", "--detach", "main~1");
  const empty = await temporaryFolder();
  execFileSync("git", ["-C", empty.path, "init", "-q", "-b", "trunk"]);
  const repositories = openRepositories();
  try {
    const seen = await repositories.write(folder.path, (copy) => copy.resolve("HEAD"));
    expect(seen).toEqual({ result: git("rev-parse", "HEAD"), changes: [] });
    const { result } = await repositories.write(empty.path, async ({ location }) =>
      gitOutput(location, ["symbolic-ref", "HEAD"]),
    );
    expect(result.toString()).toBe("refs/heads/trunk\n");
  } finally {
    await repositories.close();
    await folder.remove();
    await empty.remove();
  }
});
