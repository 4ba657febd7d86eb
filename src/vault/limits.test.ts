import { afterEach, beforeEach, expect, test } from "vitest";
import { openVaultRig, type VaultRig } from "../../tests/vault/rig.ts";
import { Secret } from "../base/secret.ts";
import { findSecrets } from "../storage/tables/connection-secrets.ts";
import { listMeta } from "../storage/tables/meta.ts";
import { limitedUntil, noteLimit } from "./limits.ts";
import { readRow } from "./stored.ts";

let rig: VaultRig;

beforeEach(async () => {
  rig = await openVaultRig();
});
afterEach(() => rig.close());

async function place() {
  const row = await findSecrets(rig.database.kysely, "con_1");
  if (row === undefined) throw new Error("no such row");
  const stored = { ...readRow(row), accessToken: new Secret("access") };
  return { product: "data-center" as const, stored, now: rig.clock.now() };
}

/** For how many seconds from now nothing is renewed. */
async function secondsLeft() {
  const until = await limitedUntil(rig.database.kysely, await place());
  return until === null ? null : (until.getTime() - rig.clock.now().getTime()) / 1000;
}

const notes = () => listMeta(rig.database.kysely, "renewals-limited:");

test("a longer pause goes on when a shorter one is asked for, and gives way to one that is longer still", async () => {
  const { kysely } = rig.database;
  await noteLimit(kysely, await place(), 1800);
  await noteLimit(kysely, await place());
  expect(await secondsLeft()).toBe(1800);
  await noteLimit(kysely, await place(), 7200);
  expect(await secondsLeft()).toBe(3600);
});

test("a pause that is over leaves no note behind", async () => {
  await noteLimit(rig.database.kysely, await place(), 60);
  expect(await notes()).toHaveLength(1);
  rig.clock.advance(60);
  expect(await secondsLeft()).toBeNull();
  expect(await notes()).toEqual([]);
});

test("what a wrong clock wrote far ahead is no pause, and gives way to one that is", async () => {
  const { kysely } = rig.database;
  const at = await place();
  await noteLimit(kysely, { ...at, now: new Date(at.now.getTime() + 86_400_000) }, 60);
  await noteLimit(kysely, at, 60);
  expect(await secondsLeft()).toBe(60);
});
