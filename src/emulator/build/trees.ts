/** Owns what a told history holds at each commit: how files change, and what a merge makes of two sides. */
import type { FileEdit } from "../demo/write-history.ts";
import type { FileState, Files } from "./steps.ts";

/** What lies at a path. */
export interface Entry {
  readonly mode: "100644" | "100755" | "120000" | "160000";
  /** Of a submodule: its hash. */
  readonly content: string | Uint8Array;
}

export type Tree = ReadonlyMap<string, Entry>;

/** A tree and the edits that led to it. */
export interface Edited {
  readonly tree: Tree;
  readonly edits: readonly FileEdit[];
}

/** Carries out what a commit says of its files, in its order. Throws a sentence, as {@link Error}, for what cannot be. */
export function applyFiles(before: Tree, files: Files): Edited {
  const tree = new Map(before);
  const edits = Object.entries(files).flatMap(([path, state]) => applyOne(tree, checked(path), state));
  return { tree, edits };
}

function applyOne(tree: Map<string, Entry>, path: string, state: FileState): readonly FileEdit[] {
  if (state === null) return remove(tree, path);
  if (typeof state === "object" && "kind" in state && state.kind === "moved") {
    const entry = tree.get(checked(state.from));
    if (entry === undefined) throw new Error(`there is no file "${state.from}" to move to "${path}"`);
    tree.delete(state.from);
    const moved = { rename: state.from, to: path };
    if (state.content === null) {
      makeRoom(tree, path);
      tree.set(path, entry);
      return [moved];
    }
    return [moved, write(tree, path, { ...entry, content: state.content })];
  }
  return [write(tree, path, entryOf(state))];
}

function entryOf(state: Exclude<FileState, null | { readonly kind: "moved" }>): Entry {
  if (typeof state === "string" || state instanceof Uint8Array) return { mode: "100644", content: state };
  if (state.kind === "executable") return { mode: "100755", content: state.content };
  if (state.kind === "link") return { mode: "120000", content: state.target };
  if (!/^[0-9a-f]{40}$/.test(state.hash))
    throw new Error(`a submodule has a hash of 40 hex digits, not "${state.hash}"`);
  return { mode: "160000", content: state.hash };
}

function write(tree: Map<string, Entry>, path: string, entry: Entry): FileEdit {
  makeRoom(tree, path);
  tree.set(path, entry);
  return editOf(path, entry);
}

/** As git does: a file takes the place of a folder, and a folder that of a file. */
function makeRoom(tree: Map<string, Entry>, path: string): void {
  for (const other of [...tree.keys()])
    if (other.startsWith(`${path}/`) || path.startsWith(`${other}/`)) tree.delete(other);
}

function editOf(path: string, { mode, content }: Entry): FileEdit {
  if (mode === "160000") return { submodule: path, hash: String(content) };
  return { write: path, content, mode };
}

/** A file, or a whole folder. */
function remove(tree: Map<string, Entry>, path: string): readonly FileEdit[] {
  const gone = [...tree.keys()].filter((other) => other === path || other.startsWith(`${path}/`));
  if (gone.length === 0) throw new Error(`there is no file "${path}" to remove`);
  for (const other of gone) tree.delete(other);
  return [{ remove: path }];
}

function checked(path: string): string {
  const parts = path.split("/");
  if (parts.some((part) => part === "" || part === "." || part === ".." || part.toLowerCase() === ".git"))
    throw new Error(`"${path}" is no path of a file in a repository`);
  return path;
}

/**
 * What merging gives on our side: what only they changed since `base` comes over, and `files` has the last word.
 * Throws where both changed a file, each its own way, and `files` does not say what becomes of it.
 */
export function mergeTrees(
  sides: { readonly base: Tree; readonly ours: Tree; readonly theirs: Tree },
  files: Files,
): Edited {
  const { base, ours, theirs } = sides;
  const taken: FileEdit[] = [];
  const tree = new Map(ours);
  for (const path of new Set([...base.keys(), ...theirs.keys()])) {
    const [was, here, there] = [base.get(path), ours.get(path), theirs.get(path)];
    if (same(was, there) || same(here, there)) continue;
    if (!same(was, here)) {
      if (path in files) continue;
      throw new Error(`both sides changed "${path}": say with files what becomes of it`);
    }
    if (there === undefined) taken.push(...remove(tree, path));
    else taken.push(write(tree, path, there));
  }
  const settled = applyFiles(tree, files);
  return { tree: settled.tree, edits: [...taken, ...settled.edits] };
}

function same(left: Entry | undefined, right: Entry | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return left.mode === right.mode && Buffer.from(left.content).equals(Buffer.from(right.content));
}
