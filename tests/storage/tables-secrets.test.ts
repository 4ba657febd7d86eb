import { expect, test } from "vitest";
import {
  changeLease,
  claimLease,
  type DueKeepAlive,
  dropFormerTokens,
  findSecrets,
  findSecretsVersion,
  holdsSealedRows,
  insertSecrets,
  isAnyRenewedSince,
  listInterrupted,
  listKeepAliveDue,
  listLeases,
  listUnfinishedFarewells,
  noteOwnerChecked,
  postponeRenewal,
  replaceSecrets,
  setAside,
} from "../../src/storage/tables/connection-secrets.ts";
import { insertConnection, updateConnection } from "../../src/storage/tables/connections.ts";
import {
  countConnectionsByWrapper,
  countOnReplaced,
  countWrapped,
  deleteUnusedDataKeys,
  insertDataKey,
  listDataKeys,
  listKeyOwners,
  listNeededWrappers,
  listPrivateKeysOnReplaced,
  listSealedUnder,
  listSecretsOnReplaced,
  listSessionChecksOnReplaced,
  markReplaced,
  resealPrivateKey,
  resealSecrets,
  resealSessionCheck,
  rewrapDataKey,
} from "../../src/storage/tables/data-keys.ts";
import { insertInstance } from "../../src/storage/tables/instances.ts";
import { isAnotherRenewing } from "../../src/storage/tables/leases.ts";
import { insertSessionCheck } from "../../src/storage/tables/session-checks.ts";
import { insertSession } from "../../src/storage/tables/sessions.ts";
import { describeEngines } from "./engines.ts";
import {
  addConnection,
  connection,
  dataKey,
  instance,
  later,
  now,
  secrets,
  session,
  sessionCheck,
} from "./rows.ts";

