/** Owns opening an SQLite database: the file, brought up to this version after a copy of it. */
import { Kysely, sql } from "kysely";
import type { Clock } from "../../base/clock.ts";
import type { Database } from "../contract.ts";
import { applyMissing, type Migration, makeMigrationsTable } from "../migrate.ts";
import type { Schema } from "../schema.ts";
import { copyFile } from "./copy.ts";
import { type SharedFile, shareFile, sqliteDialect } from "./dialect.ts";
import { noDisk, openDisk } from "./disk.ts";
import { busyMilliseconds, openFile } from "./file.ts";

/** Throws `storage.unwritable`, `storage.not_a_database`, `storage.foreign`, `storage.newer`, `storage.busy`, `storage.full`. */
export async function openSqlite(path: string, clock: Clock): Promise<Database> {
  const { database } = await openAndMigrateSqlite(path, { clock });
  return database;
}

export interface MigratedFile {
  readonly database: Database;
  /** The steps that were missing. */
  readonly applied: readonly string[];
  /** Where the file lies as it was before; null when nothing was missing, or all was. */
  readonly copy: string | null;
}

/** {@link openSqlite}, and what was done to the file. */
export async function openAndMigrateSqlite(
  path: string,
  { clock, steps }: { readonly clock: Clock; readonly steps?: readonly Migration[] },
): Promise<MigratedFile> {
  const file = openFile(path);
  const shared = shareFile(file, path);
  const kysely = new Kysely<Schema>({ dialect: sqliteDialect(shared, "full") });
  let copy: string | null = null;
  // The write lock is held meanwhile: nobody adds a row between the copy and the first step.
  const before = (name: string) => {
    if (path === ":memory:") return;
    copy = `${path}.before-${name}`;
    copyFile(path, copy);
  };
  try {
    const applied = await kysely.transaction().execute(async (transaction) => {
      await makeMigrationsTable(transaction);
      return applyMissing(transaction, { clock, engine: "sqlite", steps, before });
    });
    return { database: databaseOver(kysely, shared, path), applied, copy };
  } catch (error) {
    await kysely.destroy();
    throw error;
  }
}

/**
 * In WAL mode a commit with synchronous=NORMAL is written without waiting for the disk. A transaction is brought there
 * afterwards; what was written in a hurry goes with the next one.
 * @see https://www.sqlite.org/pragma.html#pragma_synchronous
 */
function databaseOver(kysely: Kysely<Schema>, shared: SharedFile, path: string): Database {
  const hasty = new Kysely<Schema>({ dialect: sqliteDialect(shared, "normal") });
  const disk = path === ":memory:" ? noDisk : openDisk(path);
  return {
    engine: "sqlite",
    kysely,
    async transaction(work) {
      const result = await hasty.transaction().execute(work);
      await disk.flush();
      return result;
    },
    hurried: (work) => work(hasty),
    scrub: () => kysely.connection().execute(emptyLog),
    async close() {
      await disk.close();
      await kysely.destroy();
    },
  };
}

/** While SQLite waits for readers this process does nothing else, so it waits for no more than a moment. */
const scrubMilliseconds = 100;

async function emptyLog(connection: Kysely<Schema>): Promise<boolean> {
  const waitAtMost = (milliseconds: number) =>
    sql`pragma busy_timeout = ${sql.lit(milliseconds)}`.execute(connection);
  await waitAtMost(scrubMilliseconds);
  try {
    const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(connection);
    return rows[0]?.busy === 0;
  } finally {
    await waitAtMost(busyMilliseconds);
  }
}
