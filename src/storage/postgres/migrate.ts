/** Owns bringing a PostgreSQL database up to this version, alone or beside others that do the same. */
import { type Kysely, sql } from "kysely";
import type { Clock } from "../../base/clock.ts";
import { storageErrors } from "../errors.ts";
import { applyMissing, type Migration, makeMigrationsTable, migrationsTable } from "../migrate.ts";
import type { Schema } from "../schema.ts";
import { codeOf } from "./failures.ts";
import { connectPostgres } from "./open.ts";
import { untilItIsKept } from "./retry.ts";

/**
 * Applies what is missing, all or nothing, and returns its names.
 * Throws `storage.foreign` when tables of others lie there, `storage.newer`, and what opening throws.
 */
export async function migratePostgres(
  url: string,
  { clock, steps }: { readonly clock: Clock; readonly steps?: readonly Migration[] },
): Promise<string[]> {
  const kysely = connectPostgres(url, { connections: 1, patient: true });
  try {
    await refuseForeign(kysely);
    await makeMigrationsTable(kysely).catch(ignoreSame);
    return await untilItIsKept(() =>
      kysely.transaction().execute((transaction) => {
        return applyMissing(transaction, { clock, engine: "postgres", steps });
      }),
    );
  } finally {
    await kysely.destroy();
  }
}

async function refuseForeign(kysely: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = current_schema()`.execute(
    kysely,
  );
  if (rows.length === 0 || rows.some(({ name }) => name === migrationsTable)) return;
  throw storageErrors.fail("storage.foreign", { detail: `it holds ${rows[0]?.name}, and not ours` });
}

/** "If not exists" looks before it makes: of two that look at once the later is told of a double in a catalogue. */
function ignoreSame(error: unknown): void {
  if (!["23505", "42P07", "42710"].includes(codeOf(error))) throw error;
}
