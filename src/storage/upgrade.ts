/** Owns bringing a database up to this version on demand, and saying what was done. */
import type { Clock } from "../base/clock.ts";
import { type Engine, engineOf, type Place, reveal } from "./engine.ts";

export interface Upgrade {
  readonly engine: Engine;
  /** The steps that were missing, oldest first. */
  readonly applied: readonly string[];
  /** Where an SQLite file lies as it was before; null when there is no such copy. */
  readonly copy: string | null;
}

/** Applies what is missing. Throws what `openDatabase` throws, but `storage.not_migrated`. */
export async function upgradeDatabase(place: Place, { clock }: { clock: Clock }): Promise<Upgrade> {
  const engine = engineOf(place);
  if (engine === "postgres") {
    const { migratePostgres } = await import("./postgres/migrate.ts");
    return { engine, applied: await migratePostgres(reveal(place), { clock }), copy: null };
  }
  const { openAndMigrateSqlite } = await import("./sqlite/open.ts");
  const { database, applied, copy } = await openAndMigrateSqlite(reveal(place), { clock });
  await database.close();
  return { engine, applied, copy };
}
