/** Owns merging in git as the strategies of Bitbucket, of any product, do it: trees are merged without a checkout, then a branch moves. */

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { GitFailure } from "./errors.ts";
import { onlyIn } from "./log.ts";
import type { Commit } from "./objects/commit.ts";
import { workingFolder } from "./process/environment.ts";
import { gitOutput, runGit } from "./process/run.ts";
import type { GitRepository } from "./repository.ts";

/** @see Atlassian, "Pull request merge strategies" */
export const mergeStrategies = [
  "no-ff",
  "ff",
  "ff-only",
  "rebase-no-ff",
  "rebase-ff-only",
  "squash",
  "squash-ff-only",
] as const;

export type MergeStrategy = (typeof mergeStrategies)[number];

export interface Merge {
  /** Commits of the target and of the source. */
  readonly to: string;
  readonly from: string;
  /** The branch that moves. */
  readonly branch: string;
  readonly message: string;
  readonly committer: { readonly name: string; readonly email: string; readonly at: Date };
}

/** The tree of both sides merged; null: they conflict. Writes objects: only on a copy. */
async function mergedTree(
  { location }: Pick<GitRepository, "location">,
  to: string,
  from: string,
): Promise<string | null> {
  const command = ["merge-tree", "--write-tree", "--no-messages", "--allow-unrelated-histories", to, from];
  const { exitCode, output, errors } = await runGit(location, command);
  if (exitCode > 1) throw new GitFailure("failed", "git merge-tree failed.", errors);
  return exitCode === 0 ? output.toString("latin1").slice(0, 40) : null;
}

/**
 * Whether both sides merge without a conflict. It is tried in an empty repository that borrows the objects and is thrown
 * away: nothing is written here, and nothing that this one says of merge drivers is heard.
 */
export async function mergesCleanly({ location }: GitRepository, to: string, from: string): Promise<boolean> {
  const objects = (await gitOutput(location, ["rev-parse", "--git-path", "objects"])).toString("utf8").trim();
  const gitFolder = await mkdtemp(join(tmpdir(), "windlass-merge-"));
  try {
    await mkdir(join(gitFolder, "objects", "info"), { recursive: true });
    await mkdir(join(gitFolder, "refs"));
    await writeFile(join(gitFolder, "HEAD"), "ref: refs/heads/main\n");
    const borrowed = JSON.stringify(resolve(workingFolder(location), objects));
    await writeFile(join(gitFolder, "objects", "info", "alternates"), `${borrowed}\n`);
    return (await mergedTree({ location: { gitFolder, workTree: null } }, to, from)) !== null;
  } finally {
    await rm(gitFolder, { recursive: true, force: true });
  }
}

/** Moves the branch and returns the commit it has then. Null: conflicts, or nothing that may be done by this strategy. */
export async function merge(
  git: GitRepository,
  strategy: MergeStrategy,
  what: Merge,
): Promise<string | null> {
  const tip = await tipAfter(git, strategy, what);
  if (tip !== null) await gitOutput(git.location, ["update-ref", `refs/heads/${what.branch}`, tip, what.to]);
  return tip;
}

async function tipAfter(git: GitRepository, strategy: MergeStrategy, what: Merge): Promise<string | null> {
  const isAhead = await git.log.isAncestor(what.to, what.from);
  if (strategy.endsWith("ff-only") && strategy !== "rebase-ff-only" && !isAhead) return null;
  switch (strategy) {
    case "ff":
    case "ff-only":
      return isAhead ? what.from : mergeCommit(git, what, [what.to, what.from]);
    case "squash":
    case "squash-ff-only":
      return mergeCommit(git, what, [what.to]);
    case "rebase-ff-only":
      return rebased(git, what);
    case "rebase-no-ff": {
      const tip = await rebased(git, what);
      return tip === null ? null : mergeCommit(git, { ...what, from: tip }, [what.to, tip]);
    }
    default:
      return mergeCommit(git, what, [what.to, what.from]);
  }
}

async function mergeCommit(
  git: GitRepository,
  what: Merge,
  parents: readonly string[],
): Promise<string | null> {
  const tree = await mergedTree(git, what.to, what.from);
  if (tree === null) return null;
  const person = signature(what.committer);
  return writeCommit(git, { tree, parents, author: person, committer: person, message: what.message });
}

/** Every commit of the source anew upon the target, merges left out. */
async function rebased(git: GitRepository, what: Merge): Promise<string | null> {
  const selection = { ...onlyIn(what.from, what.to), merges: "exclude" } as const;
  const hashes = await git.log.commits(selection, { skip: 0, count: 1_000_000 });
  let tip = what.to;
  for (const hash of hashes.toReversed()) {
    const commit = await git.commit(hash);
    if (commit === null) return null;
    const next = await picked(git, commit, tip, what);
    if (next === null) return null;
    tip = next;
  }
  return tip;
}

/** `merge-tree` of git 2.39 takes no base, so the change is put upon a commit whose parent is the tip. */
async function picked(git: GitRepository, commit: Commit, tip: string, what: Merge): Promise<string | null> {
  const [parent] = commit.parents;
  if (parent === tip) return commit.hash;
  const person = signature(what.committer);
  // A stand-in for the tip that descends from the picked commit's parent: the base git finds is that parent.
  const onto = await writeCommit(git, {
    tree: await git.treeOf(tip),
    parents: parent === undefined ? [] : [parent],
    author: person,
    committer: person,
    message: "",
  });
  const tree = await mergedTree(git, onto, commit.hash);
  if (tree === null) return null;
  const author = `${commit.author.raw} ${seconds(commit.author.date)} +0000`;
  return writeCommit(git, { tree, parents: [tip], author, committer: person, message: commit.message });
}

interface NewCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: string;
  readonly committer: string;
  readonly message: string;
}

async function writeCommit({ location }: GitRepository, commit: NewCommit): Promise<string> {
  const { tree, parents, author, committer, message } = commit;
  const headers = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${author}`,
    `committer ${committer}`,
  ];
  const text = `${headers.join("\n")}\n\n${message.replace(/\n*$/, "\n")}`;
  const written = await gitOutput(location, ["hash-object", "-t", "commit", "-w", "--stdin"], text);
  return written.toString("latin1").trim();
}

/** Names and addresses may not hold what ends them. */
function signature({ name, email, at }: Merge["committer"]): string {
  const clean = (text: string) => text.replaceAll(/[<>\n]/g, "");
  return `${clean(name)} <${clean(email)}> ${seconds(at)} +0000`;
}

function seconds(at: Date): number {
  return Math.floor(at.getTime() / 1000);
}
