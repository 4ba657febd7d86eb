/** Owns what an open database offers, whichever engine is behind it. */
import type { Kysely, Transaction } from "kysely";
import type { Engine } from "./engine.ts";
import type { Schema } from "./schema.ts";

/**
 * What table functions take: the database itself or a transaction in it. Each statement may throw `storage.busy`,
 * `storage.full`, `storage.unwritable`, `storage.unreachable`, `storage.not_a_database` or `storage.missing_reference`; a
 * broken unique key is the engine's own error.
 */
export type Executor = Kysely<Schema>;

export interface Database {
  readonly engine: Engine;
  readonly kysely: Kysely<Schema>;
  /**
   * Runs `work` in one transaction, as if it were alone; rolls back when it throws. On SQLite it holds the write lock from its
   * beginning. On PostgreSQL it is serializable, and `work` runs again when it met another: what it does beside its
   * statements must bear being repeated, so let it return what it found and act on that afterwards. `storage.busy` when it
   * kept meeting others for seconds; after `storage.unreachable`, and after `storage.unwritable` at its end, nobody knows whether
   * it was kept. Others may see it a moment before it is certain to outlive the machine.
   * Inside, use only the transaction handed in: SQLite has one connection, so `kysely` would wait for ever.
   */
  transaction<Result>(work: (transaction: Transaction<Schema>) => Promise<Result>): Promise<Result>;
  /**
   * Runs the few statements of `work` without waiting for the disk, each by itself or all in one transaction, as the engine
   * likes it. They are seen by everybody at once and kept when the process dies; when the machine does, they may be undone
   * until the next commit that waits. What was kept before stays. `work` may run again, as in a transaction.
   */
  hurried<Result>(work: (db: Executor) => Promise<Result>): Promise<Result>;
  /**
   * Takes what was deleted out of the files, as far as the engine lets us; whether that is done. SQLite overwrites deleted
   * rows, and this empties its log, unless another process is reading just now. On PostgreSQL never: deleted rows stay in
   * the pages until a vacuum (its autovacuum comes by itself, `vacuum` at once), and in its log until that is recycled.
   */
  scrub(): Promise<boolean>;
  close(): Promise<void>;
}
