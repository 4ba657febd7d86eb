/** Owns running the same tests on every engine: a database of its own for each, that ends with the test. */
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { sql } from "kysely";
import { describe, inject, onTestFinished } from "vitest";
import type { Clock } from "../../src/base/clock.ts";
import { tablesInOrder } from "../../src/storage/copy/tables.ts";
import { type Database, openDatabase } from "../../src/storage/database.ts";
import type { Engine } from "../../src/storage/engine.ts";
import { frozenClock } from "../frozen-clock.ts";
import { makeDatabase, type PostgresServer } from "./postgres-server.ts";

export interface TestDatabase {
  readonly engine: Engine;
  /** Every byte of the files, the log included; of the rows on PostgreSQL, whose files are the server's. */
  bytes(): Promise<Buffer>;
  /** Path or URL, for other processes. */
  readonly place: string;
  readonly database: Database;
  /** Another handle, as another process has it; closed with the rest. */
  beside(): Promise<Database>;
  /** Closes every handle, and removes the database. */
  close(): Promise<void>;
}

export interface TestDatabaseOptions {
  readonly clock?: Clock;
}

export type OpenTestDatabase = (options?: TestDatabaseOptions) => Promise<TestDatabase>;

export const engines: readonly Engine[] = ["sqlite", "postgres"];

/** What the rigs of whole rooms run on: SQLite, unless `WINDLASS_TEST_ENGINE=postgres` asks for the same tests on the other. */
export function chosenEngine(): Engine {
  return process.env.WINDLASS_TEST_ENGINE === "postgres" ? "postgres" : "sqlite";
}

/** Describes the same on SQLite and on PostgreSQL. What `open` opens is closed when the test is finished. */
export function describeEngines(name: string, tests: (open: OpenTestDatabase, engine: Engine) => void): void {
  describe.each(engines)(`${name} on %s`, (engine) => {
    tests(async (options) => {
      const opened = await openEngine(engine, options);
      onTestFinished(() => opened.close());
      return opened;
    }, engine);
  });
}

/** A migrated database without rows, outside of {@link describeEngines}; whoever opens it closes it. */
export async function openEngine(
  engine: Engine,
  { clock = frozenClock() }: TestDatabaseOptions = {},
): Promise<TestDatabase> {
  const { place, remove } = await makePlace(engine);
  const handles: Database[] = [];
  const open = async () => {
    const database = await openDatabase(place, { clock });
    handles.push(database);
    return database;
  };
  return {
    engine,
    place,
    database: await open(),
    beside: open,
    async bytes() {
      const [first] = handles;
      return engine === "sqlite" || first === undefined ? readFolder(dirname(place)) : readRows(first);
    },
    async close() {
      for (const handle of handles) await handle.close();
      await remove();
    },
  };
}

function readFolder(folder: string): Buffer {
  return Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
}

async function readRows({ kysely }: Database): Promise<Buffer> {
  const parts: string[] = [];
  for (const table of tablesInOrder)
    parts.push(JSON.stringify((await sql`select * from ${sql.table(table)}`.execute(kysely)).rows));
  return Buffer.from(parts.join("\n"));
}

/** Where a new database is: an SQLite file that is not there yet, or a PostgreSQL database, migrated unless told. */
export async function makePlace(
  engine: Engine,
  options: { readonly migrated?: boolean } = {},
): Promise<{ readonly place: string; remove(): Promise<void> }> {
  if (engine === "postgres") {
    const { url, drop } = await makeDatabase(await postgresServer(), options);
    return { place: url, remove: drop };
  }
  const folder = mkdtempSync(join(tmpdir(), "windlass-engine-"));
  const remove = async () => rmSync(folder, { recursive: true, force: true });
  return { place: join(folder, "windlass.db"), remove };
}

/** The server of this test run. */
export async function postgresServer(): Promise<PostgresServer> {
  const caller = createConnection(inject("postgresSocket"));
  const [line] = await once(createInterface({ input: caller }), "line");
  const answer = JSON.parse(String(line)) as PostgresServer | { failure: string }; // the run's own line
  if ("failure" in answer) throw new Error(answer.failure);
  return answer;
}
