import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { resealAll } from "../../src/app/keys/reseal.ts";
import { rotateKeys } from "../../src/app/keys/rotate.ts";
import { readKeyStatus } from "../../src/app/keys/status.ts";
import { sweepDataKeys } from "../../src/app/keys/sweep.ts";
import { keyId, readKeys } from "../../src/sealing/key.ts";
import { keyIdOf } from "../../src/sealing/keyring.ts";
import type { KeyWrapper } from "../../src/sealing/wrapper.ts";
import { localWrapper } from "../../src/sealing/wrapper.ts";
import { dropFormerTokens } from "../../src/storage/tables/connection-secrets.ts";
import {
  countWrapped,
  listDataKeys,
  listSecretsOnReplaced,
  resealSecrets,
} from "../../src/storage/tables/data-keys.ts";
import { readMeta } from "../../src/storage/tables/meta.ts";
import { deleteProject } from "../../src/storage/tables/projects.ts";
import { failureOf } from "../failure.ts";
import { frozenClock } from "../frozen-clock.ts";
import { describeEngines, engines } from "../storage/engines.ts";
import {
  addSealedRows,
  configOf,
  connectionIds,
  keyText,
  openEverything,
  openParts,
  readVersion,
  saveTokens,
  secretsOf,
} from "./rig.ts";

const idOf = (fill: number) => keyId(Buffer.alloc(32, fill));

test("both engines are there", () => expect(engines).toHaveLength(2));

