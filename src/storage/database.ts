/** Owns opening the database: the one place that knows which engine is behind Kysely. */
import type { Clock } from "../base/clock.ts";
import type { Database } from "./contract.ts";
import { engineOf, type Place, reveal } from "./engine.ts";

export type { Database, Executor } from "./contract.ts";

/**
 * Opens an SQLite file (made if missing, its folder is not) or `:memory:`, and migrates it, after a copy of the file; or a
 * PostgreSQL URL, whose database must have been migrated.
 * Throws `storage.unwritable`, `storage.not_a_database`, `storage.foreign`, `storage.newer`, `storage.busy`, `storage.full`;
 * for a URL also `storage.address_invalid`, `storage.unreachable`, `storage.access_refused`, `storage.no_database`,
 * `storage.tls`, `storage.not_migrated`.
 */
export async function openDatabase(place: Place, { clock }: { clock: Clock }): Promise<Database> {
  // The other engine's driver is not even loaded.
  if (engineOf(place) === "postgres") {
    const { openPostgres } = await import("./postgres/open.ts");
    return openPostgres(reveal(place));
  }
  const { openSqlite } = await import("./sqlite/open.ts");
  return openSqlite(reveal(place), clock);
}
