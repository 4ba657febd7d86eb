import { expect, test } from "vitest";
import { givenUpNote } from "../../src/app/key-store.ts";
import { silentLog } from "../../src/base/log.ts";
import { Secret } from "../../src/base/secret.ts";
import { cloudInstance } from "../../src/bitbucket/cloud.ts";
import { keyId } from "../../src/sealing/key.ts";
import { findSecretsVersion } from "../../src/storage/tables/connection-secrets.ts";
import { findConnection } from "../../src/storage/tables/connections.ts";
import { deleteMeta, writeMeta } from "../../src/storage/tables/meta.ts";
import { createKeeper } from "../../src/vault/keeper.ts";
import { createVault } from "../../src/vault/vault.ts";
import { failureOf } from "../failure.ts";
import { anyCall, findAmong } from "../find-among.ts";
import { frozenClock } from "../frozen-clock.ts";
import { silentRecord } from "../silent-record.ts";
import { describeEngines } from "../storage/engines.ts";
import { addSealedRows, configOf, keyText, openParts } from "./rig.ts";

/** A vault whose connections were sealed with a key that is given up. */
describeEngines("H11: after a key was given up", (open) => {
  async function openVault() {
    const clock = frozenClock();
    const { database, place } = await open({ clock });
    const before = await openParts(database, configOf(place, keyText(1)), { clock });
    await addSealedRows(database, before.keyrings, 4);
    await writeMeta(database.kysely, givenUpNote(keyId(Buffer.alloc(32, 1))), clock.now().toISOString());
    const { keyrings } = await openParts(database, configOf(place, keyText(2)), { clock });
    const fetch = () => Promise.reject(new Error("nobody is asked here"));
    const bitbucket = cloudInstance({ clientId: "key", clientSecret: "secret" });
    const world = { database, keyrings, clock, fetch, instances: findAmong(() => [bitbucket]) };
    const stateOf = async (id: string) => {
      const row = await findConnection(database.kysely, id);
      return [row?.state, row?.state_reason];
    };
    return { ...world, place, stateOf, vault: createVault({ ...world, ...silentRecord(database) }) };
  }
  const tokens = { accessToken: new Secret("anew"), refreshToken: new Secret("anew too"), expiresAt: null };

  test("using a connection says so, and connecting it anew works under a new data key", async () => {
    const { vault, stateOf } = await openVault();
    const use = () => vault.authorize("con_0")({ ...anyCall, rejected: undefined });
    expect(await failureOf(use)).toMatchObject({ code: "sealing.key_lost", reaction: "stale" });
    expect(await stateOf("con_0")).toEqual(["reconnect", "sealing.key_lost"]);
    await vault.keep("con_0", tokens);
    expect((await use()).reveal()).toBe("Bearer anew");
    expect(await stateOf("con_0")).toEqual(["active", null]);
    expect((await failureOf(() => vault.authorize("con_1")({ ...anyCall, rejected: undefined }))).code).toBe(
      "sealing.key_lost",
    );
    await vault.close();
  });

  test("a keeper does not let what it cannot open stand before the others", async () => {
    const { vault, database, clock } = await openVault();
    await vault.keep("con_3", tokens);
    const due = new Date(clock.now().getTime() - 60_000).toISOString();
    await database.kysely.updateTable("connection_secrets").set({ keep_alive_at: due }).execute();
    const asked: string[] = [];
    const renew = async (id: string) => {
      asked.push(id);
      if (id !== "con_3") await vault.renew(id);
    };
    const { finishForgetting } = vault;
    const keeper = createKeeper({ database, clock, log: silentLog, vault: { renew, finishForgetting } });
    expect(await keeper.round()).toMatchObject({ keptAlive: 4 });
    expect(await keeper.round()).toMatchObject({ keptAlive: 1 });
    expect(asked).toHaveLength(5);
    expect(asked.at(-1)).toBe("con_3");
    await vault.close();
  });

  test("all of them are to be reconnected though nobody asks, and none whose key is only missing", async () => {
    const { vault, database, clock, stateOf } = await openVault();
    await vault.keep("con_3", tokens);
    const states = () => Promise.all(["con_0", "con_1", "con_2", "con_3"].map(stateOf));
    const keeperOf = (lost: readonly string[]) =>
      createKeeper({ database, clock, log: silentLog, vault, lostKeys: async () => lost });
    await keeperOf([]).round();
    const asBefore = await states();
    expect(asBefore.map(([state]) => state)).toEqual(["active", "active", "active", "active"]);
    const lostId = keyId(Buffer.alloc(32, 1));
    await keeperOf([lostId]).round();
    const lost = ["reconnect", "sealing.key_lost"];
    expect(await states()).toEqual([lost, lost, lost, ["active", null]]);
    await vault.close();
  });

  test("a key that turns up after all opens what was not connected anew, and blames it no more", async () => {
    const { vault, place, stateOf, ...world } = await openVault();
    const { database, clock } = world;
    const ask = (from: typeof vault) => from.authorize("con_0")({ ...anyCall, rejected: undefined });
    expect((await failureOf(() => ask(vault))).code).toBe("sealing.key_lost");
    const { keyrings } = await openParts(database, configOf(place, [keyText(2), keyText(1)]), { clock });
    const again = createVault({ ...world, keyrings, ...silentRecord(database) });
    expect((await ask(again)).reveal()).toContain("con_0");
    expect(await stateOf("con_0")).toEqual(["active", null]);
    await Promise.all([vault.close(), again.close()]);
  });

  test("a key that is missing and not given up blames no connection", async () => {
    const { vault, database, stateOf } = await openVault();
    await deleteMeta(database.kysely, givenUpNote(keyId(Buffer.alloc(32, 1))));
    const use = () => vault.authorize("con_0")({ ...anyCall, rejected: undefined });
    expect(await failureOf(use)).toMatchObject({ code: "sealing.unknown_key" });
    expect(await stateOf("con_0")).toEqual(["active", null]);
    await vault.close();
  });

  test("disconnecting works: what cannot be opened is gone", async () => {
    const { vault, database } = await openVault();
    expect(await vault.forget("con_0")).toBe("failed");
    expect(await findSecretsVersion(database.kysely, "con_0")).toBeUndefined();
    await vault.close();
  });
});
