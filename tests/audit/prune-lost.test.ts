/** Retention where it is not simple: chains whose key was lost, and thousands of short ones. */
import { expect, test } from "vitest";
import { auditKeys } from "../../src/app/audit-key.ts";
import { givenUpNote } from "../../src/app/key-store.ts";
import { createAudit } from "../../src/audit/audit.ts";
import { pruneAudit } from "../../src/audit/prune.ts";
import { verifyAudit } from "../../src/audit/verify.ts";
import type { ShiftableClock } from "../../src/base/clock.ts";
import { keyId } from "../../src/sealing/key.ts";
import type { Database } from "../../src/storage/database.ts";
import { listAuditEntries } from "../../src/storage/tables/audit.ts";
import { deleteMeta, writeMeta } from "../../src/storage/tables/meta.ts";
import { frozenClock } from "../frozen-clock.ts";
import { configOf, keyText, openParts } from "../sealing/rig.ts";
import { describeEngines } from "../storage/engines.ts";
import { testAuditKeys } from "./rig.ts";

const daySeconds = 86_400;
const lostId = keyId(Buffer.alloc(32, 1));

/** The record as a server has it that was started with these keys. */
async function recordWith(database: Database, clock: ShiftableClock, config: ReturnType<typeof configOf>) {
  const { keyrings } = await openParts(database, config, { clock });
  const keys = auditKeys(database, keyrings);
  const audit = createAudit({ database, keys, clock });
  return {
    write: (count: number) =>
      Promise.all(
        Array.from({ length: count }, () => audit.write({ event: "connection.made", actor: "user usr_ada" })),
      ),
    prune: () => pruneAudit({ database, keys, audit, clock }, clock.now()),
    async chains() {
      const chains: (readonly [number, number, readonly string[]])[] = [];
      for await (const { entries, prunedTo, problems } of verifyAudit({ database, keys }))
        chains.push([entries, prunedTo, problems.map(({ kind }) => kind)]);
      return chains;
    },
  };
}

describeEngines("a chain whose key was lost", (open) => {
  /** 1,200 entries under a key that is gone, and another key after it. */
  async function openLost() {
    const clock = frozenClock();
    const { database, place } = await open({ clock });
    const before = await recordWith(database, clock, configOf(place, keyText(1)));
    await before.write(1_200);
    clock.advance(daySeconds);
    await writeMeta(database.kysely, givenUpNote(lostId), clock.now().toISOString());
    const after = await recordWith(database, clock, configOf(place, keyText(2)));
    return { clock, database, place, after };
  }

  test("is deleted when its time is over, and a checkpoint signed with the present key stands for it", async () => {
    const { after } = await openLost();
    expect(await after.chains()).toEqual([[1_200, 0, ["unknown_key"]]]);
    expect(await after.prune()).toEqual({ entries: 1_200, kept: [] });
    expect(await after.chains()).toEqual([
      [0, 1_200, []],
      [2, 0, []],
    ]);
    expect(await after.prune()).toEqual({ entries: 0, kept: [] });
  });

  test("of which newer entries are left is still not proved", async () => {
    const { after, database, clock } = await openLost();
    const later = new Date(clock.now().getTime() + 1_000).toISOString();
    await database.kysely
      .updateTable("audit_entries")
      .set({ at: later })
      .where("sequence", ">", 1_150)
      .execute();
    expect(await after.prune()).toEqual({ entries: 1_150, kept: [] });
    expect((await after.chains())[0]).toEqual([50, 1_150, ["unknown_key"]]);
  });

  test("is left as it is while its key is only missing, and when it has a gap", async () => {
    const { after, database } = await openLost();
    await deleteMeta(database.kysely, givenUpNote(lostId));
    expect(await after.prune()).toMatchObject({ entries: 0, kept: [expect.any(String)] });
    await writeMeta(database.kysely, givenUpNote(lostId), "2026-11-21T08:00:00.000Z");
    await database.kysely.deleteFrom("audit_entries").where("sequence", "=", 7).execute();
    expect(await after.prune()).toMatchObject({ entries: 0, kept: [expect.any(String)] });
  });

  test("is checked on when its key is found again after all", async () => {
    const { after, database, clock, place } = await openLost();
    await after.prune();
    const again = await recordWith(database, clock, configOf(place, [keyText(2), keyText(1)]));
    expect((await again.chains())[0]).toEqual([0, 1_200, []]);
  });

  test("a checkpoint nobody signed in its place shows", async () => {
    const { after, database } = await openLost();
    await after.prune();
    await database.kysely.updateTable("audit_checkpoints").set({ sequence: 1_300 }).execute();
    expect((await after.chains())[0]).toEqual([0, 1_300, ["unknown_key", "forged_checkpoint"]]);
    await database.kysely.updateTable("audit_checkpoints").set({ signature: "lost.other123.x" }).execute();
    expect((await after.chains())[0]?.[2]).toEqual(["unknown_key"]);
  });
});

describeEngines("thousands of short chains", (open) => {
  test("are deleted together, and leave one entry a hundred", async () => {
    const clock = frozenClock();
    const { database } = await open({ clock });
    const keys = testAuditKeys(database, clock);
    for (let number = 0; number < 450; number++)
      await createAudit({ database, keys, clock }).write({ event: "api_key.made", actor: "command line" });
    clock.advance(daySeconds);
    const audit = createAudit({ database, keys, clock });
    expect(await pruneAudit({ database, keys, audit, clock }, clock.now())).toEqual({
      entries: 450,
      kept: [],
    });
    const left = await listAuditEntries(database.kysely, { limit: 100 });
    expect(left.map(({ event }) => event)).toEqual(Array.from({ length: 5 }, () => "audit.pruned"));
    expect(JSON.parse(left.at(-1)?.facts_json ?? "")).toEqual({ chains: 100, entries: 100 });
    for await (const { problems } of verifyAudit({ database, keys, heads: audit.heads() }))
      expect(problems).toEqual([]);
  });
});
