/** Owns Kysely's dialect over `node:sqlite`. */
import type { DatabaseSync } from "node:sqlite";
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  SqliteAdapter,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import { wrapDatabase } from "./statements.ts";

/** What {@link wrapDatabase} has to know. */
export type FileUse = Parameters<typeof wrapDatabase>[1];

/** A dialect for an open file, named `path` in failures; closing the Kysely closes the file. */
export function sqliteDialect(file: DatabaseSync, use: FileUse): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new ImmediateDriver(file, use),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/**
 * A transaction takes the write lock when it begins: one that begins by reading and writes later would fail at once
 * with SQLITE_BUSY_SNAPSHOT if another process wrote in between, instead of waiting.
 */
class ImmediateDriver extends SqliteDriver {
  readonly #file: DatabaseSync;

  constructor(file: DatabaseSync, use: FileUse) {
    super({ database: wrapDatabase(file, use) });
    this.#file = file;
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("begin immediate"));
  }

  /**
   * A full disk ends the transaction by itself: a rollback would fail, and hide why.
   * @see https://sqlite.org/lang_transaction.html "Response To Errors Within A Transaction"
   */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#file.isTransaction) await super.rollbackTransaction(connection);
  }
}
