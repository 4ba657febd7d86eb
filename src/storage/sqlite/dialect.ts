/** Owns Kysely's dialect over `node:sqlite`. */
import type { DatabaseSync } from "node:sqlite";
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import { wrapDatabase } from "./statements.ts";
import { createTurns, type Synchronous, type Turns } from "./turns.ts";

/** One connection to an open file, for several dialects that take turns at it. */
export interface SharedFile {
  readonly file: DatabaseSync;
  readonly statements: SqliteDatabase;
  readonly turns: Turns;
  /** One for all of them, so that a query is compiled once. */
  readonly adapter: SqliteAdapter;
}

/** `path` is its name in failures. */
export function shareFile(file: DatabaseSync, path: string): SharedFile {
  const turns = createTurns(file);
  const statements = wrapDatabase(file, { path, beforeWriting: turns.settle });
  return { file, statements, turns, adapter: new SqliteAdapter() };
}

/** A dialect whose commits wait for the disk or do not; closing its Kysely closes the file for all. */
export function sqliteDialect(shared: SharedFile, synchronous: Synchronous): Dialect {
  return {
    createAdapter: () => shared.adapter,
    createDriver: () => new TurnsDriver(shared, synchronous),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/**
 * A transaction takes the write lock when it begins: one that begins by reading and writes later would fail at once
 * with SQLITE_BUSY_SNAPSHOT if another process wrote in between, instead of waiting.
 */
class TurnsDriver extends SqliteDriver {
  readonly #shared: SharedFile;
  readonly #synchronous: Synchronous;

  constructor(shared: SharedFile, synchronous: Synchronous) {
    super({ database: shared.statements });
    this.#shared = shared;
    this.#synchronous = synchronous;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    await this.#shared.turns.take(this.#synchronous);
    return super.acquireConnection();
  }

  override async releaseConnection(): Promise<void> {
    this.#shared.turns.give();
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("begin immediate"));
  }

  /**
   * A full disk ends the transaction by itself: a rollback would fail, and hide why.
   * @see https://sqlite.org/lang_transaction.html "Response To Errors Within A Transaction"
   */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#shared.file.isTransaction) await super.rollbackTransaction(connection);
  }
}
