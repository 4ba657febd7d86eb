/** Owns branches and tags, and what a revision in a URL may be. */
import { parseTag, type Tag } from "./objects/commit.ts";
import type { ObjectStore } from "./objects/store.ts";
import type { Location } from "./process/environment.ts";
import { gitOutput } from "./process/run.ts";

/** A branch or tag and the commit it leads to. */
export interface Reference {
  readonly kind: "branch" | "tag";
  /** Without `refs/heads/` or `refs/tags/`. */
  readonly name: string;
  readonly commitHash: string;
  /** Of an annotated tag's own object; null for plain tags and branches. */
  readonly tagHash: string | null;
  /** What an annotated tag says; null for plain tags and branches. */
  readonly annotation: Tag | null;
}

export interface References {
  /** Branches, then tags, each in byte order of their names, as git lists them. */
  readonly all: readonly Reference[];
  /** The branch a clone would check out; null in an empty repository. */
  readonly mainBranch: Reference | null;
}

/** The commit a branch or tag leads to; null: there is none of that name. */
export function tipOf({ all }: References, kind: Reference["kind"], name: string): string | null {
  return all.find((each) => each.kind === kind && each.name === name)?.commitHash ?? null;
}

export function branchTip(references: References, name: string): string | null {
  return tipOf(references, "branch", name);
}

const fields = ["refname", "objectname", "objecttype", "*objectname", "*objecttype", "HEAD"] as const;
const listFormat = `--format=${fields.map((field) => `%(${field})`).join("%00")}`;

/** Reads all branches and tags. They move, so nothing is remembered. */
export async function listReferences(location: Location, objects: ObjectStore): Promise<References> {
  const listing = await gitOutput(location, ["for-each-ref", listFormat, "refs/heads", "refs/tags"]);
  const rows = listing
    .toString("utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split("\0"));
  const found = await Promise.all(rows.map((row) => readReference(row, objects)));
  const all = found.filter((reference) => reference !== null);
  const branches = all.filter((reference) => reference.kind === "branch");
  if (branches.length > 0) return { all, mainBranch: chooseMainBranch(branches, rows) };
  const detached = await detachedBranch(objects);
  return detached === null ? { all, mainBranch: null } : { all: [detached, ...all], mainBranch: detached };
}

/** Tags may point at anything; only those that lead to a commit are shown. */
async function readReference(row: readonly string[], objects: ObjectStore): Promise<Reference | null> {
  const [refName = "", hash = "", type, peeledHash = "", peeledType] = row;
  const kind = refName.startsWith("refs/heads/") ? "branch" : "tag";
  const name = refName.replace(/^refs\/(heads|tags)\//, "");
  if (type === "commit") return { kind, name, commitHash: hash, tagHash: null, annotation: null };
  if (type !== "tag") return null;
  const commitHash = peeledType === "commit" ? peeledHash : (await objects.info(`${hash}^{commit}`))?.hash;
  const tag = await objects.read(hash);
  if (commitHash === undefined || tag === null) return null;
  return { kind, name, commitHash, tagHash: hash, annotation: parseTag(tag.bytes) };
}

/** The checked-out branch; where HEAD is detached or unborn, the usual names, then the first. */
function chooseMainBranch(
  branches: readonly Reference[],
  rows: readonly (readonly string[])[],
): Reference | null {
  const checkedOut = rows.find((row) => row[5] === "*")?.[0]?.replace("refs/heads/", "");
  for (const name of [checkedOut, "main", "master"]) {
    const branch = branches.find((candidate) => candidate.name === name);
    if (branch !== undefined) return branch;
  }
  return branches[0] ?? null;
}

/** A checkout of a bare commit, as build servers make it, has no branch: we show its HEAD as `main`. */
async function detachedBranch(objects: ObjectStore): Promise<Reference | null> {
  const head = await objects.info("HEAD^{commit}");
  return head && { kind: "branch", name: "main", commitHash: head.hash, tagHash: null, annotation: null };
}

/**
 * The hash a revision stands for: a branch, a tag, `HEAD`, or a hash of at least seven digits that names one commit.
 * Null when there is none. None of git's operators (`~`, `^`, `@{…}`, `:`) is understood, as they could not stand in a
 * Bitbucket URL, and a name that begins with a dash never reaches git.
 */
export async function resolveRevision(objects: ObjectStore, revision: string): Promise<string | null> {
  if (/^[0-9a-f]{40}$/.test(revision)) return commitHashOf(objects, revision);
  if (revision === "HEAD") return commitHashOf(objects, "HEAD");
  if (isReferenceName(revision)) {
    for (const folder of ["refs/heads", "refs/tags"]) {
      const hash = await commitHashOf(objects, `${folder}/${revision}`);
      if (hash !== null) return hash;
    }
  }
  if (/^[0-9a-fA-F]{7,39}$/.test(revision)) return commitHashOf(objects, revision.toLowerCase());
  return null;
}

async function commitHashOf(objects: ObjectStore, name: string): Promise<string | null> {
  return (await objects.info(`${name}^{commit}`))?.hash ?? null;
}

/**
 * Whether git would take the name for a branch or tag.
 * @see git-check-ref-format(1)
 */
export function isReferenceName(name: string): boolean {
  if (name === "" || name === "@" || name.startsWith("-") || name.endsWith(".") || name.endsWith("/"))
    return false;
  if (name.includes("..") || name.includes("@{") || name.includes("//")) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what git forbids
  if (/[\x00-\x20\x7f~^:?*[\\]/.test(name)) return false;
  return name.split("/").every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock"));
}
