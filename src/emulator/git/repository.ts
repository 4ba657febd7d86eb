/** Owns one opened repository: everything the emulator reads of it, safely, and never anything written. */
import { readFile } from "node:fs/promises";
import { boundedCache } from "../core/bounded-cache.ts";
import { type Change, type ChangeOptions, comparison, emptyTree, openChanges } from "./changes.ts";
import { locateRepository } from "./locate.ts";
import { type Log, openLog } from "./log.ts";
import { type Commit, parseCommit, parseTag, type Tag } from "./objects/commit.ts";
import { type GitObject, type ObjectInfo, type ObjectStore, openObjectStore } from "./objects/store.ts";
import { parseTree, type TreeEntry } from "./objects/tree.ts";
import type { PathBytes } from "./path.ts";
import type { Location } from "./process/environment.ts";
import { gitOutput, streamGit } from "./process/run.ts";
import { listReferences, type References, resolveRevision } from "./references.ts";

export interface DiffOptions extends ChangeOptions {
  /** Lines of context; git's default is 3. */
  readonly context?: number;
  /** What stands before the old and the new path; git's default is `a/` and `b/`. */
  readonly prefixes?: readonly [string, string];
}

/** A repository on disk, read with git. Hashes are 40 hex digits; null stands for "there is none". */
export interface GitRepository {
  readonly location: Location;
  readonly log: Log;
  references(): Promise<References>;
  /** The commit a branch, a tag, `HEAD` or a (short) hash leads to. */
  resolve(revision: string): Promise<string | null>;
  commit(hash: string): Promise<Commit | null>;
  /** What an annotated tag's own object says; null for any other object. */
  tag(hash: string): Promise<Tag | null>;
  /** The tree of a commit; the empty tree for null, against which a first commit is compared. */
  treeOf(commitHash: string | null): Promise<string>;
  /** The tree to compare a commit with: its first parent's. */
  parentTreeOf(commit: Commit): Promise<string>;
  changes(oldTree: string, newTree: string, options?: ChangeOptions): Promise<readonly Change[]>;
  /** The text of `git diff` between two trees, byte for byte, as it comes. */
  diff(oldTree: string, newTree: string, options: DiffOptions): ReadableStream<Uint8Array>;
  /** One mail a commit, oldest first, of what `include` has and `exclude` has not; a single commit without `exclude`. */
  patch(include: string, exclude: string | null): ReadableStream<Uint8Array>;
  /** As {@link patch}, of a commit and everything before it. */
  patchOfAll(include: string): ReadableStream<Uint8Array>;
  folder(treeHash: string): Promise<readonly TreeEntry[]>;
  /** The entry at a path, walking from a tree; the root itself for the empty path. */
  entry(treeHash: string, path: PathBytes): Promise<TreeEntry | null>;
  blobInfo(hash: string): Promise<ObjectInfo | null>;
  blob(hash: string): Promise<GitObject | null>;
  /** For blobs too large to hold in memory. */
  blobStream(hash: string): ReadableStream<Uint8Array>;
  /** Bytes on disk of all objects. */
  sizeBytes(): Promise<number>;
  /** Ends the git processes. */
  close(): Promise<void>;
}

const rememberedCommits = 10_000;
const rememberedEntries = 200_000;

/** Opens the repository that `path` is or lies in. Throws as {@link locateRepository}. git starts with the first question. */
export async function openGitRepository(path: string): Promise<GitRepository> {
  const location = await locateRepository(path);
  const objects = openObjectStore(location);
  const changes = openChanges(location);
  const references = () => listReferences(location, objects);
  const { commit, folder } = rememberedObjects(objects, await shallowCommits(location));

  const treeOf = async (hash: string | null) =>
    hash === null ? emptyTree : ((await commit(hash))?.tree ?? emptyTree);

  return {
    location,
    log: openLog(location),
    references,
    resolve: (revision) => resolve(revision, objects, references),
    commit,
    async tag(hash) {
      const object = await objects.read(hash);
      return object?.type === "tag" ? parseTag(object.bytes) : null;
    },
    treeOf,
    parentTreeOf: (of) => treeOf(of.parents[0] ?? null),
    changes: changes.between,
    diff: (oldTree, newTree, options) => streamGit(location, diffCommand([oldTree, newTree], options)),
    patch: (include, exclude) =>
      streamGit(location, patchCommand(exclude === null ? ["-1", include] : [include, `^${exclude}`])),
    patchOfAll: (include) => streamGit(location, patchCommand(["--root", include])),
    folder,
    entry: (treeHash, name) => findEntry(folder, treeHash, name),
    blobInfo: (hash) => objects.info(hash),
    blob: (hash) => objects.read(hash),
    blobStream: (hash) => streamGit(location, ["cat-file", "blob", hash]),
    sizeBytes: () => sizeOnDisk(location),
    async close() {
      await Promise.all([objects.close(), changes.close()]);
    },
  };
}

