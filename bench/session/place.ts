/** Owns a database full of sessions. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { systemClock } from "../../src/base/clock.ts";
import { createSessions } from "../../src/sessions/sessions.ts";
import { type Database, openDatabase } from "../../src/storage/database.ts";
import type { Engine } from "../../src/storage/engine.ts";
import { insertUser } from "../../src/storage/tables/users.ts";
import { makeDatabase, startPostgres } from "../../tests/storage/postgres-server.ts";
import { person } from "./serve.ts";

export interface Place {
  readonly database: Database;
  /** Path or URL. */
  readonly url: string;
  /** Of sessions that can be found. */
  readonly tokens: readonly string[];
  remove(): Promise<void>;
}

/** `asked` sessions whose tokens are known, among `stored` in all; the rest is of the same size. */
export async function makePlace(
  engine: Engine,
  { asked, stored }: { readonly asked: number; readonly stored: number },
): Promise<Place> {
  const { url, remove } = engine === "sqlite" ? makeFile() : await makeOnServer();
  const clock = systemClock();
  const database = await openDatabase(url, { clock });
  const { id, displayName, email } = person;
  const now = clock.now().toISOString();
  const rest = { email_verified: 1, avatar_url: null, created_at: now, last_signed_in_at: now };
  await insertUser(database.kysely, { id, display_name: displayName, email, ...rest });
  const sessions = createSessions({ database, clock });
  const tokens: string[] = [];
  for (let number = 0; number < asked; number++)
    tokens.push((await sessions.open({ userId: id, instanceId: "bitbucket" })).token);
  await fill(database, stored - asked);
  return {
    database,
    url,
    tokens,
    async remove() {
      await database.close();
      await remove();
    },
  };
}

/** Copies of one session under hashes nobody has a token for, spread as hashes are. */
async function fill({ kysely, engine, scrub }: Database, rows: number): Promise<void> {
  if (rows <= 0) return;
  const numbers =
    engine === "postgres"
      ? sql`select generate_series(1, ${sql.lit(rows)}) as n`
      : sql`with recursive counted(n) as (select 1 union all select n + 1 from counted where n < ${sql.lit(rows)}) select n from counted`;
  const hash =
    engine === "postgres"
      ? sql`encode(sha256(numbers.n::text::bytea), 'hex')`
      : sql`lower(hex(randomblob(32)))`;
  const first = sql`(select * from sessions limit 1)`;
  const others = sql.raw(
    "user_id, instance_id, browser, elevated, created_at, last_seen_at, idle_expires_at, expires_at, replaced_at",
  );
  await sql`insert into sessions (id_hash, id, ${others})
    select ${hash}, 'ses_' || numbers.n, ${others}
    from (${numbers}) as numbers cross join ${first} as one`.execute(kysely);
  if (engine === "postgres") await sql`vacuum analyze`.execute(kysely);
  // As after any while of running: the log of so many rows at once is no state to measure in.
  else await scrub();
}

function makeFile() {
  const folder = mkdtempSync(join(tmpdir(), "windlass-bench-"));
  return {
    url: join(folder, "windlass.db"),
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function makeOnServer() {
  const server = await startPostgres();
  const { url, drop } = await makeDatabase(server);
  return {
    url,
    async remove() {
      await drop();
      await server.stop();
    },
  };
}
