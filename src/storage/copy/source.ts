/** Owns reading an SQLite database while nobody else has it open. */
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../base/clock.ts";
import { isWindlassError } from "../../base/errors.ts";
import { storageErrors } from "../errors.ts";
import { migrationsTable } from "../migrate.ts";
import { explainSqlite } from "../sqlite/file.ts";
import { openAndMigrateSqlite } from "../sqlite/open.ts";
import { tablesInOrder } from "./tables.ts";

export interface SourceTable {
  readonly columns: readonly string[];
  /** Each row's values in the order of the columns. */
  rows(): Iterable<readonly unknown[]>;
}

export interface Source {
  table(name: string): SourceTable;
  close(): void;
}

/**
 * Brings the file up to this version and keeps everybody else out of it until it is closed. Its rows stay as they are.
 * Throws `storage.in_use`, `storage.unwritable` where there is no file, and what opening throws.
 */
export async function openSource(path: string, clock: Clock): Promise<Source> {
  if (!existsSync(path)) {
    const message = "There is no database file to copy from.";
    throw storageErrors.fail("storage.unwritable", { message, detail: path });
  }
  takeAlone(path).close();
  const { database } = await openAndMigrateSqlite(path, { clock });
  await database.close();
  const file = takeAlone(path);
  try {
    refuseUnknownTables(file);
  } catch (error) {
    file.close();
    throw error;
  }
  return { table: (name) => tableOf(file, name), close: () => file.close() };
}

/** In this mode SQLite lets nobody in beside us, and us in only where nobody is. */
function takeAlone(path: string): DatabaseSync {
  const file = new DatabaseSync(path, { timeout: 0 });
  try {
    file.exec("pragma locking_mode = exclusive; begin exclusive");
    return file;
  } catch (error) {
    file.close();
    const failure = explainSqlite(error, path);
    if (!isWindlassError(failure, "storage.busy")) throw failure ?? error;
    throw storageErrors.fail("storage.in_use", { detail: path, cause: error });
  }
}

/** A table that is not copied would be lost. */
function refuseUnknownTables(file: DatabaseSync): void {
  const known = new Set<unknown>([...tablesInOrder, migrationsTable]);
  const names = file.prepare("select name from sqlite_master where type = 'table'").all();
  const unknown = names.filter(({ name }) => !known.has(name) && !String(name).startsWith("sqlite_"));
  if (unknown.length === 0) return;
  const detail = `unknown tables: ${unknown.map(({ name }) => name).join(", ")}`;
  throw storageErrors.fail("storage.copy_differs", { detail });
}

function tableOf(file: DatabaseSync, name: string): SourceTable {
  const columns = file
    .prepare("select name from pragma_table_info(?) order by cid")
    .all(name)
    .map((column) => String(column.name));
  const list = columns.map((column) => `"${column}"`).join(", ");
  return {
    columns,
    *rows() {
      for (const row of file.prepare(`select ${list} from "${name}"`).iterate())
        yield columns.map((column) => row[column]);
    },
  };
}
