/** Owns opening the database: the one place that knows which engine is behind Kysely. */
import { Kysely, type Transaction } from "kysely";
import type { Clock } from "../base/clock.ts";
import { migrate } from "./migrate.ts";
import type { Schema } from "./schema.ts";
import { sqliteDialect } from "./sqlite/dialect.ts";
import { openFile } from "./sqlite/file.ts";

/**
 * What table functions take: the database itself or a transaction in it. Each statement may throw `storage.busy`,
 * `storage.full`, `storage.unwritable` or `storage.not_a_database`; a broken constraint is SQLite's own error.
 */
export type Executor = Kysely<Schema>;

export interface Database {
  readonly kysely: Kysely<Schema>;
  /**
   * Runs `work` in one transaction that holds the write lock from its beginning; rolls back when it throws.
   * Inside, use only the transaction handed in: SQLite has one connection, so `kysely` would wait for ever.
   */
  transaction<Result>(work: (transaction: Transaction<Schema>) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/**
 * Opens an SQLite file (made if missing, its folder is not) or `:memory:`, and migrates it.
 * Throws `storage.unwritable`, `storage.not_a_database`, `storage.foreign`, `storage.newer`, `storage.busy`.
 */
export async function openDatabase(path: string, { clock }: { clock: Clock }): Promise<Database> {
  const kysely = new Kysely<Schema>({ dialect: sqliteDialect(openFile(path), path) });
  try {
    await migrate(kysely, clock);
  } catch (error) {
    await kysely.destroy();
    throw error;
  }
  return {
    kysely,
    transaction: (work) => kysely.transaction().execute(work),
    close: () => kysely.destroy(),
  };
}
