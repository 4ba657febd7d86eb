import { expect, test } from "vitest";
import type { AuditEntriesTable } from "../../src/storage/schema.ts";
import {
  deleteAuditEntries,
  findAuditCheckpoint,
  insertAuditWriter,
  listAuditEntries,
  listAuditWriters,
  listLostAuditWriters,
  listOldAuditWriters,
  prepareInsertAuditEntries,
  readAuditChain,
  saveAuditCheckpoint,
} from "../../src/storage/tables/audit.ts";
import { describeEngines } from "./engines.ts";
import { later, now } from "./rows.ts";

function entry(sequence: number, changes: Partial<AuditEntriesTable> = {}): AuditEntriesTable {
  return {
    writer_id: "wri_1",
    sequence,
    at: later(sequence),
    event: "token.handed_out",
    actor: "key api_1",
    project_id: "prj_1",
    connection_id: "con_1",
    reason: null,
    facts_json: "{}",
    mac: `mac-${sequence}`,
    ...changes,
  };
}

describeEngines("the record", (open) => {
  test("a chain of more entries than one load is read in order, and never written over", async () => {
    const { kysely } = (await open()).database;
    const insert = prepareInsertAuditEntries(kysely);
    const chain = Array.from({ length: 120 }, (_, index) => entry(index + 1));
    await insertAuditWriter(kysely, { id: "wri_1", started_at: now });
    await insert(kysely, chain);
    await expect(insert(kysely, [entry(7)])).rejects.toThrow(/unique/i);
    expect(await readAuditChain(kysely, "wri_1", { after: null, limit: 1_000 })).toEqual(chain);
    expect(await readAuditChain(kysely, "wri_1", { after: 99, limit: 2 })).toEqual(chain.slice(99, 101));
    expect(await deleteAuditEntries(kysely, "wri_1", 118)).toBe(118);
    expect(await deleteAuditEntries(kysely, "wri_1", 118)).toBe(0);
    expect(await readAuditChain(kysely, "wri_1", { after: null, limit: 10 })).toEqual(chain.slice(118));
  });

  test("entries are searched newest first; writers without a row are noticed", async () => {
    const { kysely } = (await open()).database;
    const insert = prepareInsertAuditEntries(kysely);
    await insertAuditWriter(kysely, { id: "wri_1", started_at: now });
    const other = { writer_id: "wri_2", connection_id: "con_2", project_id: "prj_2" };
    await insert(kysely, [entry(1), entry(2), entry(3, other)]);
    const found = async (search: object) =>
      (await listAuditEntries(kysely, { limit: 10, ...search })).map(({ sequence }) => sequence);
    expect(await found({})).toEqual([3, 2, 1]);
    expect(await found({ connectionId: "con_1" })).toEqual([2, 1]);
    expect(await found({ projectId: "prj_2" })).toEqual([3]);
    await insert(kysely, [
      entry(4, { event: "aXb.c" }),
      entry(5, { event: "a_b.c" }),
      entry(6, { event: "a_b" }),
    ]);
    expect([await found({ event: "a_b" }), await found({ event: "a_b.c" })]).toEqual([[6, 5], [5]]);
    expect([await found({ event: "a" }), await found({ event: "%" })]).toEqual([[], []]);
    await deleteAuditEntries(kysely, "wri_1", 6);
    await insert(kysely, [entry(1), entry(2)]);
    expect(await found({ since: later(2), limit: 1 })).toEqual([3]);
    expect(await listAuditWriters(kysely)).toEqual([{ id: "wri_1", started_at: now }]);
    expect(await listOldAuditWriters(kysely, later(1))).toEqual([]);
    expect(await listOldAuditWriters(kysely, later(4))).toEqual([{ id: "wri_1", started_at: now }]);
    expect(await listLostAuditWriters(kysely)).toEqual(["wri_2"]);
  });

  test("a writer has one checkpoint, its latest", async () => {
    const { kysely } = (await open()).database;
    const checkpoint = { writer_id: "wri_1", sequence: 5, mac: "mac-5", at: now, signature: "signed" };
    await saveAuditCheckpoint(kysely, checkpoint);
    await saveAuditCheckpoint(kysely, { ...checkpoint, sequence: 9, mac: "mac-9" });
    await saveAuditCheckpoint(kysely, { ...checkpoint, sequence: 7, mac: "mac-7" });
    expect(await findAuditCheckpoint(kysely, "wri_1")).toEqual({ ...checkpoint, sequence: 9, mac: "mac-9" });
    expect(await listLostAuditWriters(kysely)).toEqual(["wri_1"]);
  });
});
