/** Owns opening a PostgreSQL database, or one that speaks its language. */
import { Kysely, sql } from "kysely";
import type { Database } from "../contract.ts";
import { storageErrors } from "../errors.ts";
import { findMissing, migrationsTable } from "../migrate.ts";
import type { Schema } from "../schema.ts";
import { readAddress } from "./address.ts";
import { postgresDialect } from "./dialect.ts";
import { codeOf } from "./failures.ts";
import { openPool, type PoolOptions } from "./pool.ts";
import { untilItIsKept, untilItPasses } from "./retry.ts";

/**
 * Connects and makes sure that the schema is this version's; nothing is changed.
 * Throws `storage.address_invalid`, `storage.unreachable`, `storage.access_refused`, `storage.no_database`, `storage.tls`,
 * `storage.not_migrated`, `storage.newer`.
 */
export async function openPostgres(url: string): Promise<Database> {
  const address = readAddress(url);
  const pool = openPool(address);
  const kysely = new Kysely<Schema>({ dialect: postgresDialect(pool, address.place) });
  let hurry: string;
  try {
    await refuseUnmigrated(kysely);
    hurry = await hurryOf(kysely);
  } catch (error) {
    await kysely.destroy();
    throw error;
  }
  const once = kysely.transaction().setIsolationLevel("serializable");
  const hasty = new Kysely<Schema>({ dialect: postgresDialect(pool, address.place, { begin: hurry }) });
  return {
    engine: "postgres",
    kysely,
    transaction: (work) => untilItIsKept(() => once.execute(work)),
    hurried: (work) => untilItPasses(() => hasty.transaction().execute(work)),
    scrub: async () => false,
    close: () => kysely.destroy(),
  };
}

/**
 * How a transaction begins that waits for no disk. Whoever speaks PostgreSQL's language without this setting waits each time.
 * Local, for a pooler may give the session to another transaction.
 * @see https://www.postgresql.org/docs/current/wal-async-commit.html
 */
async function hurryOf(kysely: Kysely<Schema>): Promise<string> {
  const asked = sql<{ value: string | null }>`select current_setting('synchronous_commit', true) as value`;
  const { rows } = await asked.execute(kysely).catch(() => ({ rows: [] }));
  return typeof rows[0]?.value === "string" ? "begin; set local synchronous_commit = off" : "begin";
}

/** Kysely over a pool to that URL, whatever the state of the database there. Throws `storage.address_invalid`. */
export function connectPostgres(url: string, options?: PoolOptions): Kysely<Schema> {
  const address = readAddress(url);
  return new Kysely<Schema>({ dialect: postgresDialect(openPool(address, options), address.place) });
}

async function refuseUnmigrated(kysely: Kysely<Schema>): Promise<void> {
  const missing = findMissing(await readAppliedOrNone(kysely));
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name).join(", ");
  throw storageErrors.fail("storage.not_migrated", { detail: `not applied: ${names}` });
}

const undefinedTable = "42P01";

async function readAppliedOrNone(kysely: Kysely<Schema>): Promise<Set<string>> {
  try {
    const { rows } = await sql<{ name: string }>`select name from ${sql.table(migrationsTable)}`.execute(
      kysely,
    );
    return new Set(rows.map(({ name }) => name));
  } catch (error) {
    if (codeOf(error) === undefinedTable) return new Set();
    throw error;
  }
}