describeEngines("rotating", (open) => {
  const count = 12;

  /** A database with sealed rows, and processes that were started with these keys. */
  async function openRows(key = keyText(1)) {
    const clock = frozenClock();
    const { database, place } = await open({ clock });
    const start = (...fills: number[]) => openParts(database, configOf(place, fills.map(keyText)), { clock });
    const first = await openParts(database, configOf(place, key), { clock });
    await addSealedRows(database, first.keyrings, count);
    clock.advance(60);
    return { clock, database, place, start, first };
  }

  test("the first of two keys wraps from then on, everything is sealed anew, and the other is needed no more", async () => {
    const { database, start, first, clock } = await openRows();
    const parts = await start(2, 1);
    const before = await secretsOf(database, "con_0");
    const progress: string[] = [];
    const rotated = await rotateKeys(parts, {
      onProgress: ({ step, done, of }) => void progress.push(`${step} ${done}/${of}`),
    });
    expect(rotated).toMatchObject({ wrapperId: idOf(2), newDataKeys: 4, resealed: 17, rewrapped: 4 });
    expect(rotated).toMatchObject({ closed: [], isResumed: false, deleted: 0 });
    expect(progress).toEqual(expect.arrayContaining(["data keys 4/4", "rows 16/16", "wrapping 4/4"]));
    const after = await secretsOf(database, "con_0");
    expect(after.version).toBe(before.version);
    expect(after.data_key_id).not.toBe(before.data_key_id);
    expect(keyIdOf(after.sealed_former_refresh_token ?? "")).toBe(after.data_key_id);
    for (const { keyrings } of [parts, await start(2)])
      expect(await openEverything(database, keyrings, count)).toEqual(Array(count).fill(1));
    expect((await countWrapped(database.kysely)).map(({ wrappingKeyId }) => wrappingKeyId)).toEqual([
      idOf(2),
      idOf(2),
    ]);
    clock.advance(3600);
    expect((await sweepDataKeys(parts)).deleted).toBe(4);
    expect(await readKeyStatus(parts)).toMatchObject({
      wrappingKeys: [
        { id: idOf(2), source: "configuration", wraps: 4, connections: count },
        { id: idOf(1), source: "configuration", wraps: 0, connections: 0 },
      ],
      dataKeys: { current: 4, replaced: 0 },
      rowsOnReplaced: { connections: 0, instances: 0, sessions: 0, identityKeys: 0 },
    });
    await openEverything(database, (await start(2)).keyrings, count);
    // A process that was started with the old key alone opens nothing any more: both have to be given first.
    const failure = await failureOf(readVersion(database, first.keyrings, "con_0"));
    expect(failure.code).toBe("sealing.unknown_key");
  });

  test("the same key given again still makes new data keys", async () => {
    const { database, start } = await openRows();
    const parts = await start(1);
    const rotated = await rotateKeys(parts);
    expect(rotated).toMatchObject({ wrapperId: idOf(1), newDataKeys: 4, rewrapped: 0 });
    await openEverything(database, (await start(1)).keyrings, count);
  });

  test("a server that has read its keys goes on beside it, and what it seals with the old key is swept later", async () => {
    const { database, start, clock } = await openRows();
    const server = await start(2, 1);
    expect(await openEverything(database, server.keyrings, count)).toHaveLength(count);
    const command = await start(2, 1);
    await rotateKeys(command);
    await saveTokens(database, server.keyrings, "con_3");
    expect((await readKeyStatus(command)).rowsOnReplaced).toEqual({
      connections: 1,
      instances: 0,
      sessions: 0,
      identityKeys: 0,
    });
    expect(await readVersion(database, command.keyrings, "con_3")).toBe(2);
    expect(await openEverything(database, server.keyrings, count)).toContain(2);
    // The server itself may be the one that sweeps, before it has read its keys again.
    const recordKey = () => readMeta(database.kysely, "audit-key");
    const before = await recordKey();
    expect(await sweepDataKeys(server)).toMatchObject({ resealed: 1, deleted: 0 });
    expect(await recordKey()).toBe(before);
    expect((await readKeyStatus(command)).rowsOnReplaced).toEqual({
      connections: 0,
      instances: 0,
      sessions: 0,
      identityKeys: 0,
    });
    clock.advance(3600);
    expect(await sweepDataKeys(server)).toMatchObject({ resealed: 0, deleted: 4 });
    expect((await openEverything(database, (await start(2)).keyrings, count))[3]).toBe(2);
  });

  test("renewals beside the walk lose nothing, and the walk brings nothing back", async () => {
    const { database, start } = await openRows();
    const server = await start(2, 1);
    const command = await start(2, 1);
    const saved = new Map<string, number>();
    let isOver = false;
    const renew = async () => {
      while (!isOver)
        for (const id of connectionIds(count)) {
          const version = await saveTokens(database, server.keyrings, id);
          if (version !== null) saved.set(id, version);
        }
    };
    const renewing = renew();
    for (let round = 0; round < 3; round++) await rotateKeys(command);
    isOver = true;
    await renewing;
    const versions = await openEverything(database, (await start(2)).keyrings, count);
    expect(versions).toEqual(connectionIds(count).map((id) => saved.get(id)));
    expect(Math.min(...versions)).toBeGreaterThan(1);
  });

  test("a row that changed since it was read is left as it is", async () => {
    const { database, start, clock } = await openRows();
    const { keyrings } = await start(2, 1);
    await database.kysely.updateTable("data_keys").set({ replaced_at: "2026-11-20" }).execute();
    const page = { after: "", limit: 10, wrapperIds: null };
    const [one, two] = await listSecretsOnReplaced(database.kysely, page);
    if (one === undefined || two === undefined) throw new Error("rows were added");
    await saveTokens(database, keyrings, one.connection_id);
    clock.advance(30 * 86_400);
    expect(await dropFormerTokens(database.kysely, clock.now().toISOString())).toBe(count);
    for (const { connection_id, project_id, version, ...sealed } of [one, two]) {
      const seen = { connection_id, project_id, version, ...sealed };
      expect(await resealSecrets(database.kysely, seen, sealed)).toBe(false);
    }
    expect((await secretsOf(database, two.connection_id)).sealed_former_refresh_token).toBeNull();
  });

  test("two at once do it once", async () => {
    const { database, start } = await openRows();
    const [left, right] = [await start(2, 1), await start(2, 1)];
    const both = await Promise.all([rotateKeys(left), rotateKeys(right)]);
    expect(both.map(({ wrapperId }) => wrapperId)).toEqual([idOf(2), idOf(2)]);
    const { keyrings } = await start(2);
    await openEverything(database, keyrings, count);
    expect((await readKeyStatus(left)).rowsOnReplaced).toEqual({
      connections: 0,
      instances: 0,
      sessions: 0,
      identityKeys: 0,
    });
  });

  test("a row that does not open is named and left; the others are sealed anew", async () => {
    const { database, start } = await openRows();
    const other = await secretsOf(database, "con_3");
    await database.kysely
      .updateTable("connection_secrets")
      .set({ sealed_access_token: other.sealed_access_token })
      .where("connection_id", "=", "con_0")
      .execute();
    const parts = await start(2, 1);
    const rotated = await rotateKeys(parts);
    expect(rotated.closed).toEqual([{ id: "con_0", code: "sealing.does_not_open" }]);
    expect((await readKeyStatus(parts)).rowsOnReplaced.connections).toBe(1);
    for (const id of connectionIds(count).slice(1)) await readVersion(database, parts.keyrings, id);
  });

  test("a key no server was started with is not wrapped with", async () => {
    const { database, place, clock } = await openRows();
    const config = configOf(place, [keyText(2), keyText(1)]);
    const command = await openParts(database, config, { clock, onlyLook: true });
    expect((await failureOf(rotateKeys(command))).code).toBe("sealing.key_not_in_use");
    expect(await readKeyStatus(command)).toMatchObject({ rotation: null, dataKeys: { replaced: 0 } });
    await openParts(database, config, { clock });
    expect(await rotateKeys(command)).toMatchObject({ wrapperId: idOf(2) });
  });

  test("a key service takes over from a key, and one that fails in between is gone on with", async () => {
    const { database, place, clock } = await openRows();
    const behind = localWrapper({ id: "behind", key: new Uint8Array(32).fill(9) });
    let calls = 0;
    let lives = Number.POSITIVE_INFINITY;
    const answer = async <Result>(work: () => Promise<Result>) => {
      calls += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (calls > lives) throw new Error("503");
      return work();
    };
    const service: KeyWrapper = {
      id: "kms:eu/1",
      wrap: (context, key) => answer(() => behind.wrap(context, key)),
      unwrap: (context, wrapped) => answer(() => behind.unwrap(context, wrapped)),
    };
    const start = (key?: string) =>
      openParts(database, configOf(place, key), { clock, keyWrappers: [service] });
    const server = await start(keyText(1));
    lives = calls + 2;
    expect((await failureOf(rotateKeys(server))).code).toBe("sealing.key_service_failed");
    lives = Number.POSITIVE_INFINITY;
    expect(await rotateKeys(server)).toMatchObject({ isResumed: true, wrapperId: "kms:eu/1", closed: [] });
    const alone = await start();
    expect(await openEverything(database, alone.keyrings, count)).toHaveLength(count);
    lives = 0;
    expect((await failureOf(start())).code).toBe("sealing.key_service_failed");
    expect(await openEverything(database, alone.keyrings, count)).toHaveLength(count);
  });

  test("deleting a project destroys its data keys, in the middle of a rotation too", async () => {
    const { database, start } = await openRows();
    const parts = await start(2, 1);
    await rotateKeys(parts);
    expect(await listDataKeys(database.kysely, "prj_1")).toHaveLength(2);
    const rotating = rotateKeys(parts);
    await database.transaction((transaction) => deleteProject(transaction, "prj_1"));
    await rotating;
    expect(await listDataKeys(database.kysely, "prj_1")).toEqual([]);
    await resealAll(parts);
    for (const id of ["con_0", "con_2"]) await readVersion(database, parts.keyrings, id);
    await expect(secretsOf(database, "con_1")).rejects.toThrow("holds nothing");
  });

  test("H11: a lost key that was given up costs what it sealed and nothing else", async () => {
    const { database, start, place, clock } = await openRows();
    // A rotation that was stopped after half of it: some rows need the one key, some the other.
    const both = await start(2, 1);
    await rotateKeys(both);
    const alone = await start(1, 2);
    await database.kysely.deleteFrom("connection_secrets").where("connection_id", "=", "con_0").execute();
    await database.kysely
      .updateTable("data_keys")
      .set({ replaced_at: clock.now().toISOString() })
      .where("project_id", "=", "prj_0")
      .execute();
    alone.keyrings.forget("prj_0");
    await saveTokens(database, alone.keyrings, "con_0");
    const wrong = await failureOf(start(3));
    expect(wrong).toMatchObject({ code: "sealing.wrong_key" });
    const { notices, keyrings } = await start(1);
    expect(notices.join()).toContain(`The key ${idOf(2)} is missing: ${count - 1} connections`);
    expect(await readVersion(database, keyrings, "con_0")).toBe(1);
    expect((await failureOf(readVersion(database, keyrings, "con_1"))).code).toBe("sealing.unknown_key");
    await database.kysely
      .insertInto("meta")
      .values({ name: `sealing-given-up:${idOf(2)}`, value: "2026-11-20" })
      .execute();
    const after = await openParts(database, configOf(place, keyText(1)), { clock });
    expect(after.notices.join()).toContain("can only be connected anew");
    expect((await failureOf(readVersion(database, after.keyrings, "con_1"))).code).toBe("sealing.key_lost");
    expect(await readVersion(database, after.keyrings, "con_0")).toBe(1);
    expect(await saveTokens(database, after.keyrings, "con_1")).toBe(2);
    expect(await readVersion(database, after.keyrings, "con_1")).toBe(2);
  });
});

