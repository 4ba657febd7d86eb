/** Owns walking history: which commits a selection holds, where two lines of history met, what happened to one file. */
import { boundedCache } from "../core/bounded-cache.ts";
import { GitFailure } from "./errors.ts";
import { type PathBytes, pathOfBytes, pathspec } from "./path.ts";
import type { Location } from "./process/environment.ts";
import { gitOutput, runGit } from "./process/run.ts";

/** A selection of commits, by 40-digit hashes. */
export interface Selection {
  /** Commits reachable from these. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Only commits that touched this path; null: all. */
  readonly path: PathBytes | null;
  /** Leaves out commits of several parents, or all others; absent: neither. */
  readonly merges?: "exclude" | "only";
}

/** A commit that touched a file, and the file's name in it. */
export interface FileTouch {
  readonly hash: string;
  readonly path: PathBytes;
}

/** What the one tip leads to and the other does not: what merging it there would bring. */
export function onlyIn(tip: string, without: string): Selection {
  return { include: [tip], exclude: [without], path: null };
}

/** Whether the newer commit holds all of the older one's history; a commit holds its own. False for what is no commit. */
export async function isAncestor(location: Location, older: string, newer: string): Promise<boolean> {
  const { exitCode } = await runGit(location, ["merge-base", "--is-ancestor", older, newer]);
  return exitCode === 0;
}

export interface Log {
  /** `count` hashes from `skip` on, newest first as `git log` orders them; fewer at the end. */
  commits(
    selection: Selection,
    window: { readonly skip: number; readonly count: number },
  ): Promise<readonly string[]>;
  /** The best common ancestor; null for unrelated histories. */
  mergeBase(left: string, right: string): Promise<string | null>;
  /** Whether the newer commit holds all of the older one's history; a commit holds its own. */
  isAncestor(older: string, newer: string): Promise<boolean>;
  /** Whether {@link onlyIn} of both tips has the commit. */
  isOnlyIn(hash: string, tip: string, without: string): Promise<boolean>;
  /** The commits that touched a file, newest first, following it through renames unless told not to. */
  fileHistory(from: string, path: PathBytes, withoutRenames: boolean): Promise<readonly FileTouch[]>;
}

/** Whoever asks for a second page will ask for a third: git reads so many commits ahead then. */
const readAhead = 1000;

/** Reads history with one git a question. Blocks are remembered: what hashes lead to never changes. */
export function openLog(location: Location): Log {
  const blocks = boundedCache<readonly string[]>(50 * readAhead, (hashes) => hashes.length + 1);

  const block = async (selection: Selection, skip: number): Promise<readonly string[]> => {
    const key = JSON.stringify([selection, skip]);
    const known = blocks.get(key);
    if (known !== undefined) return known;
    const hashes = await revList(location, selection, { skip, count: readAhead });
    blocks.set(key, hashes);
    return hashes;
  };

  return {
    async commits(selection, { skip, count }) {
      if (selection.include.length === 0) return [];
      if (skip === 0) return revList(location, selection, { skip, count });
      const first = skip - (skip % readAhead);
      const hashes = [...(await block(selection, first))];
      if (hashes.length === readAhead && skip + count > first + readAhead) {
        hashes.push(...(await block(selection, first + readAhead)));
      }
      return hashes.slice(skip - first, skip - first + count);
    },
    mergeBase: (left, right) => mergeBase(location, left, right),
    isAncestor: (older, newer) => isAncestor(location, older, newer),
    isOnlyIn: async (hash, tip, without) =>
      (await isAncestor(location, hash, tip)) && !(await isAncestor(location, hash, without)),
    fileHistory: (from, path, withoutRenames) => fileHistory(location, from, { path, withoutRenames }),
  };
}

/** The tips go in by standard input: a repository may have more tags than arguments may be long. */
async function revList(
  location: Location,
  { include, exclude, path, merges }: Selection,
  { skip, count }: { readonly skip: number; readonly count: number },
): Promise<readonly string[]> {
  const paths = path === null ? [] : [pathspec(path)];
  const kinds = merges === undefined ? [] : [merges === "only" ? "--merges" : "--no-merges"];
  const command = ["rev-list", ...kinds, `--max-count=${count}`, `--skip=${skip}`, "--stdin", "--", ...paths];
  const input = [...include, ...exclude.map((hash) => `^${hash}`)].map((line) => `${line}\n`).join("");
  const output = await gitOutput(location, command, input);
  return output.toString("latin1").split("\n").filter(Boolean);
}

async function mergeBase(location: Location, left: string, right: string): Promise<string | null> {
  const { exitCode, output, errors } = await runGit(location, ["merge-base", left, right]);
  if (exitCode > 1) throw new GitFailure("failed", "git merge-base failed.", errors);
  return exitCode === 1 ? null : output.toString("latin1").trim();
}

/** Marks the beginning of a commit in the listing: no path begins with a NUL. */
const commitMark = "\0\0";

/** `--follow` is git's own answer to renames; it wants exactly one path. */
async function fileHistory(
  location: Location,
  from: string,
  { path, withoutRenames }: { readonly path: PathBytes; readonly withoutRenames: boolean },
): Promise<readonly FileTouch[]> {
  const listing = await gitOutput(location, [
    "log",
    "--date-order",
    "--no-show-signature",
    "--no-ext-diff",
    "--no-textconv",
    "--no-mailmap",
    "--diff-merges=off",
    ...(withoutRenames ? ["--no-follow", "--no-renames"] : ["--follow", "-M"]),
    "--format=format:%x00%x00%H",
    "--name-only",
    "-z",
    from,
    "--",
    pathspec(path),
  ]);
  return listing
    .toString("latin1")
    .split(commitMark)
    .filter((entry) => entry.length >= 40)
    .map((entry) => readTouch(entry, path));
}

/** `HASH\nPATH\0`. A commit without a path (as merges are) keeps the one asked for. */
function readTouch(entry: string, asked: PathBytes): FileTouch {
  const name = entry.slice(41).split("\0", 1).join();
  return { hash: entry.slice(0, 40), path: name === "" ? asked : pathOfBytes(Buffer.from(name, "latin1")) };
}
