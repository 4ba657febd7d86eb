/** Owns bringing a database up to this version: forward only, recorded in the database itself. */
import { type Kysely, sql, type Transaction } from "kysely";
import type { Clock } from "../base/clock.ts";
import { storageErrors } from "./errors.ts";
import { first } from "./migrations/0001-first.ts";
import type { Schema } from "./schema.ts";

/** One step of the schema. It never changes once released: a correction is a further step. */
export interface Migration {
  readonly name: string;
  up(schema: Transaction<Schema>): Promise<void>;
}

/** Records the steps applied; by it a database is known to be ours. */
export const migrationsTable = "windlass_migrations";

/** Oldest first. */
export const migrations: readonly Migration[] = [first];

/**
 * Applies what is missing, all or nothing: the write lock is taken first, so of two processes one migrates and the
 * other finds the work done. Returns the names applied.
 * Throws `storage.newer` when the database knows a step this version does not.
 */
export async function migrate(
  kysely: Kysely<Schema>,
  clock: Clock,
  steps: readonly Migration[] = migrations,
): Promise<string[]> {
  return kysely.transaction().execute(async (transaction) => {
    await transaction.schema
      .createTable(migrationsTable)
      .ifNotExists()
      .addColumn("name", "text", (column) => column.primaryKey().notNull())
      .addColumn("applied_at", "text", (column) => column.notNull())
      .execute();
    const missing = findMissing(await readApplied(transaction), steps);
    for (const step of missing) {
      await step.up(transaction);
      const appliedAt = clock.now().toISOString();
      await sql`insert into ${sql.table(migrationsTable)} (name, applied_at) values (${step.name}, ${appliedAt})`.execute(
        transaction,
      );
    }
    return missing.map((step) => step.name);
  });
}

async function readApplied(transaction: Transaction<Schema>): Promise<Set<string>> {
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(migrationsTable)}`.execute(
    transaction,
  );
  return new Set(rows.map((row) => row.name));
}

function findMissing(applied: ReadonlySet<string>, steps: readonly Migration[]): Migration[] {
  const known = new Set(steps.map((step) => step.name));
  const unknown = [...applied].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw storageErrors.fail("storage.newer", { detail: `unknown migrations: ${unknown.join(", ")}` });
  }
  return steps.filter((step) => !applied.has(step.name));
}
