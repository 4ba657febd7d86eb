/** The database goes away, or is full, in the moment Bitbucket's answer is to be saved: it is saved when that is over. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { sql } from "kysely";
import pg from "pg";
import { describe, expect, test } from "vitest";
import type { Database } from "../../../src/storage/database.ts";
import { postgresServer } from "../../storage/engines.ts";
import { products } from "../world/far-side.ts";
import { openWorld, type World } from "../world/world.ts";
import { canMakeDisk, fillDisk } from "./small-disk.ts";

const patience = 60_000;

/** Root may make a disk and fill it; for others PostgreSQL's words are put in its mouth. */
const hasOwnDisk = canMakeDisk();

/** Another process holds the file, as a backup or a stuck writer does, for longer than a statement waits. */
async function holdFile(place: string, milliseconds: number): Promise<void> {
  const holder = spawn(process.execPath, [
    "--input-type=module",
    "--eval",
    `import { DatabaseSync } from "node:sqlite";
     const file = new DatabaseSync(${JSON.stringify(place)}, { timeout: 5000 });
     file.exec("begin immediate");
     console.log("held");
     setTimeout(() => { file.exec("commit"); file.close(); }, ${milliseconds});`,
  ]);
  await once(holder.stdout, "data");
}

/** What PostgreSQL says of a full disk, said without one; the way back is given. */
async function refuseWrites({ kysely }: Database): Promise<() => Promise<unknown>> {
  const full = sql`
    create function windlass_full() returns trigger language plpgsql as
    'begin raise exception ''could not extend file: No space left on device'' using errcode = ''53100''; end'`;
  await full.execute(kysely);
  const watch = sql`
    create trigger windlass_full before update of version on connection_secrets
    for each row execute function windlass_full()`;
  await watch.execute(kysely);
  return () => sql`drop trigger windlass_full on connection_secrets`.execute(kysely);
}

/** Every connection ends, and none is let in until the way back is taken: as when the server is gone. */
async function takeAway(place: string): Promise<() => Promise<unknown>> {
  const { pathname } = new URL(place);
  const name = pathname.slice(1);
  const admin = new pg.Client({ connectionString: `${(await postgresServer()).url}/postgres` });
  await admin.connect();
  await admin.query(`alter database ${name} allow_connections false`);
  await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
  return async () => {
    await admin.query(`alter database ${name} allow_connections true`);
    await admin.end();
  };
}

/** Lets a process begin to renew, does something to the database while Bitbucket is at work, and undoes it later. */
async function during(world: World, trouble: (id: string) => Promise<() => Promise<unknown>>) {
  const [id = ""] = await world.connectEnded(1);
  world.slowDown(600);
  const child = await world.start();
  const asking = child.ask({ connectionIds: [id], callers: 3 });
  await expect
    .poll(async () => (await world.lease(id)) !== null, { interval: 10, timeout: 10_000 })
    .toBe(true);
  const undo = await trouble(id);
  await expect.poll(() => world.rotations(), { interval: 20, timeout: 10_000 }).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await undo();
  return { id, child, report: await asking };
}

describe.each(products)("at %s", (product) => {
  test(
    "an SQLite file that is held by another process for longer than a statement waits",
    async () => {
      const world = await openWorld({ engine: "sqlite", product, leaseSeconds: 30 });
      const { report, id } = await during(world, async () => {
        await holdFile(world.place, 7_000);
        return async () => {};
      });
      expect(report).toMatchObject({ handed: 3, failures: {}, working: 1, refused: 0 });
      expect(await world.state(id)).toEqual(["active", null]);
      expect(world.refreshes()).toBe(1);
    },
    patience,
  );

  test(
    "an SQLite file that cannot grow any more",
    async () => {
      const world = await openWorld({ engine: "sqlite", product, leaseSeconds: 30 });
      const [id = ""] = await world.connectEnded(1);
      const child = await world.start({ at: { step: "before-save", what: "fill" } });
      const report = await child.ask({ connectionIds: [id], callers: 3 });
      expect(await child.reached).toBe("before-save");
      expect(report).toMatchObject({ handed: 3, failures: {}, working: 1, refused: 0 });
      expect(world.refreshes()).toBe(1);
      expect(await world.wrongInRecord()).toEqual([]);
    },
    patience,
  );

  test(
    "a PostgreSQL that ends all connections and takes none for a while",
    async () => {
      const world = await openWorld({ engine: "postgres", product, leaseSeconds: 30 });
      const { report, id, child } = await during(world, () => takeAway(world.place));
      // Who asked may have been told that the database is gone; what Bitbucket gave is saved all the same.
      expect(report.refused).toBe(0);
      const again = await child.ask({ connectionIds: [id], callers: 3 });
      expect(again).toMatchObject({ handed: 3, failures: {}, working: 1 });
      expect(world.refreshes()).toBe(1);
      expect(await world.wrongInRecord()).toEqual([]);
    },
    patience,
  );

  test(
    "a PostgreSQL whose disk is full",
    async () => {
      const world = await openWorld({ engine: "postgres", product, leaseSeconds: 30 });
      let isUnsaved = false;
      const { report, id } = await during(world, async (id) => {
        const undo = await (hasOwnDisk ? fillDisk(world.place) : refuseWrites(world.database));
        return async () => {
          isUnsaved = (await world.lease(id)) !== null;
          await undo();
        };
      });
      expect(isUnsaved).toBe(true);
      expect(report).toMatchObject({ handed: 3, failures: {}, working: 1, refused: 0 });
      expect(await world.state(id)).toEqual(["active", null]);
      expect(world.refreshes()).toBe(1);
    },
    patience,
  );
});
