/** Owns what a told history holds at each commit: how files change, and what a merge makes of two sides. */
import type { FileEdit } from "../demo/write-history.ts";
import { type Change, drop, type Entry, isBlocked, pathsBelow, put, type Tree } from "./file-tree.ts";
import type { FileState, Files } from "./steps.ts";

/** What became of a tree: for git, and to be done again on another one. */
export interface Edited {
  readonly edits: readonly FileEdit[];
  readonly changes: readonly Change[];
}

const whatFilesAre = "must be text, bytes, null, or what executable, link, submodule or movedFrom gives";

/** Edits still being told, and the tree they change in place. */
interface Editing {
  readonly tree: Tree;
  readonly edits: FileEdit[];
  readonly changes: Change[];
}

/** Carries out in place what a commit says of its files, in its order. Throws a sentence, as {@link Error}, for what cannot be. */
export function applyFiles(tree: Tree, files: Files): Edited {
  const editing: Editing = { tree, edits: [], changes: [] };
  applyAll(editing, files);
  return editing;
}

function applyAll(editing: Editing, files: Files): void {
  if (typeof files !== "object" || files === null)
    throw new Error(`files are written { "path": content }, not ${JSON.stringify(files)}`);
  for (const [path, state] of Object.entries(files)) applyOne(editing, checked(path), state);
}

function applyOne(editing: Editing, path: string, state: FileState): void {
  if (state === null) remove(editing, path);
  else if (typeof state === "object" && "kind" in state && state.kind === "moved") move(editing, state, path);
  else write(editing, path, entryOf(path, state));
}

function move(
  editing: Editing,
  { from, content }: { readonly from: string; readonly content: string | Uint8Array | null },
  path: string,
): void {
  const { tree, edits, changes } = editing;
  const entry = tree.files.get(checked(from));
  if (entry === undefined)
    throw new Error(`there is no file "${from}" to move to "${path}" (movedFrom itself takes it away)`);
  changes.push(...drop(tree, from));
  edits.push({ rename: from, to: path });
  if (content === null) changes.push(...put(tree, path, entry));
  else write(editing, path, { mode: entry.mode === "160000" ? "100644" : entry.mode, content });
}

function entryOf(path: string, state: Exclude<FileState, null | { readonly kind: "moved" }>): Entry {
  if (typeof state === "string" || state instanceof Uint8Array) return { mode: "100644", content: state };
  if (typeof state === "object" && state.kind === "executable")
    return { mode: "100755", content: state.content };
  if (typeof state === "object" && state.kind === "link") return { mode: "120000", content: state.target };
  if (typeof state !== "object" || state.kind !== "submodule") throw new Error(`"${path}" ${whatFilesAre}`);
  if (/^[0-9a-f]{40}$/.test(state.hash)) return { mode: "160000", content: state.hash };
  throw new Error(`a submodule has a hash of 40 hex digits, not "${state.hash}"`);
}

/** As git does: a file takes the place of a folder, and a folder that of a file. */
function write({ tree, edits, changes }: Editing, path: string, entry: Entry): void {
  changes.push(...put(tree, path, entry));
  const { mode, content } = entry;
  edits.push(mode === "160000" ? { submodule: path, hash: String(content) } : { write: path, content, mode });
}

/** A file, or a whole folder. */
function remove({ tree, edits, changes }: Editing, path: string): void {
  const gone = tree.files.has(path) ? [path] : pathsBelow(tree, path);
  if (gone.length === 0) throw new Error(`there is no file "${path}" to remove`);
  for (const other of gone) changes.push(...drop(tree, other));
  edits.push({ remove: path });
}

function checked(path: string): string {
  const parts = path.split("/");
  const isRefused = (part: string) =>
    part === "" || part === "." || part === ".." || part.toLowerCase() === ".git";
  if (parts.some(isRefused) || path.includes("\0") || !path.isWellFormed())
    throw new Error(`${JSON.stringify(path)} is no path of a file in a repository`);
  return path;
}

/**
 * What merging makes of our side, in place: what only they changed since `base` comes over, and `files` has the last word.
 * Throws where both changed a file, each its own way, and `files` does not say what becomes of it.
 */
export function mergeTrees(
  { base, ours, theirs }: { readonly base: Tree; readonly ours: Tree; readonly theirs: Tree },
  files: Files,
): Edited {
  const editing: Editing = { tree: ours, edits: [], changes: [] };
  const arriving: [path: string, entry: Entry][] = [];
  const conflict = (path: string) => {
    if (!Object.hasOwn(files, path))
      throw new Error(`both sides changed "${path}": say with files what becomes of it`);
  };
  for (const path of new Set([...base.files.keys(), ...theirs.files.keys()])) {
    const [was, here, there] = [base, ours, theirs].map(({ files: known }) => known.get(path));
    if (same(was, there) || same(here, there)) continue;
    if (!same(was, here)) conflict(path);
    else if (there === undefined) remove(editing, path);
    else arriving.push([path, there]);
  }
  // After what goes: a file of theirs may have become a folder.
  for (const [path, entry] of arriving) {
    if (!isBlocked(ours, path)) write(editing, path, entry);
    else conflict(path);
  }
  applyAll(editing, files);
  return editing;
}

function same(left: Entry | undefined, right: Entry | undefined): boolean {
  if (left === right || left === undefined || right === undefined) return left === right;
  return left.mode === right.mode && Buffer.from(left.content).equals(Buffer.from(right.content));
}
