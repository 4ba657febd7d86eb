/** Owns opening a PostgreSQL database, or one that speaks its language. */
import { CompiledQuery, Kysely, sql, type Transaction } from "kysely";
import type { Database } from "../contract.ts";
import { storageErrors } from "../errors.ts";
import { findMissing, migrationsTable } from "../migrate.ts";
import type { Schema } from "../schema.ts";
import { readAddress } from "./address.ts";
import { postgresDialect } from "./dialect.ts";
import { codeOf } from "./failures.ts";
import { openPool, type PoolOptions } from "./pool.ts";
import { untilItIsKept } from "./retry.ts";

/**
 * Connects and makes sure that the schema is this version's; nothing is changed.
 * Throws `storage.address_invalid`, `storage.unreachable`, `storage.access_refused`, `storage.no_database`, `storage.tls`,
 * `storage.not_migrated`, `storage.newer`.
 */
export async function openPostgres(url: string): Promise<Database> {
  const kysely = connectPostgres(url);
  let canHurry: boolean;
  try {
    await refuseUnmigrated(kysely);
    canHurry = await knowsHurry(kysely);
  } catch (error) {
    await kysely.destroy();
    throw error;
  }
  const once = kysely.transaction().setIsolationLevel("serializable");
  return {
    engine: "postgres",
    kysely,
    transaction: (work, { mayBeLost = false } = {}) =>
      untilItIsKept(() => once.execute(mayBeLost && canHurry ? withoutWaiting(work) : work)),
    scrub: async () => false,
    close: () => kysely.destroy(),
  };
}

/** Whoever speaks PostgreSQL's language without this setting waits each time. */
async function knowsHurry(kysely: Kysely<Schema>): Promise<boolean> {
  const asked = sql<{ value: string | null }>`select current_setting('synchronous_commit', true) as value`;
  const { rows } = await asked.execute(kysely).catch(() => ({ rows: [] }));
  return typeof rows[0]?.value === "string";
}

/** @see https://www.postgresql.org/docs/current/wal-async-commit.html */
function withoutWaiting<Result>(work: (transaction: Transaction<Schema>) => Promise<Result>) {
  return async (transaction: Transaction<Schema>) => {
    await transaction.executeQuery(hurry);
    return work(transaction);
  };
}

const hurry = CompiledQuery.raw("set local synchronous_commit = off");

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
