import { inspect } from "node:util";
import { CompiledQuery, sql } from "kysely";
import pg from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import { Secret } from "../../src/base/secret.ts";
import { openDatabase } from "../../src/storage/database.ts";
import { type Migration, migrations } from "../../src/storage/migrate.ts";
import { explainPostgres } from "../../src/storage/postgres/failures.ts";
import { migratePostgres } from "../../src/storage/postgres/migrate.ts";
import { findSecrets, insertSecrets } from "../../src/storage/tables/connection-secrets.ts";
import { readMeta, writeMeta } from "../../src/storage/tables/meta.ts";
import { findUser, insertUser } from "../../src/storage/tables/users.ts";
import { failureOf } from "../failure.ts";
import { frozenClock } from "../frozen-clock.ts";
import { makePlace, openEngine, postgresServer } from "./engines.ts";
import { openGate } from "./gate.ts";
import { ada, addConnection, secrets } from "./rows.ts";

const clock = frozenClock();
const opening = (url: string) => failureOf(openDatabase(new Secret(url), { clock }));

async function open() {
  const opened = await openEngine("postgres");
  onTestFinished(() => opened.close());
  return opened;
}

async function unmigrated(): Promise<string> {
  const { place, remove } = await makePlace("postgres", { migrated: false });
  onTestFinished(remove);
  return place;
}

/** What somebody else does in the same database. */
async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

describe("opening PostgreSQL", () => {
  test("a database that was not migrated is refused with the command that does it, and left as it is", async () => {
    const url = await unmigrated();
    const failure = await opening(url);
    expect(failure).toMatchObject({
      code: "storage.not_migrated",
      cure: expect.stringContaining("windlass migrate"),
    });
    expect(await migratePostgres(url, { clock })).toEqual(["0001-first"]);
    expect(await migratePostgres(url, { clock })).toEqual([]);
    await (await openDatabase(new Secret(url), { clock })).close();
  });

  test("a further step is missed until it is applied, and an older version then refuses", async () => {
    const url = await unmigrated();
    const later: Migration = {
      name: "0002-later",
      up: async (transaction) => {
        await transaction.schema.alterTable("users").addColumn("nickname", "text").execute();
      },
    };
    const steps = [...migrations, later];
    expect(await migratePostgres(url, { clock, steps })).toEqual(["0001-first", "0002-later"]);
    expect(await opening(url)).toMatchObject({
      code: "storage.newer",
      detail: expect.stringContaining("0002"),
    });
    expect((await failureOf(migratePostgres(url, { clock }))).code).toBe("storage.newer");
  });

  test("a step that fails half way leaves nothing behind", async () => {
    const url = await unmigrated();
    const broken: Migration = {
      name: "0002-broken",
      up: async (transaction) => {
        await transaction.schema.createTable("half").addColumn("id", "text").execute();
        throw new Error("out of luck");
      },
    };
    await expect(migratePostgres(url, { clock, steps: [...migrations, broken] })).rejects.toThrow(
      "out of luck",
    );
    expect((await opening(url)).code).toBe("storage.not_migrated");
  });

  test("another program's database is refused", async () => {
    const url = await unmigrated();
    await administer(url, "create table songs (title text)");
    expect((await failureOf(migratePostgres(url, { clock }))).code).toBe("storage.foreign");
  });

  test("each way of not getting in has a name and a cure, and none tells the password", async () => {
    const { url } = await postgresServer();
    const { port, password } = new URL(url);
    const cases = [
      [`${url}/nowhere`, "storage.no_database"],
      [`postgres://windlass:wrong-${password}@127.0.0.1:${port}/postgres`, "storage.access_refused"],
      [`postgres://nobody:${password}@127.0.0.1:${port}/postgres`, "storage.access_refused"],
      [`postgres://windlass:${password}@127.0.0.1:1/postgres`, "storage.unreachable"],
      [`postgres://windlass:${password}@nowhere.invalid/postgres`, "storage.unreachable"],
      [`${url}/postgres?sslmode=verify-full`, "storage.tls"],
      [`${url}/postgres?sslrootcert=/nowhere.pem`, "storage.tls"],
      [`postgres://windlass:${password}@127.0.0.1:port/postgres`, "storage.address_invalid"],
      [`postgres://windlass:${password}%ff@127.0.0.1:${port}/postgres`, "storage.address_invalid"],
    ];
    for (const [place = "", code] of cases) {
      const failure = await opening(place);
      expect(failure.code).toBe(code);
      expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain(password);
    }
  });
});

