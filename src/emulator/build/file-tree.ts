/** Owns the files of a commit by their paths, so kept that a change costs no more in a large tree than in a small one. */

/** What lies at a path. */
export interface Entry {
  readonly mode: "100644" | "100755" | "120000" | "160000";
  /** Of a submodule: its hash. */
  readonly content: string | Uint8Array;
}

/** Changed in place. */
export interface Tree {
  readonly files: Map<string, Entry>;
  /** How many files lie below each folder; one without any is none. */
  readonly folders: Map<string, number>;
}

/** What lies at a path from now on; null: nothing. */
export type Change = readonly [path: string, entry: Entry | null];

export function emptyTree(): Tree {
  return { files: new Map(), folders: new Map() };
}

export function copyTree({ files, folders }: Tree): Tree {
  return { files: new Map(files), folders: new Map(folders) };
}

/** Does again what was done to another tree. */
export function redo(tree: Tree, changes: readonly Change[]): void {
  for (const [path, entry] of changes) {
    if (entry === null) drop(tree, path);
    else put(tree, path, entry);
  }
}

/** Sets a file, and takes away what is in its way: files below it, or a file where its folder is to be. */
export function put(tree: Tree, path: string, entry: Entry): readonly Change[] {
  const inTheWay = [...foldersOf(path).filter((folder) => tree.files.has(folder)), ...pathsBelow(tree, path)];
  const changes = inTheWay.flatMap((other) => drop(tree, other));
  if (!tree.files.has(path)) count(tree, path, 1);
  tree.files.set(path, entry);
  return [...changes, [path, entry]];
}

export function drop(tree: Tree, path: string): readonly Change[] {
  if (!tree.files.delete(path)) return [];
  count(tree, path, -1);
  return [[path, null]];
}

/** Whether setting a file would take another one away. */
export function isBlocked(tree: Tree, path: string): boolean {
  return tree.folders.has(path) || foldersOf(path).some((folder) => tree.files.has(folder));
}

/** All files in a folder, however deep. */
export function pathsBelow({ files, folders }: Tree, folder: string): readonly string[] {
  return folders.has(folder) ? [...files.keys()].filter((path) => path.startsWith(`${folder}/`)) : [];
}

function count({ folders }: Tree, path: string, more: 1 | -1): void {
  for (const folder of foldersOf(path)) {
    const left = (folders.get(folder) ?? 0) + more;
    if (left === 0) folders.delete(folder);
    else folders.set(folder, left);
  }
}

/** `a/b/c.txt` lies in `a` and `a/b`. */
function foldersOf(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}
