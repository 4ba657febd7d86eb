/** Owns the copy of an SQLite file: whole, for its owner alone, on the disk before it bears its name. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { explainSqlite } from "./file.ts";

/**
 * Copies what is committed in the database at `path`, while others read or write it. An older copy of that name is replaced.
 * Throws `storage.full`, `storage.unwritable`.
 */
export function copyFile(path: string, target: string): void {
  const draft = `${target}.partial`;
  try {
    rmSync(draft, { force: true });
    // SQLite fills an empty file, and leaves its mode as it is.
    closeSync(openSync(draft, "wx", 0o600));
    const source = new DatabaseSync(path, { readOnly: true });
    try {
      source.prepare("vacuum into ?").run(draft);
    } finally {
      source.close();
    }
    flush(draft);
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    throw explainSqlite(error, target) ?? error;
  }
}

function flush(path: string): void {
  const file = openSync(path, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