describeEngines("secrets", (open) => {
  const opened = async () => {
    const test = await open();
    await addConnection(test.database.kysely);
    await insertSecrets(test.database.kysely, secrets);
    return test;
  };

  test("a row comes back as written, with where its connection stands, however often it is asked for", async () => {
    const { kysely } = (await opened()).database;
    const find = (connectionId: string) => findSecrets(kysely, connectionId);
    const { project_id, state, kind } = connection;
    for (let turn = 0; turn < 4; turn++)
      expect(await find("con_1")).toMatchObject({ ...secrets, project_id, state, kind });
    expect(await find("con_2")).toBeUndefined();
    expect(await holdsSealedRows(kysely)).toBe(true);
  });

  test("numbers beyond 32 bits keep their value", async () => {
    const { kysely } = (await opened()).database;
    expect(await replaceSecrets(kysely, { ...secrets, version: 2 ** 40 + 1 }, 1)).toBe(true);
    expect(await findSecretsVersion(kysely, "con_1")).toBe(2 ** 40 + 1);
  });

  test("of several saves over one version exactly one is kept", async () => {
    const { database, beside } = await opened();
    const handles = [database, await beside(), await beside()];
    const saved = await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        const next = { ...secrets, sealed_access_token: `sealed-${index}`, version: 2 };
        return replaceSecrets((handles[index % 3] ?? database).kysely, next, 1);
      }),
    );
    expect(saved.filter(Boolean)).toHaveLength(1);
    const row = await findSecrets(database.kysely, "con_1");
    expect(row?.sealed_access_token).toBe(`sealed-${saved.indexOf(true)}`);
    expect(row).toMatchObject({ version: 2, lease_fence: 1, lease_owner: null, asked_at: null });
  });

  test("a lease is claimed by one, changed by its holder alone, and ended by a save", async () => {
    const { database, beside } = await opened();
    const { kysely } = database;
    const handles = [database, await beside(), await beside()];
    const claims = await Promise.all(
      handles.map((handle, index) =>
        claimLease(handle.kysely, secrets, {
          lease_owner: `process ${index}`,
          lease_expires_at: later(1),
          asked_at: now,
        }),
      ),
    );
    expect(claims.filter(Boolean)).toHaveLength(1);
    const owner = `process ${claims.indexOf(true)}`;
    expect(await listLeases(kysely, ["con_1", "con_2"])).toEqual([
      {
        connection_id: "con_1",
        version: 1,
        lease_owner: owner,
        lease_expires_at: later(1),
        lease_fence: 1,
        retry_at: null,
        owner_unchecked: 0,
      },
    ]);
    const held = { connection_id: "con_1", lease_owner: owner, lease_fence: 1 };
    expect(await changeLease(kysely, held, { lease_expires_at: later(2) })).toBe(true);
    expect(await changeLease(kysely, { ...held, lease_fence: 0 }, { failures: 9 })).toBe(false);
    expect(await changeLease(kysely, { ...held, lease_owner: "another" }, { failures: 9 })).toBe(false);
    expect(await replaceSecrets(kysely, { ...secrets, version: 2 }, 1)).toBe(true);
    expect(await changeLease(kysely, held, { failures: 9 })).toBe(false);
    expect(await findSecrets(kysely, "con_1")).toMatchObject({ failures: 0, lease_owner: null });
  });

  test("another connection of the instance is being renewed while it holds a lease and was asked for", async () => {
    const { kysely } = (await opened()).database;
    await insertConnection(kysely, { ...connection, id: "con_2" });
    await insertSecrets(kysely, {
      ...secrets,
      connection_id: "con_2",
      asked_at: now,
      lease_owner: "a",
      lease_expires_at: later(1),
    });
    const asked = (connectionId: string, at = now, instanceId = connection.instance_id) =>
      isAnotherRenewing(kysely, { instanceId, connectionId, now: at });
    expect(await asked("con_1")).toBe(true);
    expect(await asked("con_2")).toBe(false);
    expect(await asked("con_1", later(1))).toBe(false);
    expect(await asked("con_1", now, "another")).toBe(false);
  });

  test("what was interrupted, and what is due, is listed in order and within the limit", async () => {
    const { kysely } = (await opened()).database;
    for (const number of [2, 3, 4]) {
      await insertConnection(kysely, { ...connection, id: `con_${number}` });
      await insertSecrets(kysely, {
        ...secrets,
        connection_id: `con_${number}`,
        asked_at: later(-number),
        lease_owner: number === 4 ? "a" : null,
        lease_expires_at: number === 4 ? later(1) : null,
        keep_alive_at: later(-number),
      });
    }
    const due = async (at: string, after: DueKeepAlive | null = null) =>
      (await listKeepAliveDue(kysely, at, { after, limit: 10 })).map(({ connectionId }) => connectionId);
    const interrupted = (at: string, limit = 10) =>
      listInterrupted(kysely, { now: at, asked: "since", time: later(-10), limit, limitPerInstance: 10 });
    expect(await interrupted(now)).toEqual(["con_3", "con_2"]);
    expect(await interrupted(later(2), 2)).toEqual(["con_4", "con_3"]);
    expect(await due(now)).toEqual(["con_3", "con_2"]);
    const [first = null] = await listKeepAliveDue(kysely, now, { after: null, limit: 1 });
    expect(first?.connectionId).toBe("con_3");
    expect(await due(now, first)).toEqual(["con_2"]);
    const until = { now, retryAt: later(60), keepAliveAt: later(1440) };
    for (const id of ["con_1", "con_2", "con_4"]) await setAside(kysely, id, until);
    expect(await interrupted(later(2))).toEqual(["con_4", "con_3"]);
    expect(await due(later(2))).toEqual(["con_3"]);
    expect(await interrupted(later(60))).toEqual(["con_4", "con_3", "con_2"]);
    expect(await findSecrets(kysely, "con_1")).toMatchObject({ retry_at: null, keep_alive_at: null });
    await setAside(kysely, "con_2", { now, retryAt: now, keepAliveAt: now });
    await updateConnection(kysely, "con_3", { state: "reconnect", updated_at: now });
    expect(await interrupted(now)).toEqual(["con_2"]);
    expect(await due(now)).toEqual(["con_2"]);
  });

  test("of what was interrupted one instance takes so many places, and what nobody has tried since stands first", async () => {
    const { kysely } = (await opened()).database;
    const rows = [
      { id: "tried_twice", instance_id: "hung", asked_at: later(-9), retry_at: later(-1) },
      { id: "tried_once", instance_id: "hung", asked_at: later(-8), retry_at: later(-4) },
      { id: "untried", instance_id: "hung", asked_at: later(-7), retry_at: later(-7) },
      { id: "other", instance_id: "good", asked_at: later(-6), retry_at: null },
      { id: "older", instance_id: "good", asked_at: later(-11), retry_at: null },
    ];
    for (const { id, instance_id, ...asked } of rows) {
      await insertConnection(kysely, { ...connection, id, instance_id });
      await insertSecrets(kysely, { ...secrets, ...asked, connection_id: id });
    }
    const search = { now, time: later(-10), limit: 10 };
    const since = (limitPerInstance: number) =>
      listInterrupted(kysely, { ...search, asked: "since", limitPerInstance });
    expect(await since(10)).toEqual(["untried", "other", "tried_once", "tried_twice"]);
    expect(await since(2)).toEqual(["untried", "other", "tried_once"]);
    expect(await since(1)).toEqual(["untried", "other"]);
    expect(await listInterrupted(kysely, { ...search, asked: "before", limitPerInstance: 1 })).toEqual([
      "older",
    ]);
  });

  test("a renewal is put off over exactly the row that was seen", async () => {
    const { kysely } = (await opened()).database;
    const rest = { failures: 3, retry_at: later(5) };
    expect(await postponeRenewal(kysely, { ...secrets, version: 2 }, rest)).toBe(false);
    expect(await postponeRenewal(kysely, { ...secrets, lease_fence: 1 }, rest)).toBe(false);
    expect(await postponeRenewal(kysely, secrets, rest)).toBe(true);
    expect(await findSecrets(kysely, "con_1")).toMatchObject(rest);
  });

  test("whose tokens they are is noted for that version alone", async () => {
    const { kysely } = (await opened()).database;
    await replaceSecrets(kysely, { ...secrets, owner_unchecked: 1, version: 2 }, 1);
    await noteOwnerChecked(kysely, secrets);
    expect(await findSecrets(kysely, "con_1")).toMatchObject({ owner_unchecked: 1 });
    await noteOwnerChecked(kysely, { ...secrets, version: 2 });
    expect(await findSecrets(kysely, "con_1")).toMatchObject({ owner_unchecked: 0 });
  });

  test("farewells nobody is at work at are listed, with and without anything left", async () => {
    const { kysely } = (await opened()).database;
    const ending = { state: "disconnected", state_reason: "vault.disconnecting" };
    await insertConnection(kysely, { ...connection, ...ending, id: "con_2" });
    await insertConnection(kysely, { ...connection, ...ending, id: "con_3", state_reason: null });
    expect(await listUnfinishedFarewells(kysely, now, 10)).toEqual(["con_2"]);
    await updateConnection(kysely, "con_1", { ...ending, updated_at: now });
    const claim = { lease_owner: "farewell", lease_expires_at: later(1), asked_at: null };
    expect(await claimLease(kysely, secrets, claim)).toBe(true);
    expect(await listUnfinishedFarewells(kysely, now, 10)).toEqual(["con_2"]);
    expect((await listUnfinishedFarewells(kysely, later(2), 10)).sort()).toEqual(["con_1", "con_2"]);
  });

  test("former tokens are forgotten when their time is over", async () => {
    const { kysely } = (await opened()).database;
    const former = { sealed_former_refresh_token: "sealed-f", former_until: later(10) };
    await replaceSecrets(kysely, { ...secrets, ...former, version: 2 }, 1);
    expect(await dropFormerTokens(kysely, later(9))).toBe(0);
    expect(await dropFormerTokens(kysely, later(10))).toBe(1);
    expect(await findSecrets(kysely, "con_1")).toMatchObject({
      sealed_former_refresh_token: null,
      former_until: null,
    });
  });

  test("whether any connection of an instance was renewed lately", async () => {
    const { kysely } = (await opened()).database;
    expect(await isAnyRenewedSince(kysely, "bitbucket", later(-1))).toBe(true);
    expect(await isAnyRenewedSince(kysely, "bitbucket", now)).toBe(false);
    expect(await isAnyRenewedSince(kysely, "another", later(-1))).toBe(false);
  });
});

