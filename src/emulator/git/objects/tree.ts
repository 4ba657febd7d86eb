/** Owns the content of tree objects: the entries of a folder, in git's order. */
import { type PathBytes, pathOfBytes } from "../path.ts";

/** What an entry is; `commit` is a submodule. */
export type EntryKind = "folder" | "file" | "executable" | "link" | "commit";

export interface TreeEntry {
  readonly name: PathBytes;
  readonly kind: EntryKind;
  readonly hash: string;
}

const kinds: Readonly<Record<string, EntryKind>> = {
  "40000": "folder",
  "100755": "executable",
  "120000": "link",
  "160000": "commit",
};

/** Reads a tree object: `mode name NUL hash`, again and again. */
export function parseTree(bytes: Buffer): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < bytes.length; ) {
    const blank = bytes.indexOf(0x20, at);
    const nul = bytes.indexOf(0, blank);
    entries.push({
      kind: kinds[bytes.toString("latin1", at, blank)] ?? "file",
      name: pathOfBytes(bytes.subarray(blank + 1, nul)),
      hash: bytes.toString("hex", nul + 1, nul + 21),
    });
    at = nul + 21;
  }
  return entries;
}
