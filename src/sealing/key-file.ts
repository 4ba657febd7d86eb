/** Owns the key file: one key a line, the first wraps. Never half written, never readable by others. */
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { isWindlassError } from "../base/errors.ts";
import { newId } from "../base/random.ts";
import { sealingErrors } from "./errors.ts";
import { randomKey, readKeys, writeKeys } from "./key.ts";
import type { SealingKey } from "./keyring.ts";

/**
 * `null` when there is no such file.
 * Throws `sealing.key_malformed`, `sealing.key_file_open`, `sealing.key_file_unusable`.
 */
export function readKeyFile(path: string): readonly SealingKey[] | null {
  try {
    if ((statSync(path).mode & 0o077) !== 0)
      throw sealingErrors.fail("sealing.key_file_open", { detail: path });
    return readKeys(readFileSync(path, "utf8"), path);
  } catch (error) {
    if (isWindlassError(error)) throw error;
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw unusable(path, error);
  }
}

/**
 * Writes a new key beside its place, makes it durable, and links it there, which fails if another process was first:
 * then that one's key is used.
 */
export function makeKeyFile(path: string): {
  readonly keys: readonly SealingKey[];
  readonly isMade: boolean;
} {
  const draft = draftOf(path);
  const keys = [randomKey()];
  try {
    writeDurably(draft, writeKeys(keys));
    linkSync(draft, path);
    syncFolder(dirname(path));
    return { keys, isMade: true };
  } catch (error) {
    const first = (error as NodeJS.ErrnoException).code === "EEXIST" ? readKeyFile(path) : null;
    if (first !== null) return { keys: first, isMade: false };
    throw isWindlassError(error) ? error : unusable(path, error);
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Replaces the lines at once: whoever reads sees all of the old ones or all of the new ones, also after a power cut. Two
 * that rewrite at the same time lose a key: hold the database's write lock. Throws `sealing.key_file_unusable`.
 */
export function rewriteKeyFile(path: string, keys: readonly SealingKey[]): void {
  const draft = draftOf(path);
  try {
    const target = realpathSync(path);
    writeDurably(draft, writeKeys(keys));
    renameSync(draft, target);
    syncFolder(dirname(target));
    sweepDrafts(path);
  } catch (error) {
    throw unusable(path, error);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** What changes when the file does; `null` when there is none. */
export function stampOf(path: string): string | null {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? null : [stat.ino, stat.size, stat.mtimeNs].join(" ");
}

/** Not the process id: in a container that is the same at each start, and a crash may have left a draft behind. */
function draftOf(path: string): string {
  return `${path}.${newId("draft")}`;
}

/** What rewritings that were killed have left behind holds keys too. */
function sweepDrafts(path: string): void {
  const beginning = `${basename(path)}.draft_`;
  for (const name of readdirSync(dirname(path)))
    if (name.startsWith(beginning)) rmSync(join(dirname(path), name), { force: true });
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, "wx", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function unusable(path: string, cause: unknown) {
  return sealingErrors.fail("sealing.key_file_unusable", { detail: path, cause });
}
