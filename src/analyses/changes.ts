/** Owns what a commit changed, file by file: as Bitbucket counted it, or counted here from the diff it gave. */
import type { Changes, FileChange, FileStatus } from "../bitbucket/host/host.ts";
import { decode } from "../diff/byte-text.ts";
import { createDiffCounter, type FileCount } from "../diff/counter.ts";

/** The files of a commit, with git's own counts; binary files count 0 and 0. */
export function readChanges(changes: Changes): readonly FileChange[] {
  if (changes.kind === "counted") return changes.files;
  const files: FileChange[] = [];
  const counter = createDiffCounter((file) => files.push(readFile(file)));
  counter.push(new TextEncoder().encode(changes.diff));
  counter.end();
  return files;
}

function readFile(file: FileCount): FileChange {
  const [oldPath, newPath] = [decode(file.oldPath), decode(file.newPath)];
  const status = statusOf(file);
  return {
    status,
    oldPath: status === "added" ? null : oldPath,
    newPath: status === "removed" ? null : newPath,
    linesAdded: file.binary ? 0 : file.added,
    linesRemoved: file.binary ? 0 : file.removed,
  };
}

function statusOf({ isNew, isDeleted, oldPath, newPath }: FileCount): FileStatus {
  if (isNew) return "added";
  if (isDeleted) return "removed";
  return oldPath === newPath ? "modified" : "renamed";
}
