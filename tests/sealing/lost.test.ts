import { expect, test } from "vitest";
import { givenUpNote } from "../../src/app/key-store.ts";
import { Secret } from "../../src/base/secret.ts";
import { cloudInstance } from "../../src/bitbucket/cloud.ts";
import { keyId } from "../../src/sealing/key.ts";
import { findSecretsVersion } from "../../src/storage/tables/connection-secrets.ts";
import { writeMeta } from "../../src/storage/tables/meta.ts";
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
    return { database, vault: createVault({ ...world, ...silentRecord(database) }) };
  }
  const tokens = { accessToken: new Secret("anew"), refreshToken: new Secret("anew too"), expiresAt: null };

  test("using a connection says so, and connecting it anew works under a new data key", async () => {
    const { vault } = await openVault();
    const use = () => vault.authorize("con_0")({ ...anyCall, rejected: undefined });
    expect(await failureOf(use)).toMatchObject({ code: "sealing.key_lost", reaction: "stale" });
    await vault.keep("con_0", tokens);
    expect((await use()).reveal()).toBe("Bearer anew");
    expect((await failureOf(() => vault.authorize("con_1")({ ...anyCall, rejected: undefined }))).code).toBe(
      "sealing.key_lost",
    );
    await vault.close();
  });

  test("disconnecting works: what cannot be opened is gone", async () => {
    const { vault, database } = await openVault();
    expect(await vault.forget("con_0")).toBe("nothing");
    expect(await findSecretsVersion(database.kysely, "con_0")).toBeUndefined();
    await vault.close();
  });
});
