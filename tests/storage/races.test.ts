import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { Secret } from "../../src/base/secret.ts";
import { openDatabase } from "../../src/storage/database.ts";
import { listCalls } from "../../src/storage/tables/call-counts.ts";
import { findSecrets, insertSecrets } from "../../src/storage/tables/connection-secrets.ts";
import { readMeta } from "../../src/storage/tables/meta.ts";
import { frozenClock } from "../frozen-clock.ts";
import { describeEngines, makePlace } from "./engines.ts";
import { addConnection, later, now, secrets } from "./rows.ts";

const processes = 4;

/** Starts four processes, lets them go when all are ready, and gives what each printed. */
async function race(place: string, task: string): Promise<unknown[]> {
  const program = new URL("racer.ts", import.meta.url).pathname;
  const racers = Array.from({ length: processes }, (_, index) => {
    const child = spawn(process.execPath, [program, place, task, String(index)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return { child, lines, ended: once(child, "exit") };
  });
  try {
    for (const { lines } of racers) expect((await lines.next()).value).toBe("ready");
    for (const { child } of racers) child.stdin.end("go\n");
    return await Promise.all(racers.map(async ({ lines }) => JSON.parse(String((await lines.next()).value))));
  } finally {
    for (const { child } of racers) child.kill("SIGKILL");
    await Promise.all(racers.map(({ ended }) => ended));
  }
}

describeEngines("four processes at once", (open, engine) => {
  test("no transaction that reads and then writes is lost", async () => {
    const { place, database } = await open();
    await race(place, "count");
    expect(await readMeta(database.kysely, "number")).toBe(String(processes * 25));
  });

  test("no call is counted twice or not at all", async () => {
    const { place, database } = await open();
    await race(place, "call");
    expect(await listCalls(database.kysely, "a", now)).toEqual([
      { consumer: "a", minute: now, calls: processes * 25 },
    ]);
  });

  test("every save that says it won is one version, and the last one lies there", async () => {
    const { place, database } = await open();
    await addConnection(database.kysely);
    await insertSecrets(database.kysely, secrets);
    const won = (await race(place, "save")).reduce<number>((sum, each) => sum + Number(each), 0);
    const row = await findSecrets(database.kysely, "con_1");
    expect(row?.version).toBe(1 + won);
    expect(row?.lease_fence).toBe(won);
    expect(row?.sealed_access_token).toMatch(new RegExp(`^\\d ${1 + won}$`));
  });

  test("one claims the lease", async () => {
    const { place, database } = await open();
    await addConnection(database.kysely);
    await insertSecrets(database.kysely, secrets);
    const claims = await race(place, "claim");
    expect(claims.filter((each) => each === true)).toHaveLength(1);
    const row = await findSecrets(database.kysely, "con_1");
    expect(row).toMatchObject({ lease_owner: String(claims.indexOf(true)), lease_fence: 1 });
  });

  test("a person who signs in everywhere at once is one user", async () => {
    const { place, database } = await open();
    const users = await race(place, "sign");
    expect(new Set(users).size).toBe(1);
    const { rows } = await sql`select id from users`.execute(database.kysely);
    expect(rows).toEqual([{ id: users[0] }]);
  });

  test("a walk keeps the earliest day it was ever told", async () => {
    const { place, database } = await open();
    await race(place, "walk");
    const { rows } = await sql`select since from walks`.execute(database.kysely);
    const told = Array.from({ length: processes * 25 }, (_, index) => {
      return later(-(((index % 25) * 7 + Math.floor(index / 25) * 11) % 101));
    });
    expect(rows).toEqual([{ since: told.sort()[0] }]);
  });

  test("one migrates, the others find the work done", async () => {
    const { place, remove } = await makePlace(engine, { migrated: false });
    try {
      const applied = (await race(place, "migrate")) as string[][]; // as the racer prints
      expect(applied.flat()).toEqual(["0001-first"]);
      const whole = engine === "postgres" ? new Secret(place) : place;
      const database = await openDatabase(whole, { clock: frozenClock() });
      expect((await sql`select name from windlass_migrations`.execute(database.kysely)).rows).toHaveLength(1);
      await database.close();
    } finally {
      await remove();
    }
  });
});
