/** Owns the SQLite file: opens it durably and for its owner's eyes only, and says in a sentence why it cannot. */
import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { isWindlassError, type WindlassError } from "../../base/errors.ts";
import { storageErrors } from "../errors.ts";
import { migrationsTable } from "../migrate.ts";

/** How long a statement waits for another process's write before `storage.busy`. */
export const busyMilliseconds = 5_000;

/** A checkpoint holds up the process while it copies pages and waits for the disk twice; 16 MiB of log are little to keep. */
const pagesBetweenCheckpoints = 4_000;

/**
 * Opens or makes the file; `:memory:` gives a database that ends with the process.
 * A commit survives a power cut (WAL with synchronous=FULL), and deleted rows are overwritten.
 * Throws what {@link explainSqlite} names, and `storage.foreign`.
 * @see https://www.sqlite.org/pragma.html
 */
export function openFile(path: string): DatabaseSync {
  let file: DatabaseSync | undefined;
  try {
    if (path !== ":memory:") makePrivate(path);
    file = new DatabaseSync(path, { timeout: busyMilliseconds, enableForeignKeyConstraints: true });
    refuseForeign(file, path);
    file.exec("pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on;");
    file.exec(`pragma wal_autocheckpoint = ${pagesBetweenCheckpoints}`);
    return file;
  } catch (error) {
    file?.close();
    throw isWindlassError(error) ? error : (explainSqlite(error, path) ?? error);
  }
}

/** Another program's file is left as it is: not even its journal mode is changed. */
function refuseForeign(file: DatabaseSync, path: string): void {
  const tables = file.prepare("select name from sqlite_master where type = 'table'").all();
  if (tables.length === 0 || tables.some(({ name }) => name === migrationsTable)) return;
  throw storageErrors.fail("storage.foreign", { detail: path });
}

/** Makes a missing file readable by its owner alone; SQLite gives its WAL the same mode. */
function makePrivate(path: string): void {
  closeSync(openSync(path, "a", 0o600));
}

/** Primary result codes (https://www.sqlite.org/rescode.html), the low byte of the extended ones. */
const bySqliteCode = new Map<number, keyof typeof storageErrors.entries>([
  [5, "storage.busy"],
  [6, "storage.busy"],
  [8, "storage.unwritable"],
  [10, "storage.unwritable"],
  [11, "storage.not_a_database"],
  [13, "storage.full"],
  [14, "storage.unwritable"],
  [23, "storage.unwritable"],
  [26, "storage.not_a_database"],
]);

/** An extended one: a reference to what is not there. */
const missingReference = 787;
/** An extended one: a trigger's refusal, which the removal of what is referred to is as well. */
const refusedByTrigger = 1811;

/** The catalogue's failure for what SQLite or the file system threw; `null` when it is our own mistake. */
export function explainSqlite(error: unknown, path: string): WindlassError | null {
  if (!(error instanceof Error)) return null;
  const { errcode, code } = error as { errcode?: unknown; code?: unknown };
  const known = typeof errcode === "number" ? byErrorCode(errcode, error.message) : undefined;
  const failure = known ?? (typeof code === "string" ? bySystemCode(code) : undefined);
  if (failure === undefined) return null;
  return storageErrors.fail(failure, { detail: `${path}: ${error.message}`, cause: error });
}

/** The file system's own words, of a file that is opened or flushed beside SQLite. */
function bySystemCode(code: string): keyof typeof storageErrors.entries | undefined {
  if (code === "ENOSPC" || code === "EDQUOT") return "storage.full";
  return /^E[A-Z]+$/.test(code) && !code.startsWith("ERR") ? "storage.unwritable" : undefined;
}

function byErrorCode(code: number, message: string): keyof typeof storageErrors.entries | undefined {
  const isReferredTo = code === refusedByTrigger && message.startsWith("FOREIGN KEY");
  if (code === missingReference || isReferredTo) return "storage.missing_reference";
  return bySqliteCode.get(code & 0xff);
}
