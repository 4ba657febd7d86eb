/** Owns bringing a database up to this version: forward only, recorded in the database itself. */
import { type Kysely, sql, type Transaction } from "kysely";
import type { Clock } from "../base/clock.ts";
import type { Engine } from "./engine.ts";
import { storageErrors } from "./errors.ts";
import { first } from "./migrations/0001-first.ts";
import type { Schema } from "./schema.ts";

/** One step of the schema. It never changes once released: a correction is a further step. */
export interface Migration {
  readonly name: string;
  up(schema: Transaction<Schema>, engine: Engine): Promise<void>;
}

/** Records the steps applied; by it a database is known to be ours. */
export const migrationsTable = "windlass_migrations";

/** Oldest first. */
export const migrations: readonly Migration[] = [first];

export interface MigrationParts {
  readonly clock: Clock;
  readonly engine: Engine;
  readonly steps?: readonly Migration[] | undefined;
  /** Called, with nothing changed yet and nobody else writing, before steps are added to those that are there. */
  readonly before?: ((firstMissing: string) => void) | undefined;
}

/**
 * Applies what is missing within a transaction, all or nothing. Each step is written down before it is taken, so that of two
 * processes one waits for the other and then finds the work done, or is told to begin anew. Returns the names applied.
 * Throws `storage.newer` when the database knows a step this version does not.
 */
export async function applyMissing(
  transaction: Transaction<Schema>,
  { clock, engine, steps = migrations, before }: MigrationParts,
): Promise<string[]> {
  const applied = await readApplied(transaction);
  const missing = findMissing(applied, steps);
  const [next] = missing;
  if (next !== undefined && applied.size > 0) before?.(next.name);
  for (const step of missing) {
    const appliedAt = clock.now().toISOString();
    await sql`insert into ${sql.table(migrationsTable)} (name, applied_at) values (${step.name}, ${appliedAt})`.execute(
      transaction,
    );
    await step.up(transaction, engine);
  }
  return missing.map((step) => step.name);
}

/** The table that {@link applyMissing} writes to, if there is none. */
export async function makeMigrationsTable(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .createTable(migrationsTable)
    .ifNotExists()
    .addColumn("name", "text", (column) => column.primaryKey().notNull())
    .addColumn("applied_at", "text", (column) => column.notNull())
    .execute();
}

async function readApplied(transaction: Transaction<Schema>): Promise<Set<string>> {
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(migrationsTable)}`.execute(
    transaction,
  );
  return new Set(rows.map((row) => row.name));
}

/** The steps that are not among those applied, oldest first. Throws `storage.newer`. */
export function findMissing(
  applied: ReadonlySet<string>,
  steps: readonly Migration[] = migrations,
): Migration[] {
  const known = new Set(steps.map((step) => step.name));
  const unknown = [...applied].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw storageErrors.fail("storage.newer", { detail: `unknown migrations: ${unknown.join(", ")}` });
  }
  return steps.filter((step) => !applied.has(step.name));
}
