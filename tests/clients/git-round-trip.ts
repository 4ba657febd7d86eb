/** Owns everything a person does with git against one Bitbucket, and seeing by its API that it happened. */
import { appendFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect } from "vitest";
import { git, runGit } from "./plain-git.ts";

/** One way in: an address with a user name and a secret in it, or a header that git sends. */
export interface Way {
  readonly title: string;
  readonly address: string;
  /** `Authorization: Bearer …`, as `http.extraHeader`. */
  readonly header?: string;
}

/** What the API shows: full reference → the commit it leads to. */
export type Shown = () => Promise<ReadonlyMap<string, string>>;

/** Clones, pushes a branch, rewrites it, pushes several at once, fetches, and deletes what it pushed. */
export async function roundTrip(way: Way, shown: Shown, folder: string): Promise<void> {
  const own = basename(folder);
  const clone = join(folder, "clone");
  const configured = way.header === undefined ? [] : ["-c", `http.extraHeader=${way.header}`];
  const before = await shown();

  await git(".", ...configured, "clone", "--quiet", way.address, clone);
  expect(await git(clone, "rev-parse", "HEAD")).toBe(before.get("refs/heads/main"));
  expect(await git(clone, "symbolic-ref", "HEAD")).toBe("refs/heads/main");
  const at = (...args: readonly string[]) => git(clone, ...configured, ...args);

  await appendFile(join(clone, "a.txt"), `${own}\n`);
  await at("commit", "--quiet", "-a", "-m", own);
  await at("push", "--quiet", "origin", `HEAD:refs/heads/${own}`);
  expect((await shown()).get(`refs/heads/${own}`)).toBe(await at("rev-parse", "HEAD"));

  await at("commit", "--quiet", "--amend", "-m", `${own}, rewritten`);
  const refused = await runGit(clone, ...configured, "push", "origin", `HEAD:refs/heads/${own}`);
  expect([refused.code, refused.said]).toEqual([
    1,
    expect.stringMatching(/\(non-fast-forward\)|\(fetch first\)/),
  ]);
  await at("push", "--quiet", "--force", "origin", `HEAD:refs/heads/${own}`);
  const head = await at("rev-parse", "HEAD");
  expect((await shown()).get(`refs/heads/${own}`)).toBe(head);

  await at("tag", "-a", `${own}-tag`, "-m", "annotated");
  await at(
    "push",
    "--quiet",
    "origin",
    `${own}-tag`,
    `HEAD~1:refs/tags/${own}-light`,
    `HEAD:refs/heads/${own}-2`,
  );
  const after = await shown();
  expect(after.get(`refs/tags/${own}-tag`)).toBe(head);
  expect(after.get(`refs/tags/${own}-light`)).toBe(before.get("refs/heads/main"));
  expect(after.get(`refs/heads/${own}-2`)).toBe(head);

  await at("fetch", "--quiet", "--prune", "origin");
  expect(await at("rev-parse", `origin/${own}-2`)).toBe(head);
  expect(await at("ls-remote", "origin", `refs/tags/${own}-tag^{}`)).toContain(head);
  const mine = [`heads/${own}`, `heads/${own}-2`, `tags/${own}-tag`, `tags/${own}-light`];
  await at("push", "--quiet", "origin", "--delete", ...mine.map((name) => `refs/${name}`));
  expect(await shown()).toEqual(before);
}
