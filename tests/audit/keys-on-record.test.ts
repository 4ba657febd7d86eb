import { expect, test } from "vitest";
import { auditKeys } from "../../src/app/audit-key.ts";
import { openKeyRoom } from "../../src/app/keys/keys.ts";
import { createAudit } from "../../src/audit/audit.ts";
import { verifyAudit } from "../../src/audit/verify.ts";
import type { Clock } from "../../src/base/clock.ts";
import type { Database } from "../../src/storage/database.ts";
import { listAuditEntries } from "../../src/storage/tables/audit.ts";
import { frozenClock } from "../frozen-clock.ts";
import { addSealedRows, configOf, keyText, openParts } from "../sealing/rig.ts";
import { describeEngines } from "../storage/engines.ts";

/** The record as a server has it that was started with these keys. */
async function recordWith(database: Database, clock: Clock, config: ReturnType<typeof configOf>) {
  const { keyrings } = await openParts(database, config, { clock });
  const keys = auditKeys(database, keyrings);
  return {
    keyrings,
    audit: createAudit({ database, keys, clock }),
    async problems() {
      const kinds: string[] = [];
      for await (const { problems } of verifyAudit({ database, keys }))
        kinds.push(...problems.map(({ kind }) => kind));
      return kinds;
    },
  };
}

describeEngines("the record", (open) => {
  test("tells of a rotation, and is checked with the same key after it", async () => {
    const clock = frozenClock();
    const { database, place } = await open({ clock });
    const first = await recordWith(database, clock, configOf(place, keyText(1)));
    await addSealedRows(database, first.keyrings, 3);
    await first.audit.write({ event: "connection.made", actor: "user usr_ada" });
    const config = configOf(place, [keyText(2), keyText(1)]);
    await openParts(database, config, { clock });
    clock.advance(1);
    const room = await openKeyRoom(config, clock);
    await room.rotate();
    await room.close();
    const [entry] = await listAuditEntries(database.kysely, { limit: 1 });
    expect(entry).toMatchObject({ event: "key.rotated", actor: "operator" });
    expect(JSON.parse(entry?.facts_json ?? "")).toMatchObject({ newDataKeys: 4, resealed: 8, closed: 0 });
    const second = await recordWith(database, clock, configOf(place, keyText(2)));
    await second.audit.write({ event: "connection.made", actor: "user usr_ada" });
    await first.audit.write({ event: "connection.made", actor: "user usr_ada" });
    expect(await second.problems()).toEqual([]);
  });

  test("goes on after its key was lost with the key it was sealed with, and says what it can prove no more", async () => {
    const clock = frozenClock();
    const { database, place } = await open({ clock });
    const before = await recordWith(database, clock, configOf(place, keyText(1)));
    await addSealedRows(database, before.keyrings, 3);
    await before.audit.write({ event: "connection.made", actor: "user usr_ada" });
    const config = configOf(place, keyText(2));
    const room = await openKeyRoom(config, clock);
    const [lost] = (await room.status()).wrappingKeys.filter(({ source }) => source === "missing");
    clock.advance(1);
    expect(await room.giveUp(lost?.id ?? "")).toBe(3);
    await room.close();
    const [entry] = await listAuditEntries(database.kysely, { limit: 1 });
    expect(entry).toMatchObject({ event: "key.given_up" });
    expect(JSON.parse(entry?.facts_json ?? "")).toEqual({ wrapperId: lost?.id, connections: 3 });
    const after = await recordWith(database, clock, config);
    await after.audit.write({ event: "connection.made", actor: "user usr_ada" });
    expect(await after.problems()).toEqual(["unknown_key"]);
  });
});
