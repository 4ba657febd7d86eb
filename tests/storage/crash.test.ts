import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { sql } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDatabase } from "../../src/storage/database.ts";
import { createTokenStore } from "../../src/vault/store.ts";
import { frozenClock } from "../frozen-clock.ts";
import { testKeyrings } from "../keyrings.ts";
import { silentRecord } from "../silent-record.ts";

const clock = frozenClock();
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "windlass-crash-"));
  path = join(folder, "windlass.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function start(task: string): ChildProcess {
  const program = new URL("crash-writer.ts", import.meta.url).pathname;
  return spawn(process.execPath, [program, path, task], { stdio: ["ignore", "pipe", "inherit"] });
}

/** Kills without warning once `enough` says so; gives every line told until then. */
async function killWhen(child: ChildProcess, enough: (line: string) => boolean): Promise<string[]> {
  if (child.stdout === null) throw new Error("started with a pipe");
  const told: string[] = [];
  const ended = once(child, "exit");
  for await (const line of createInterface(child.stdout)) {
    told.push(line);
    if (enough(line)) child.kill("SIGKILL");
  }
  expect((await ended)[1]).toBe("SIGKILL");
  return told;
}

async function integrity(database: Awaited<ReturnType<typeof openDatabase>>): Promise<unknown> {
  return (await sql`pragma integrity_check`.execute(database.kysely)).rows;
}

test("killed in the middle of saving tokens, nothing acknowledged is lost and no save is half done", async () => {
  let before = 0;
  for (const saves of [1, 7, 40]) {
    const told = await killWhen(start("keep"), (line) => Number(line) >= before + saves);
    const acknowledged = Number(told.at(-1));
    const database = await openDatabase(path, { clock });
    const parts = { database, keyrings: testKeyrings(database, clock), ...silentRecord(database), clock };
    const store = createTokenStore(parts);
    const kept = await store.load("con_1");
    const [number = "", kind] = kept.accessToken.reveal().split(" ");
    expect(kind).toBe("access");
    expect(kept.accessToken.reveal()).toHaveLength(2_600);
    expect((await store.refreshToken(kept))?.reveal()).toBe(`${number} refresh `.padEnd(2_600, "r"));
    expect(Number(number)).toBeGreaterThanOrEqual(acknowledged);
    expect(await integrity(database)).toEqual([{ integrity_check: "ok" }]);
    await database.close();
    before = Number(number);
  }
}, 30_000);

test("killed in the middle of a migration, the database is as it was before it", async () => {
  await killWhen(start("migrate"), (line) => line === "half");
  const database = await openDatabase(path, { clock });
  const tables = (await database.kysely.introspection.getTables()).map(({ name }) => name);
  expect(tables).toContain("sessions");
  expect(tables).not.toContain("half");
  const { rows } = await sql`select name from windlass_migrations`.execute(database.kysely);
  expect(rows).toEqual([{ name: "0001-first" }]);
  expect(await integrity(database)).toEqual([{ integrity_check: "ok" }]);
  await database.close();
}, 30_000);

test("of several processes that open one new file at once, each finds it whole", async () => {
  const children = Array.from({ length: 3 }, () => start("open"));
  const ends = await Promise.all(children.map((child) => once(child, "exit")));
  expect(ends.map(([code]) => code)).toEqual([0, 0, 0]);
  const database = await openDatabase(path, { clock });
  expect((await sql`select name from windlass_migrations`.execute(database.kysely)).rows).toHaveLength(1);
  await database.close();
}, 30_000);