describeEngines("data keys", (open) => {
  const opened = async () => {
    const { kysely } = (await open()).database;
    await addConnection(kysely);
    await insertSecrets(kysely, secrets);
    await insertInstance(kysely, instance);
    await insertDataKey(kysely, { ...dataKey, id: "key_0", project_id: null, wrapping_key_id: "kek_0" });
    await insertDataKey(kysely, { ...dataKey, id: "key_2" });
    return kysely;
  };

  test("a project's keys, and those of none, are apart, and counted by what wraps them", async () => {
    const kysely = await opened();
    expect((await listDataKeys(kysely, "prj_1")).map(({ id }) => id).sort()).toEqual(["key_1", "key_2"]);
    expect((await listDataKeys(kysely, null)).map(({ id }) => id)).toEqual(["key_0"]);
    expect((await listKeyOwners(kysely)).sort()).toEqual([null, "prj_1"].sort());
    await markReplaced(kysely, ["key_1"], now);
    await markReplaced(kysely, ["key_1"], later(1));
    expect((await listDataKeys(kysely, "prj_1")).find(({ id }) => id === "key_1")?.replaced_at).toBe(now);
    const counted = await countWrapped(kysely);
    expect(counted).toHaveLength(3);
    for (const expected of [
      { wrappingKeyId: "kek_0", isReplaced: false, count: 1 },
      { wrappingKeyId: "kek_1", isReplaced: false, count: 1 },
      { wrappingKeyId: "kek_1", isReplaced: true, count: 1 },
    ])
      expect(counted).toContainEqual(expected);
    expect([...(await countConnectionsByWrapper(kysely))]).toEqual([["kek_1", 1]]);
    expect(await listNeededWrappers(kysely)).toEqual(["kek_0", "kek_1"]);
    expect(await listSealedUnder(kysely, ["kek_1", "kek_2"], 10)).toEqual(["con_1"]);
    expect(await listSealedUnder(kysely, ["kek_2"], 10)).toEqual([]);
    expect(await listSealedUnder(kysely, [], 10)).toEqual([]);
    await updateConnection(kysely, "con_1", { state: "reconnect", updated_at: now });
    expect(await listSealedUnder(kysely, ["kek_1"], 10)).toEqual([]);
  });

  test("a key is wrapped anew over exactly what was seen", async () => {
    const kysely = await opened();
    const next = { wrapped_key: "anew", wrapping_key_id: "kek_2" };
    expect(await rewrapDataKey(kysely, { ...dataKey, wrapped_key: "other" }, next)).toBe(false);
    expect(await rewrapDataKey(kysely, dataKey, next)).toBe(true);
    expect((await listDataKeys(kysely, "prj_1")).find(({ id }) => id === "key_1")).toMatchObject(next);
  });

  test("rows on a replaced key are found, sealed anew over what was seen, and then the key can go", async () => {
    const kysely = await opened();
    await markReplaced(kysely, ["key_1"], now);
    expect(await countOnReplaced(kysely)).toEqual({
      connections: 1,
      instances: 1,
      sessions: 0,
      identityKeys: 0,
    });
    const page = (after: string) => ({ after, limit: 10, wrapperIds: ["kek_1"] });
    const [row] = await listSecretsOnReplaced(kysely, page(""));
    const [key] = await listPrivateKeysOnReplaced(kysely, page(""));
    if (row === undefined || key === undefined) throw new Error("both were just counted");
    expect(await listSecretsOnReplaced(kysely, page("con_1"))).toEqual([]);
    expect(await listPrivateKeysOnReplaced(kysely, page("ins_1"))).toEqual([]);
    expect(await deleteUnusedDataKeys(kysely, later(1), [])).toBe(0);
    const anew = {
      data_key_id: "key_2",
      sealed_access_token: "sealed-a2",
      sealed_refresh_token: null,
      sealed_former_refresh_token: null,
    };
    expect(await resealSecrets(kysely, { ...row, version: 7 }, anew)).toBe(false);
    expect(await resealSecrets(kysely, row, anew)).toBe(true);
    expect(await resealSecrets(kysely, row, anew)).toBe(false);
    const sealed = { data_key_id: "key_2", sealed_private_key: "sealed-p2" };
    expect(await resealPrivateKey(kysely, key, sealed)).toBe(true);
    expect(await resealPrivateKey(kysely, key, sealed)).toBe(false);
    expect(await findSecretsVersion(kysely, "con_1")).toBe(1);
    await insertSession(kysely, session);
    await insertSessionCheck(kysely, { ...sessionCheck, data_key_id: "key_1" });
    expect(await countOnReplaced(kysely)).toEqual({
      connections: 0,
      instances: 0,
      sessions: 1,
      identityKeys: 0,
    });
    expect(await listNeededWrappers(kysely)).toContain("kek_1");
    expect(await deleteUnusedDataKeys(kysely, later(1), [])).toBe(0);
    const [check] = await listSessionChecksOnReplaced(kysely, page(""));
    if (check === undefined) throw new Error("it was just counted");
    expect(await listSessionChecksOnReplaced(kysely, page(check.id))).toEqual([]);
    const judged = { data_key_id: "key_2", sealed_tokens: "sealed-t2" };
    expect(await resealSessionCheck(kysely, check, judged)).toBe(true);
    expect(await resealSessionCheck(kysely, check, judged)).toBe(false);
    expect(await deleteUnusedDataKeys(kysely, later(1), ["key_1"])).toBe(0);
    expect(await deleteUnusedDataKeys(kysely, later(1), [])).toBe(1);
    expect((await listDataKeys(kysely, "prj_1")).map(({ id }) => id)).toEqual(["key_2"]);
  });
});