/** A detached checkout shows a branch that no reference backs, so the list has the last word on `main`. */
async function resolve(
  revision: string,
  objects: ObjectStore,
  references: () => Promise<References>,
): Promise<string | null> {
  const hash = await resolveRevision(objects, revision);
  if (hash !== null || revision !== "main") return hash;
  const { mainBranch } = await references();
  return mainBranch?.name === "main" ? mainBranch.commitHash : null;
}

function rememberedObjects(objects: ObjectStore, shallow: ReadonlySet<string>) {
  const commits = boundedCache<Commit>(rememberedCommits, () => 1);
  const folders = boundedCache<readonly TreeEntry[]>(rememberedEntries, (entries) => entries.length + 1);
  return {
    async commit(hash: string): Promise<Commit | null> {
      const known = commits.get(hash);
      if (known !== undefined) return known;
      const object = await objects.read(hash);
      if (object?.type !== "commit") return null;
      const read = parseCommit(hash, object.bytes);
      const commit = shallow.has(hash) ? { ...read, parents: [] } : read;
      commits.set(hash, commit);
      return commit;
    },
    async folder(treeHash: string): Promise<readonly TreeEntry[]> {
      const known = folders.get(treeHash);
      if (known !== undefined) return known;
      const object = await objects.read(treeHash);
      const entries = object?.type === "tree" ? parseTree(object.bytes) : [];
      folders.set(treeHash, entries);
      return entries;
    },
  };
}

/** In a shallow clone the oldest commits name parents that are not there; git treats them as first commits. */
async function shallowCommits(location: Location): Promise<ReadonlySet<string>> {
  const where = await gitOutput(location, ["rev-parse", "--path-format=absolute", "--git-path", "shallow"]);
  const text = await readFile(where.toString("utf8").replace(/\n$/, ""), "utf8").catch(() => "");
  return new Set(text.split("\n").filter(Boolean));
}

async function findEntry(
  folder: GitRepository["folder"],
  treeHash: string,
  path: PathBytes,
): Promise<TreeEntry | null> {
  let found: TreeEntry = { name: path, kind: "folder", hash: treeHash };
  for (const part of path === "" ? [] : path.split("/")) {
    if (found.kind !== "folder") return null;
    const next = (await folder(found.hash)).find((entry) => entry.name === part);
    if (next === undefined) return null;
    found = next;
  }
  return found;
}

function diffCommand(trees: readonly string[], options: DiffOptions): readonly string[] {
  return [
    "diff-tree",
    "-r",
    "-p",
    "--no-ext-diff",
    "--no-textconv",
    "--submodule=short",
    ...comparison(options),
    ...(options.context === undefined ? [] : [`--unified=${options.context}`]),
    ...prefixArguments(options.prefixes),
    "--end-of-options",
    ...trees,
    "--",
    ...(options.paths ?? []),
  ];
}

function prefixArguments(prefixes: DiffOptions["prefixes"]): readonly string[] {
  return prefixes === undefined ? [] : [`--src-prefix=${prefixes[0]}`, `--dst-prefix=${prefixes[1]}`];
}

function patchCommand(range: readonly string[]): readonly string[] {
  return ["format-patch", "--stdout", "--no-ext-diff", "--no-textconv", "--no-signature", ...range];
}

/** `count-objects` answers in KiB. */
async function sizeOnDisk(location: Location): Promise<number> {
  const listing = (await gitOutput(location, ["count-objects", "-v"])).toString("utf8");
  const amount = (name: string) => Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(listing)?.[1] ?? 0);
  return (amount("size") + amount("size-pack")) * 1024;
}
