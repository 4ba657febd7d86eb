import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ShiftableClock } from "../../src/base/clock.ts";
import type { Database } from "../../src/storage/database.ts";
import { listAuditWriters, readAuditChain } from "../../src/storage/tables/audit.ts";
import { addMeta, readMeta } from "../../src/storage/tables/meta.ts";
import { frozenClock } from "../frozen-clock.ts";
import { engines, openEngine, type TestDatabase } from "../storage/engines.ts";
import { testAudit } from "./rig.ts";

describe.each(engines)("a record on %s", (engine) => {
  let clock: ShiftableClock;
  let opened: TestDatabase;
  let database: Database;

  beforeEach(async () => {
    clock = frozenClock();
    opened = await openEngine(engine, { clock });
    database = opened.database;
  });
  afterEach(() => opened.close());

  const made = (connectionId: string) =>
    ({ event: "connection.made", actor: "user usr_ada", connectionId }) as const;

  /** Each writer's entries, in order. */
  async function chains() {
    const writers = await listAuditWriters(database.kysely);
    const read = ({ id }: { id: string }) =>
      readAuditChain(database.kysely, id, { after: null, limit: 10_000 });
    return Promise.all(writers.map(read));
  }

  describe("an entry", () => {
    test("is written with the time, who, what about and why", async () => {
      await testAudit(database, clock).write({
        event: "connection.refresh_failed",
        actor: "keeper",
        projectId: "prj_1",
        connectionId: "con_1",
        reason: "vault.unreachable",
        facts: { status: 503, isRepeated: true },
      });
      const [[entry] = []] = await chains();
      expect(entry).toMatchObject({
        sequence: 1,
        at: "2026-11-20T08:00:00.000Z",
        event: "connection.refresh_failed",
        actor: "keeper",
        project_id: "prj_1",
        connection_id: "con_1",
        reason: "vault.unreachable",
        facts_json: '{"status":503,"isRepeated":true}',
        mac: expect.stringMatching(/^[\w-]{43}$/),
      });
    });

    test("holds no text that a database would give back changed", async () => {
      await testAudit(database, clock).write({ ...made("con_\0\ud800"), facts: { name: "a\0\ud800" } });
      const [[entry] = []] = await chains();
      expect(entry?.connection_id).toBe("con_\ufffd\ufffd");
      expect(entry?.facts_json).toBe('{"name":"a\\u0000\\ud800"}');
    });
  });

  describe("a writer", () => {
    test("numbers its entries without a gap, however many are written at once", async () => {
      const audit = testAudit(database, clock);
      await Promise.all(Array.from({ length: 1_200 }, (_, index) => audit.write(made(`con_${index}`))));
      const [chain = [], ...others] = await chains();
      expect(others).toEqual([]);
      expect(chain.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 1_200 }, (_, at) => at + 1));
      expect(chain.map(({ connection_id }) => connection_id)).toEqual(chain.map((_, at) => `con_${at}`));
    });

    test("has a chain apart from every other writer's, under one key made once", async () => {
      const writers = [1, 2, 3].map(() => testAudit(database, clock));
      await Promise.all(writers.flatMap((audit) => [audit.write(made("con_1")), audit.write(made("con_2"))]));
      const written = await chains();
      expect(written.map((chain) => chain.map(({ sequence }) => sequence))).toEqual([
        [1, 2],
        [1, 2],
        [1, 2],
      ]);
      const keyIds = (await listAuditWriters(database.kysely)).map(({ id }) => id.split(".")[1]);
      expect(new Set(keyIds).size).toBe(1);
      expect(await readMeta(database.kysely, "audit-key-2")).toBeUndefined();
    });

    test("writes nothing until there is something to write", async () => {
      const audit = testAudit(database, clock);
      expect(await audit.transaction(async () => "done")).toBe("done");
      expect(await chains()).toEqual([]);
      expect(audit.heads()).toEqual([]);
    });

    test("goes on under another key when its own cannot be opened any more", async () => {
      await testAudit(database, clock).write(made("con_1"));
      const sealed = (await readMeta(database.kysely, "audit-key")) ?? "";
      const [, ...rest] = sealed.split(".");
      const header = Buffer.from(JSON.stringify({ alg: "dir", enc: "A256GCM", kid: "key_gone" })).toString(
        "base64url",
      );
      await database.kysely
        .updateTable("meta")
        .set({ value: [header, ...rest].join(".") })
        .execute();
      await testAudit(database, clock).write(made("con_2"));
      const keyIds = (await listAuditWriters(database.kysely)).map(({ id }) => id.split(".")[1]);
      expect(new Set(keyIds).size).toBe(2);
    });

    test("does not replace a note that another process was first to write", async () => {
      await addMeta(database.kysely, "note", "first");
      await addMeta(database.kysely, "note", "second");
      expect(await readMeta(database.kysely, "note")).toBe("first");
    });
  });

  describe("a transaction", () => {
    const note = (db: Database["kysely"], value: string) => addMeta(db, "note", value);

    test("keeps what was done and what was recorded together", async () => {
      const audit = testAudit(database, clock);
      await audit.transaction(async (db, record) => {
        await note(db, "done");
        await record(made("con_1"));
        await record({ event: "connection.refreshed", actor: "keeper", connectionId: "con_1" });
      });
      expect(await readMeta(database.kysely, "note")).toBe("done");
      expect((await chains()).flat().map(({ sequence, event }) => [sequence, event])).toEqual([
        [1, "connection.made"],
        [2, "connection.refreshed"],
      ]);
    });

    test("finds what those before it in the same commit have done: none comes between another's look and write", async () => {
      const audit = testAudit(database, clock);
      const takes = Array.from({ length: 10 }, (_, index) =>
        audit.transaction(async (db, record) => {
          if ((await readMeta(db, "note")) !== undefined) return false;
          await note(db, `${index}`);
          await record(made(`con_${index}`));
          return true;
        }),
      );
      expect((await Promise.all(takes)).filter(Boolean)).toHaveLength(1);
      expect((await chains()).flat()).toHaveLength(1);
    });

    test("about one thing comes after those about the same, beside those about others; each one's entries in the order asked", async () => {
      const audit = testAudit(database, clock);
      const order: string[] = [];
      const met = Promise.withResolvers<void>();
      const work = (about: string | undefined, name: string, until: Promise<void>) =>
        audit.transaction(async (db, record) => {
          order.push(`${name} begins`);
          await until;
          await note(db, name);
          order.push(`${name} ends`);
          await record(made(name));
        }, about);
      const now = Promise.resolve();
      // The first of `a` ends only when that of `b` has been met: both are under way at once.
      await Promise.all([
        work("a", "con_1", met.promise),
        work("a", "con_2", now),
        work(undefined, "con_3", now),
        audit.transaction(async (_, record) => {
          order.push("con_4 begins");
          met.resolve();
          await record(made("con_4"));
        }, "b"),
      ]);
      expect(order).toEqual([
        "con_1 begins",
        "con_4 begins",
        "con_1 ends",
        "con_2 begins",
        "con_2 ends",
        "con_3 begins",
        "con_3 ends",
      ]);
      const recorded = (await chains()).flat().map(({ connection_id }) => connection_id);
      expect(recorded).toEqual(["con_1", "con_2", "con_3", "con_4"]);
    });

    test("one of several that fails takes none of the others along, whatever they are about", async () => {
      const audit = testAudit(database, clock);
      const ends = await Promise.allSettled(
        ["a", "b", "c", undefined].map((about, index) =>
          audit.transaction(async (db, record) => {
            await note(db, `${index}`);
            if (about === "b") throw new Error("changed my mind");
            await record(made(`con_${index}`));
          }, about),
        ),
      );
      expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
      const recorded = (await chains()).flat().map(({ connection_id }) => connection_id);
      expect(recorded).toEqual(["con_0", "con_2", "con_3"]);
    });

    test("that fails leaves neither, and the chain goes on without a gap", async () => {
      const audit = testAudit(database, clock);
      await audit.write(made("con_1"));
      const failing = audit.transaction(async (db, record) => {
        await record(made("con_2"));
        await note(db, "done");
        throw new Error("changed my mind");
      });
      await expect(failing).rejects.toThrow("changed my mind");
      await audit.write(made("con_3"));
      expect(await readMeta(database.kysely, "note")).toBeUndefined();
      expect((await chains()).map((chain) => chain.map(({ connection_id }) => connection_id))).toEqual([
        ["con_1", "con_3"],
      ]);
    });

    test("runs again when the database asks for it, and its entries stand there once", async () => {
      let runs = 0;
      const twice: Database = {
        ...database,
        transaction: async (work) => {
          runs += 1;
          const rolledBack = database.transaction(async (db) => {
            await work(db);
            throw new Error("serialization failure");
          });
          await rolledBack.catch(() => {});
          return database.transaction(work);
        },
      };
      const audit = testAudit(twice, clock);
      await audit.write(made("con_1"));
      await audit.transaction((_, record) => record(made("con_2")));
      expect(runs).toBe(2);
      expect((await chains()).map((chain) => chain.map(({ sequence }) => sequence))).toEqual([[1, 2]]);
    });

    test.each(["went through", "did not"])(
      "whose commit nobody answered and %s is followed by a new chain",
      async (how) => {
        let isLost = false;
        const lossy: Database = {
          ...database,
          async transaction(work) {
            if (!isLost) return database.transaction(work);
            if (how === "went through") await database.transaction(work);
            else await database.transaction(async (db) => Promise.reject(await work(db))).catch(() => {});
            throw new Error("connection lost");
          },
        };
        const audit = testAudit(lossy, clock);
        await audit.write(made("con_1"));
        isLost = true;
        await expect(audit.write(made("con_2"))).rejects.toThrow("connection lost");
        isLost = false;
        clock.advance(1);
        await audit.write(made("con_3"));
        const sequences = (await chains()).map((chain) => chain.map(({ sequence }) => sequence));
        expect(sequences).toEqual(how === "went through" ? [[1, 2], [1]] : [[1], [1]]);
        expect(audit.heads().map(({ sequence }) => sequence)).toEqual([1, 1]);
      },
    );

    test("takes no entry after its end", async () => {
      const audit = testAudit(database, clock);
      const late = await audit.transaction(async (_, record) => ({ record }));
      await expect(late.record(made("con_1"))).rejects.toThrow("after the end");
      expect(await chains()).toEqual([]);
    });

    test("that fails fails the entries written with it, and no later ones", async () => {
      let isFull = true;
      const full: Database = {
        ...database,
        transaction: (work) => (isFull ? Promise.reject(new Error("full")) : database.transaction(work)),
      };
      const audit = testAudit(full, clock);
      const ends = await Promise.allSettled([audit.write(made("con_1")), audit.write(made("con_2"))]);
      expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
      isFull = false;
      await audit.write(made("con_3"));
      expect((await chains()).flat().map(({ sequence }) => sequence)).toEqual([1]);
    });
  });
});
