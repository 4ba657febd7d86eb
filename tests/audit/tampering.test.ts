import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { WrittenAudit } from "../../src/audit/audit.ts";
import { type PruneParts, pruneAudit } from "../../src/audit/prune.ts";
import type { ShiftableClock } from "../../src/base/clock.ts";
import type { Database } from "../../src/storage/database.ts";
import { frozenClock } from "../frozen-clock.ts";
import { engines, openEngine, type TestDatabase } from "../storage/engines.ts";
import { problemsOf, testAudit, testAuditKeys, verified } from "./rig.ts";

const daySeconds = 24 * 3600;
const written = 1_200;

describe.each(engines)("a record on %s", (engine) => {
  let clock: ShiftableClock;
  let opened: TestDatabase;
  let database: Database;
  let audit: WrittenAudit;
  let writer: string;

  /** One chain of 1,200 entries, more than one page of the walk. */
  beforeEach(async () => {
    clock = frozenClock();
    opened = await openEngine(engine, { clock });
    database = opened.database;
    audit = testAudit(database, clock);
    await writeMany(written);
    writer = audit.heads()[0]?.writerId ?? "";
  });
  afterEach(() => opened.close());

  const writeMany = (count: number) =>
    Promise.all(Array.from({ length: count }, (_, index) => handedOut(`con_${index}`)));
  const handedOut = (connectionId: string) =>
    audit.write({ event: "connection.handed_out", actor: "key key_1", projectId: "prj_1", connectionId });

  const problems = () => problemsOf(database, clock);
  const change = (sequence: number, columns: Record<string, string | number | null>) =>
    database.kysely.updateTable("audit_entries").set(columns).where("sequence", "=", sequence).execute();
  const remove = (first: number, last: number) =>
    database.kysely
      .deleteFrom("audit_entries")
      .where("sequence", ">=", first)
      .where("sequence", "<=", last)
      .execute();
  const read = (sequence: number) =>
    database.kysely
      .selectFrom("audit_entries")
      .selectAll()
      .where("sequence", "=", sequence)
      .executeTakeFirstOrThrow();

  test("a record nobody touched is whole, and its head is told", async () => {
    const [report, ...others] = await verified(database, clock, audit.heads());
    expect(others).toEqual([]);
    expect(report).toEqual({
      writerId: writer,
      entries: written,
      firstAt: "2026-11-20T08:00:00.000Z",
      lastAt: "2026-11-20T08:00:00.000Z",
      head: audit.heads()[0],
      prunedTo: 0,
      problems: [],
    });
  });

  describe("in the record, shows", () => {
    test.each([
      ["at", "2026-11-20T08:00:00.001Z"],
      ["event", "connection.made"],
      ["actor", "key key_2"],
      ["project_id", "prj_2"],
      ["project_id", null],
      ["connection_id", "con_x"],
      ["reason", "vault.reconnect"],
      ["facts_json", '{"a":1}'],
    ])("a changed %s", async (column, value) => {
      await change(1_050, { [column]: value });
      expect(await problems()).toEqual([["changed", 1_050]]);
    });

    test("a changed mac, at the entry and at the one that hangs on it", async () => {
      await change(7, { mac: (await read(8)).mac });
      expect(await problems()).toEqual([
        ["changed", 7],
        ["changed", 8],
      ]);
    });

    test.each([
      [2, 2, 3],
      [1, 1, 2],
      [900, 1_100, 1_101],
    ])("entries %d to %d that were deleted", async (first, last, shownAt) => {
      await remove(first, last);
      expect(await problems()).toEqual([["gap", shownAt]]);
    });

    test("a tail that was cut off, to whoever knows of a later head", async () => {
      const [noted] = audit.heads();
      await remove(1_150, written);
      expect(await problems()).toEqual([]);
      expect(await problemsOf(database, clock, noted ? [noted] : [])).toEqual([["missing_tail", written]]);
      const other = { writerId: writer, sequence: 100, mac: (await read(101)).mac };
      expect(await problemsOf(database, clock, [other])).toEqual([["other_head", 100]]);
    });

    test("two entries that changed places", async () => {
      const [left, right] = [await read(10), await read(11)];
      const { sequence: _, mac: __, ...content } = left;
      const { sequence: ___, mac: ____, ...other } = right;
      await change(10, other);
      await change(11, content);
      expect(await problems()).toEqual([
        ["changed", 10],
        ["changed", 11],
      ]);
    });

    test("an entry that somebody else put at the end, the beginning or into a gap", async () => {
      const forged = await read(5);
      const insert = (sequence: number) =>
        database.kysely
          .insertInto("audit_entries")
          .values({ ...forged, sequence })
          .execute();
      await insert(written + 1);
      await insert(0);
      await insert(-3);
      expect(await problems()).toEqual([
        ["foreign", -3],
        ["foreign", 0],
        ["changed", written + 1],
      ]);
      await remove(6, 6);
      await insert(6);
      expect((await problems()).slice(2)).toEqual([
        ["changed", 6],
        ["changed", 7],
        ["changed", written + 1],
      ]);
    });

    test("that entries were numbered anew over a deleted one", async () => {
      await remove(1_170, 1_170);
      for (let sequence = 1_171; sequence <= written; sequence++)
        await change(sequence, { sequence: sequence - 1 });
      const found = await problems();
      expect(found[0]).toEqual(["changed", 1_170]);
      expect(found).toHaveLength(20);
    });

    test("a writer whose row is gone or was changed, and a chain that is gone although its head is known", async () => {
      await database.kysely
        .updateTable("audit_writers")
        .set({ started_at: "2026-01-01T00:00:00.000Z" })
        .execute();
      expect(await problems()).toEqual([["changed", 1]]);
      await database.kysely.deleteFrom("audit_writers").execute();
      expect(await problems()).toEqual([["lost_writer", null]]);
      await database.kysely.deleteFrom("audit_entries").execute();
      expect(await problems()).toEqual([]);
      expect(await problemsOf(database, clock, audit.heads())).toEqual([
        ["lost_writer", null],
        ["missing_tail", written],
      ]);
    });

    test("a chain moved under another writer's name", async () => {
      const other = testAudit(database, clock);
      await other.write({ event: "connection.made", actor: "user usr_ada" });
      const to = other.heads()[0]?.writerId ?? "";
      await database.kysely.deleteFrom("audit_entries").where("writer_id", "=", to).execute();
      await database.kysely.updateTable("audit_entries").set({ writer_id: to }).execute();
      const found = await problemsOf(database, clock, audit.heads());
      expect(found).toContainEqual(["missing_tail", written]);
      expect(found).toContainEqual(["changed", 1]);
    });

    test("a key that was put in the place of the record's own", async () => {
      await database.kysely.deleteFrom("meta").execute();
      expect(await problems()).toEqual([["unknown_key", null]]);
      const after = testAudit(database, clock);
      await after.write({ event: "connection.made", actor: "user usr_ada" });
      expect(await problems()).toEqual([["unknown_key", null]]);
      expect((await verified(database, clock)).map(({ entries }) => entries).sort()).toEqual([1, written]);
    });
  });

  describe("retention", () => {
    let parts: PruneParts & { readonly audit: WrittenAudit };
    const prune = () => pruneAudit(parts, new Date(clock.now().getTime() - 400 * daySeconds * 1_000));

    /** 1,200 entries that are 401 days old, and 10 of today. */
    beforeEach(async () => {
      parts = { database, keys: testAuditKeys(database, clock), audit: testAudit(database, clock), clock };
      clock.advance(401 * daySeconds);
      await writeMany(10);
    });

    test("deletes what is old from the beginning; the rest is checked from a signed checkpoint on", async () => {
      const before = audit.heads();
      expect(await prune()).toEqual({ entries: written, kept: [] });
      const reports = await verified(database, clock, [...before, ...audit.heads(), ...parts.audit.heads()]);
      expect(reports).toMatchObject([
        { writerId: writer, entries: 10, prunedTo: written, problems: [] },
        { entries: 2, prunedTo: 0, problems: [] },
      ]);
      expect(await prune()).toEqual({ entries: 0, kept: [] });
    });

    test("leaves a chain that goes on, also when all of it is gone", async () => {
      clock.advance(401 * daySeconds);
      expect(await prune()).toEqual({ entries: written + 10, kept: [] });
      await handedOut("con_1");
      const [report] = await verified(database, clock, audit.heads());
      expect(report).toMatchObject({ entries: 1, prunedTo: written + 10, problems: [] });
      expect(report?.head?.sequence).toBe(written + 11);
    });

    test("signs nothing that was tampered with: such a chain stays as it is", async () => {
      await change(1_100, { actor: "somebody else" });
      expect(await prune()).toEqual({ entries: 1_000, kept: [writer] });
      expect(await problems()).toEqual([["changed", 1_100]]);
    });

    test("leaves a chain whose key is not at hand", async () => {
      await database.kysely.deleteFrom("meta").execute();
      expect(await prune()).toEqual({ entries: 0, kept: [writer] });
    });

    test("a checkpoint that somebody else wrote, moved on or took from another chain shows", async () => {
      await prune();
      const checkpoints = database.kysely.updateTable("audit_checkpoints");
      const { mac } = await read(written + 5);
      await remove(1, written + 5);
      await checkpoints.set({ sequence: written + 5, mac }).execute();
      expect(await problems()).toEqual([["forged_checkpoint", written + 5]]);
      await checkpoints.set({ signature: "" }).execute();
      expect(await problems()).toEqual([["forged_checkpoint", written + 5]]);
      await database.kysely.deleteFrom("audit_checkpoints").execute();
      expect(await problems()).toEqual([["gap", written + 6]]);
    });

    test("a checkpoint of before is not taken for one of today", async () => {
      await prune();
      const old = await database.kysely.selectFrom("audit_checkpoints").selectAll().executeTakeFirstOrThrow();
      clock.advance(401 * daySeconds);
      await handedOut("con_1");
      await prune();
      await database.kysely
        .updateTable("audit_checkpoints")
        .set(old)
        .where("writer_id", "=", writer)
        .execute();
      expect(await problems()).toEqual([["gap", written + 11]]);
    });
  });
});