describeEngines("a key file", (open, engine) => {
  test("gets its new key in the first line; servers follow, and the old line goes when it has long been idle", async () => {
    const clock = frozenClock();
    const { database, place } = await open({ clock });
    // PostgreSQL has no file beside it.
    if (engine === "postgres") {
      expect((await failureOf(openParts(database, configOf(place), { clock }))).code).toBe(
        "sealing.key_required",
      );
      return;
    }
    const start = () => openParts(database, configOf(place), { clock });
    const server = await start();
    const keyFile = `${place}.key`;
    expect(server.notices.join()).toContain(`was made: ${keyFile}`);
    await addSealedRows(database, server.keyrings, 6);
    const lines = () => readKeys(readFileSync(keyFile, "utf8"), keyFile).map(({ id }) => id);
    const [old] = lines();
    clock.advance(60);
    const rotated = await rotateKeys(await openParts(database, configOf(place), { clock, onlyLook: true }));
    expect(lines()).toEqual([rotated.wrapperId, old]);
    expect(rotated.wrapperId).not.toBe(old);
    // Without a restart, with the new key and for new projects as for old ones.
    expect(await openEverything(database, server.keyrings, 6)).toEqual(Array(6).fill(1));
    clock.advance(600);
    await saveTokens(database, server.keyrings, "con_0");
    expect((await readKeyStatus(server)).wrappingKeys).toMatchObject([
      { source: "file", wraps: 8 },
      { wraps: 0 },
    ]);
    clock.advance(29 * 86_400);
    expect(await sweepDataKeys(server)).toMatchObject({ deleted: 4, droppedKeyIds: [] });
    clock.advance(86_400);
    expect((await sweepDataKeys(server)).droppedKeyIds).toEqual([old]);
    expect(lines()).toEqual([rotated.wrapperId]);
    expect(await openEverything(database, (await start()).keyrings, 6)).toHaveLength(6);
    expect(readdirSync(dirname(place)).sort()).toEqual(
      expect.arrayContaining(["windlass.db", "windlass.db.key"]),
    );
    expect(readdirSync(dirname(place)).filter((name) => name.includes("draft"))).toEqual([]);
  });

  test("of a rotation that was stopped before it wrapped anything is used, not lengthened", async () => {
    const clock = frozenClock();
    const { database, place } = await open({ clock });
    if (engine === "postgres") return expect(place).toContain("postgres");
    const server = await openParts(database, configOf(place), { clock });
    await addSealedRows(database, server.keyrings, 3);
    const keyFile = `${place}.key`;
    writeFileSync(keyFile, `${keyText(5)}\n${readFileSync(keyFile, "utf8")}`);
    clock.advance(1);
    expect(await rotateKeys(server)).toMatchObject({ wrapperId: idOf(5), isResumed: false });
    expect(readFileSync(keyFile, "utf8").trim().split("\n")).toHaveLength(2);
  });
});
