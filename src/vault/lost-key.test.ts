import { afterEach, beforeEach, expect, test } from "vitest";
import { failureOf } from "../../tests/failure.ts";
import { testKeyrings } from "../../tests/keyrings.ts";
import { openVaultRig, type VaultRig } from "../../tests/vault/rig.ts";
import type { AuditEvent } from "../audit/audit.ts";
import { sealingErrors } from "../sealing/errors.ts";
import { findSecrets } from "../storage/tables/connection-secrets.ts";
import { moveConnection } from "../storage/tables/connections.ts";
import { foundAgain, orLost } from "./lost-key.ts";
import { beginRemoval, type Move, type StoreParts } from "./saving.ts";
import { readRow, type SeenTokens } from "./stored.ts";

const lost = { state: "reconnect", reason: "sealing.key_lost" } as const;
const working = { state: "active", reason: null } as const;
const ending = ["disconnected", "vault.disconnecting"];

let rig: VaultRig;
let parts: StoreParts;
let recorded: (string | null | undefined)[];

beforeEach(async () => {
  rig = await openVaultRig();
  const { database, clock } = rig;
  recorded = [];
  const record = async ({ event, reason }: AuditEvent) => void recorded.push(event, reason);
  const audit: StoreParts["audit"] = {
    async prepare() {},
    write: record,
    transaction: (work) => database.transaction((transaction) => work(transaction, record)),
  };
  parts = { database, clock, audit, keyrings: testKeyrings(database, clock) };
});
afterEach(() => rig.close());

/** The connection as a process sees it before anything else happens to it. */
async function seenAs({ state, reason }: Move): Promise<SeenTokens> {
  const { kysely } = rig.database;
  const updated_at = rig.clock.now().toISOString();
  await moveConnection(kysely, "con_1", { state, state_reason: reason, updated_at });
  const row = await findSecrets(kysely, "con_1");
  if (row === undefined) throw new Error("nothing is kept");
  return readRow(row);
}

async function wishItGone(): Promise<void> {
  await beginRemoval(parts, "con_1", "user usr_ada");
  recorded.length = 0;
}

const keyIsLost = () => Promise.reject(sealingErrors.fail("sealing.key_lost"));

test("H11: a key that turns up while somebody ends the connection brings nothing back", async () => {
  const seen = await seenAs(lost);
  await wishItGone();
  expect(await foundAgain(parts, seen)).toMatchObject({ state: "reconnect", stateReason: lost.reason });
  expect(await rig.state()).toEqual(ending);
  expect(recorded).toEqual([]);
});

test("H11: a key that is found lost while somebody ends the connection leaves the wish as it is", async () => {
  const seen = await seenAs(working);
  await wishItGone();
  expect((await failureOf(orLost(parts, seen, keyIsLost()))).code).toBe("sealing.key_lost");
  expect(await rig.state()).toEqual(ending);
  expect(recorded).toEqual([]);
});

test("H11: a connection that was connected anew meanwhile is neither blamed nor excused", async () => {
  const [blamed, excused] = [await seenAs(working), await seenAs(lost)];
  await rig.vault.keep("con_1", rig.granted("anew"));
  await failureOf(orLost(parts, blamed, keyIsLost()));
  expect(await foundAgain(parts, excused)).toMatchObject({ state: "reconnect" });
  expect(await rig.state()).toEqual(["active", null]);
  expect(recorded).toEqual([]);
});

test("H11: what two processes find out at once is true for both, and recorded once", async () => {
  const seen = await seenAs(lost);
  const found = [await foundAgain(parts, seen), await foundAgain(parts, seen)];
  for (const each of found) expect(each).toMatchObject({ state: "active", stateReason: null });
  expect(await rig.state()).toEqual(["active", null]);
  expect(recorded).toEqual(["connection.state_changed", null]);
  const good = await seenAs(working);
  for (let time = 0; time < 2; time++) await failureOf(orLost(parts, good, keyIsLost()));
  expect(await rig.state()).toEqual(["reconnect", lost.reason]);
  expect(recorded).toEqual(["connection.state_changed", null, "connection.state_changed", lost.reason]);
});

test("H11: while it cannot be written down that the key turned up, nobody is handed the token", async () => {
  const seen = await seenAs(lost);
  const transaction = () => Promise.reject(new Error("read only"));
  const found = await foundAgain({ ...parts, audit: { ...parts.audit, transaction } }, seen);
  expect(found).toMatchObject({ state: "reconnect", stateReason: lost.reason });
  expect(await foundAgain(parts, seen)).toMatchObject({ state: "active" });
});
