/** Owns a database full of connections, those of which that are asked for can be opened, and what hands tokens out over it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { type ConfigInput, parseConfig } from "../../src/app/config.ts";
import { openCustody } from "../../src/app/custody.ts";
import { openGround } from "../../src/app/ground.ts";
import { Secret } from "../../src/base/secret.ts";
import type { Database } from "../../src/storage/database.ts";
import type { Engine } from "../../src/storage/engine.ts";
import type { Vault } from "../../src/vault/vault.ts";
import { makeDatabase, startPostgres } from "../../tests/storage/postgres-server.ts";
import { addConnections, addConnectionTo } from "../../tests/vault/connections.ts";

export interface Place {
  readonly config: ConfigInput;
  /** Connections whose tokens open, each asked for once by {@link openVault}'s caller. */
  readonly ids: readonly string[];
  /** As a process that has just started: it remembers nothing. */
  openVault(): Promise<{ readonly vault: Vault; readonly database: Database; close(): Promise<void> }>;
  remove(): Promise<void>;
}

/** 32 bytes that seal nothing but this. */
const key = Buffer.alloc(32, 5).toString("base64");

/** `asked` connections with tokens of 64 characters, among `stored` in all: the rest is of the same size and opens nothing. */
export async function makePlace(
  engine: Engine,
  { asked, stored, urls }: { readonly asked: number; readonly stored: number; readonly urls?: object },
): Promise<Place> {
  const { database, remove } = engine === "sqlite" ? makeFile() : await makeOnServer();
  const config = {
    database,
    key,
    instances: {
      bitbucket: { clientId: "key", clientSecret: "secret", ...(urls === undefined ? {} : { urls }) },
    },
  };
  const openVault = async () => {
    const parsed = parseConfig(config);
    const ground = await openGround(parsed, {});
    const custody = openCustody(ground, parsed);
    return {
      vault: custody.vault,
      database: ground.world.database,
      async close() {
        await custody.close();
        await ground.close();
      },
    };
  };
  const ids = Array.from({ length: asked }, (_, number) => `con_asked_${number}`);
  const planting = await openVault();
  await addConnections(planting.database, new Date().toISOString());
  for (const id of ids) {
    await addConnectionTo(planting.database, id);
    const token = (kind: string) => new Secret(`${kind} ${id} `.padEnd(64, "x"));
    const expiresAt = new Date(Date.now() + 7_200_000);
    await planting.vault.keep(id, {
      accessToken: token("access"),
      refreshToken: token("refresh"),
      expiresAt,
    });
  }
  await fill(planting.database, stored - asked);
  await planting.close();
  return { config, ids, openVault, remove };
}

/** Copies of the first connection under other names: sealed for its place, they open nowhere else. */
async function fill({ kysely, engine }: Database, rows: number): Promise<void> {
  if (rows <= 0) return;
  const numbers =
    engine === "postgres"
      ? sql`select generate_series(1, ${sql.lit(rows)}) as n`
      : sql`with recursive counted(n) as (select 1 union all select n + 1 from counted where n < ${sql.lit(rows)}) select n from counted`;
  for (const [table, column] of [
    ["connections", "id"],
    ["connection_secrets", "connection_id"],
  ] as const) {
    const columns = Object.keys(
      (await kysely.selectFrom(table).selectAll().limit(1).executeTakeFirst()) ?? {},
    );
    const others = sql.join(columns.filter((name) => name !== column).map((name) => sql.ref(name)));
    await sql`insert into ${sql.table(table)} (${sql.ref(column)}, ${others})
      select 'con_filler_' || numbers.n, ${others}
      from (${numbers}) as numbers cross join ${sql.table(table)}
      where ${sql.ref(`${table}.${column}`)} = 'con_asked_0'`.execute(kysely);
  }
  if (engine === "postgres") await sql`vacuum analyze`.execute(kysely);
}

function makeFile() {
  const folder = mkdtempSync(join(tmpdir(), "windlass-bench-"));
  const remove = async () => rmSync(folder, { recursive: true, force: true });
  return { database: join(folder, "windlass.db"), remove };
}

async function makeOnServer() {
  const server = await startPostgres();
  const { url, drop } = await makeDatabase(server);
  const remove = async () => {
    await drop();
    await server.stop();
  };
  return { database: url, remove };
}