describe("using PostgreSQL", () => {
  test("text with U+0000 is kept with U+FFFD in its place; other text comes back letter by letter", async () => {
    const { kysely } = (await open()).database;
    await insertUser(kysely, { ...ada, display_name: "A\u0000da" });
    expect((await findUser(kysely, ada.id))?.display_name).toBe("A\ufffdda");
    const odd = "'\"\\%_\n\t🦊e\u0301\u202e";
    await writeMeta(kysely, "odd", odd);
    expect(await readMeta(kysely, "odd")).toBe(odd);
  });

  test("dates and truth values are converted, anything else in their place is refused", async () => {
    const { kysely } = (await open()).database;
    const date = new Date("2026-11-20T08:00:00Z");
    const { rows } = await sql`select ${date}::text as date, ${true}::int as flag`.execute(kysely);
    expect(rows).toEqual([{ date: "2026-11-20T08:00:00.000Z", flag: 1 }]);
    await expect(sql`select ${{ a: 1 }} as thing`.execute(kysely)).rejects.toThrow("of type object");
  });

  test("a query compiled once is prepared on the server from its second use on, others are not", async () => {
    const { kysely } = (await open()).database;
    await addConnection(kysely);
    await insertSecrets(kysely, secrets);
    await kysely.connection().execute(async (one) => {
      for (let turn = 0; turn < 3; turn++) await findSecrets(one, "con_1");
      for (let turn = 0; turn < 3; turn++) await readMeta(one, "a");
      const { rows } = await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(
        one,
      );
      expect(rows).toHaveLength(1);
      expect(rows[0]?.statement).toContain("connection_secrets");
    });
    expect(await findSecrets(kysely, "con_1")).toMatchObject({ version: 1 });
  });

  test("a prepared query survives a table that changes beneath it, in and outside a transaction", async () => {
    const { database, place } = await open();
    const compiled = database.kysely.selectFrom("meta").selectAll().compile();
    const ask = async () => (await database.kysely.executeQuery({ ...compiled })).rows;
    await writeMeta(database.kysely, "a", "1");
    for (let turn = 0; turn < 3; turn++) await ask();
    await administer(place, "alter table meta add column note text");
    expect(await ask()).toEqual([{ name: "a", value: "1", note: null }]);
    for (let turn = 0; turn < 3; turn++) await ask();
    await administer(place, "alter table meta drop column note");
    const inside = await database.transaction(async (db) => (await db.executeQuery({ ...compiled })).rows);
    expect(inside).toEqual([{ name: "a", value: "1" }]);
  });

  test("a connection that the server ends is told as such, and the next question finds another", async () => {
    const { database, place } = await open();
    const cut = () =>
      administer(
        place,
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
      );
    const inside = failureOf(
      database.transaction(async (db) => {
        await writeMeta(db, "a", "1");
        await cut();
        await writeMeta(db, "a", "2");
      }),
    );
    expect((await inside).code).toBe("storage.unreachable");
    expect(await readMeta(database.kysely, "a")).toBeUndefined();
    await cut();
    const idle = await readMeta(database.kysely, "a").catch((error) => error.code);
    expect([undefined, "storage.unreachable"]).toContain(idle);
    expect(await readMeta(database.kysely, "a")).toBeUndefined();
  });

  test("while the server is gone every question says so at once; when it is back all is as it was", async () => {
    const { database: direct, place } = await open();
    const gate = await openGate(place);
    onTestFinished(() => gate.close());
    const database = await openDatabase(new Secret(gate.url), { clock });
    onTestFinished(() => database.close());
    await writeMeta(database.kysely, "a", "1");
    const inside = database.transaction(async (db) => {
      await writeMeta(db, "a", "2");
      await gate.shut();
      await readMeta(db, "a");
    });
    expect((await failureOf(inside)).code).toBe("storage.unreachable");
    for (let turn = 0; turn < 3; turn++)
      expect((await failureOf(readMeta(database.kysely, "a"))).code).toBe("storage.unreachable");
    expect((await failureOf(database.transaction((db) => readMeta(db, "a")))).code).toBe(
      "storage.unreachable",
    );
    await gate.open();
    expect(await readMeta(database.kysely, "a")).toBe("1");
    expect(await readMeta(direct.kysely, "a")).toBe("1");
  });

  test("a process that is frozen inside a transaction keeps nobody waiting for good", async () => {
    const { kysely } = (await open()).database;
    const setting = async (name: string) =>
      Object.values((await sql<object>`show ${sql.raw(name)}`.execute(kysely)).rows[0] ?? {})[0];
    expect(await setting("idle_in_transaction_session_timeout")).toBe("10s");
    expect(await setting("lock_timeout")).toBe("20s");
  });

  test("a transaction whose failed statement nobody minded keeps nothing, and says so", async () => {
    const { database } = await open();
    const swallowing = database.transaction(async (db) => {
      await writeMeta(db, "a", "1");
      await db.executeQuery(CompiledQuery.raw("select nothing")).catch(() => {});
    });
    await expect(swallowing).rejects.toThrow("nothing of it was kept");
    expect(await readMeta(database.kysely, "a")).toBeUndefined();
  });

  test("a collision runs the work again, a broken unique key at most once more, an error of ours never", async () => {
    const { database } = await open();
    await insertUser(database.kysely, ada);
    let runs = 0;
    const again = database.transaction(async (db) => {
      runs += 1;
      await insertUser(db, ada);
    });
    await expect(again).rejects.toThrow("unique");
    expect(runs).toBe(2);
    const ours = database.transaction(async () => {
      runs += 1;
      throw new Error("changed my mind");
    });
    await expect(ours).rejects.toThrow("changed my mind");
    expect(runs).toBe(3);
  });

  test("a crowd that wants the same row gets through, one after the other", async () => {
    const { database, beside } = await open();
    const handles = [database, await beside()];
    const add = async ({ transaction }: typeof database) =>
      transaction(async (db) => {
        const number = Number((await readMeta(db, "number")) ?? 0);
        await writeMeta(db, "number", String(number + 1));
      });
    await Promise.all(Array.from({ length: 80 }, (_, index) => add(handles[index % 2] ?? database)));
    expect(await readMeta(database.kysely, "number")).toBe("80");
  });

  test("vacuum is what takes deleted rows away, so scrubbing says that it did not", async () => {
    expect(await (await open()).database.scrub()).toBe(false);
  });
});

test.each([
  ["53100", "storage.full"],
  ["40001", "storage.busy"],
  ["55P03", "storage.busy"],
  ["53300", "storage.unreachable"],
  ["08006", "storage.unreachable"],
  ["25006", "storage.unwritable"],
  ["ECONNRESET", "storage.unreachable"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "storage.tls"],
  ["23505", undefined],
  ["42601", undefined],
  ["ERR_INVALID_ARG_TYPE", undefined],
])("%s is %s", (code, expected) => {
  const error = Object.assign(new Error("what the server said"), { code });
  expect(explainPostgres(error, "db.example.com/windlass")?.code).toBe(expected);
});
