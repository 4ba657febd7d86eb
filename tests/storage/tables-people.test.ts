import { expect, test } from "vitest";
import {
  findApiKey,
  findApiKeyByHash,
  insertApiKey,
  listApiKeys,
  noteApiKeyUse,
  revokeApiKey,
} from "../../src/storage/tables/api-keys.ts";
import {
  capHandshakes,
  deleteExpiredHandshakes,
  evictHandshakes,
  findHandshake,
  forgetHandshakes,
  insertHandshake,
  takeHandshake,
} from "../../src/storage/tables/handshakes.ts";
import {
  deleteIdentity,
  findIdentity,
  insertIdentity,
  listIdentities,
  takeUsername,
  updateIdentity,
} from "../../src/storage/tables/identities.ts";
import {
  addMeta,
  deleteMeta,
  deleteSeenMeta,
  listMeta,
  raiseTimeMeta,
  readMeta,
  swapMeta,
  writeMeta,
} from "../../src/storage/tables/meta.ts";
import {
  deleteEndedSessions,
  deleteSessions,
  findSession,
  findSessionByHash,
  insertSession,
  listSessions,
  listSessionTokens,
  replaceSession,
  touchSession,
} from "../../src/storage/tables/sessions.ts";
import {
  findUser,
  insertUser,
  listUsersByConfirmedEmail,
  updateUser,
} from "../../src/storage/tables/users.ts";
import { failureOf } from "../failure.ts";
import { describeEngines } from "./engines.ts";
import { ada, addConnection, apiKey, handshake, later, now, session } from "./rows.ts";

describeEngines("people", (open) => {
  test("a user comes back as written, and is changed by the latest profile", async () => {
    const { kysely } = (await open()).database;
    await insertUser(kysely, ada);
    expect(await findUser(kysely, ada.id)).toEqual(ada);
    const changed = { ...ada, email: "ada@example.com", email_verified: 1 };
    await updateUser(kysely, changed);
    expect(await findUser(kysely, ada.id)).toEqual(changed);
    expect(await findUser(kysely, "usr_nobody")).toBeUndefined();
  });

  test("an identity belongs to one user; a second one of the same subject is refused by the engine", async () => {
    const { kysely } = (await open()).database;
    await insertUser(kysely, ada);
    const key = { instance_id: "bitbucket", subject: "a-b" };
    const dates = { created_at: now, updated_at: now };
    const identity = { ...key, user_id: ada.id, username: "ada", profile_json: "{}", ...dates };
    await insertIdentity(kysely, identity);
    expect(await findIdentity(kysely, key)).toEqual(identity);
    const changed = { username: null, profile_json: '{"a":1}', updated_at: later(1) };
    await updateIdentity(kysely, { ...key, ...changed });
    expect(await findIdentity(kysely, key)).toMatchObject(changed);
    await expect(insertIdentity(kysely, identity)).rejects.toThrow(/unique/i);
    const orphan = { ...identity, subject: "c", user_id: "usr_nobody" };
    expect((await failureOf(insertIdentity(kysely, orphan))).code).toBe("storage.missing_reference");
  });

  test("identities are listed by user, and go one by one", async () => {
    const { kysely } = (await open()).database;
    await insertUser(kysely, ada);
    await insertUser(kysely, { ...ada, id: "usr_bea" });
    const identity = { user_id: ada.id, profile_json: "{}", created_at: now, updated_at: now };
    const keys = [
      { instance_id: "dc", subject: "101" },
      { instance_id: "bitbucket", subject: "101" },
      { instance_id: "bitbucket", subject: "102" },
    ] as const;
    await insertIdentity(kysely, { ...identity, ...keys[0] });
    await insertIdentity(kysely, { ...identity, ...keys[1], created_at: later(1) });
    await insertIdentity(kysely, { ...identity, ...keys[2], user_id: "usr_bea" });
    expect(await listIdentities(kysely, ada.id)).toMatchObject([keys[0], keys[1]]);
    await deleteIdentity(kysely, keys[1]);
    expect(await listIdentities(kysely, ada.id)).toMatchObject([keys[0]]);
    expect(await listIdentities(kysely, "usr_bea")).toMatchObject([keys[2]]);
  });

  test("a user name is taken from whoever else had it at that instance, and from nobody at another", async () => {
    const { kysely } = (await open()).database;
    await insertUser(kysely, ada);
    const identity = {
      user_id: ada.id,
      username: "ada",
      profile_json: "{}",
      created_at: now,
      updated_at: now,
    };
    const here = { instance_id: "bitbucket", username: "ada", subject: "2" };
    await insertIdentity(kysely, { ...identity, instance_id: "bitbucket", subject: "1" });
    await insertIdentity(kysely, { ...identity, ...here });
    await insertIdentity(kysely, { ...identity, instance_id: "dc", subject: "1" });
    expect(await takeUsername(kysely, here)).toMatchObject([{ instance_id: "bitbucket", subject: "1" }]);
    expect(await takeUsername(kysely, here)).toEqual([]);
    expect((await listIdentities(kysely, ada.id)).map(({ username }) => username)).toEqual([
      null,
      "ada",
      "ada",
    ]);
  });

  test("users are found by a confirmed e-mail alone", async () => {
    const { kysely } = (await open()).database;
    await insertUser(kysely, { ...ada, email: "ada@example.com" });
    await insertUser(kysely, { ...ada, id: "usr_bea", confirmed_email: "ada@example.com" });
    expect(await listUsersByConfirmedEmail(kysely, "ada@example.com")).toMatchObject([{ id: "usr_bea" }]);
  });

  test("what a user has begun for one purpose is forgotten, nothing else", async () => {
    const { kysely } = (await open()).database;
    await addConnection(kysely);
    await insertUser(kysely, { ...ada, id: "usr_bea" });
    const begun = [
      { ...handshake, state_hash: "a", purpose: "link", user_id: ada.id },
      { ...handshake, state_hash: "b", purpose: "connect", user_id: ada.id },
      { ...handshake, state_hash: "c", purpose: "link", user_id: "usr_bea" },
    ];
    for (const row of begun) await insertHandshake(kysely, row);
    await forgetHandshakes(kysely, { user_id: ada.id, purpose: "link" });
    const found = await Promise.all(begun.map(({ state_hash }) => findHandshake(kysely, state_hash)));
    expect(found.map((row) => row !== undefined)).toEqual([false, true, true]);
  });

  test("a session is found with its user, again and again, until it is deleted or has ended", async () => {
    const { kysely } = (await open()).database;
    const find = (idHash: string) => findSession(kysely, idHash);
    await insertUser(kysely, ada);
    await insertSession(kysely, session);
    await insertSession(kysely, { ...session, id_hash: "hash_2", idle_expires_at: later(1) });
    for (let turn = 0; turn < 4; turn++)
      expect(await find("hash_1")).toMatchObject({ ...session, display_name: ada.display_name });
    const touched = { id_hash: "hash_1", last_seen_at: later(2), idle_expires_at: later(12) };
    expect(await touchSession(kysely, touched)).toBe(true);
    expect(await touchSession(kysely, { ...touched, last_seen_at: later(1) })).toBe(false);
    expect(await find("hash_1")).toMatchObject({ last_seen_at: later(2), idle_expires_at: later(12) });
    await deleteEndedSessions(kysely, new Date(later(1)));
    expect(await find("hash_2")).toBeUndefined();
    expect(await deleteSessions(kysely, { id: "ses_1" })).toEqual([{ id: "ses_1", user_id: ada.id }]);
    expect(await find("hash_1")).toBeUndefined();
  });

  test("a token makes room for one other, and is moved on no more", async () => {
    const { kysely } = (await open()).database;
    await insertUser(kysely, ada);
    await insertSession(kysely, session);
    const replaced = { id_hash: "hash_1", replaced_at: later(1), idle_expires_at: later(2) };
    expect([await replaceSession(kysely, replaced), await replaceSession(kysely, replaced)]).toEqual([
      true,
      false,
    ]);
    expect(await findSessionByHash(kysely, "hash_1")).toEqual({ ...session, ...replaced });
    const touched = { id_hash: "hash_1", last_seen_at: later(3), idle_expires_at: later(13) };
    expect(await touchSession(kysely, touched)).toBe(false);
    await insertSession(kysely, { ...session, id_hash: "hash_2" });
    expect(await deleteSessions(kysely, { id: "ses_1" })).toHaveLength(1);
    expect(await findSessionByHash(kysely, "hash_2")).toBeUndefined();
  });

  test("sessions are listed and ended by person, with one left out", async () => {
    const { kysely } = (await open()).database;
    await insertUser(kysely, { ...ada, email: "Ada@Example.com" });
    await insertUser(kysely, { ...ada, id: "usr_bea", display_name: "Bea" });
    for (const [id, user_id] of [
      ["ses_1", "usr_ada"],
      ["ses_2", "usr_ada"],
      ["ses_3", "usr_bea"],
    ] as const)
      await insertSession(kysely, { ...session, id_hash: `hash of ${id}`, id, user_id });
    const ids = async (search: { readonly userId?: string; readonly text?: string }) =>
      (await listSessions(kysely, { ...search, now: new Date(now), limit: 2 })).map(({ id }) => id);
    expect(await ids({ userId: "usr_ada" })).toEqual(["ses_1", "ses_2"]);
    expect([await ids({}), await ids({ text: "bea" })]).toEqual([["ses_1", "ses_2"], ["ses_3"]]);
    expect([await ids({ text: "@example" }), await ids({ text: "%" })]).toEqual([["ses_1", "ses_2"], []]);
    const tokensOf = async (id: string, userId: string) =>
      (await listSessionTokens(kysely, { id, userId })).map(({ id_hash }) => id_hash);
    expect([await tokensOf("ses_3", "usr_bea"), await tokensOf("ses_3", "usr_ada")]).toEqual([
      ["hash of ses_3"],
      [],
    ]);
    expect(await deleteSessions(kysely, { id: "ses_3", userId: "usr_ada" })).toEqual([]);
    expect(await deleteSessions(kysely, { userId: "usr_ada", exceptId: "ses_2" })).toHaveLength(1);
    expect(await deleteSessions(kysely, { userId: "usr_ada" })).toEqual([
      { id: "ses_2", user_id: "usr_ada" },
    ]);
    expect(await ids({})).toEqual(["ses_3"]);
  });

  test("a handshake is consumed once, by one", async () => {
    const { database, beside } = await open();
    await addConnection(database.kysely);
    await insertHandshake(database.kysely, handshake);
    expect(await findHandshake(database.kysely, "state_1")).toEqual(handshake);
    const other = await beside();
    const taken = await Promise.all(
      [database, other].map((each) => takeHandshake(each.kysely, { ...handshake, now })),
    );
    expect(taken.filter(Boolean)).toEqual([handshake]);
    expect(await findHandshake(database.kysely, "state_1")).toBeUndefined();
  });

  test("a browser keeps its newest handshakes, expired ones go", async () => {
    const { kysely } = (await open()).database;
    await addConnection(kysely);
    for (const minute of [1, 2, 3, 4])
      await insertHandshake(kysely, {
        ...handshake,
        state_hash: `state_${minute}`,
        created_at: later(minute),
        expires_at: later(minute + 10),
      });
    await evictHandshakes(kysely, "browser_1", 2);
    const there = async () => {
      const found = await Promise.all([1, 2, 3, 4].map((n) => findHandshake(kysely, `state_${n}`)));
      return found.map((row) => row !== undefined);
    };
    expect(await there()).toEqual([false, false, true, true]);
    await deleteExpiredHandshakes(kysely, new Date(later(13)));
    expect(await there()).toEqual([false, false, false, true]);
  });

  test("a handshake of a state that is there is not added; of all, the newest are kept", async () => {
    const { kysely } = (await open()).database;
    await addConnection(kysely);
    expect(await insertHandshake(kysely, handshake)).toBe(true);
    expect(await insertHandshake(kysely, { ...handshake, browser_hash: "browser_2" })).toBe(false);
    expect(await findHandshake(kysely, "state_1")).toEqual(handshake);
    for (const minute of [1, 2, 3])
      await insertHandshake(kysely, {
        ...handshake,
        state_hash: `later_${minute}`,
        expires_at: later(minute + 10),
      });
    await capHandshakes(kysely, 4);
    expect(await findHandshake(kysely, "state_1")).toBeDefined();
    await capHandshakes(kysely, 2);
    const left = await kysely.selectFrom("handshakes").select("state_hash").orderBy("state_hash").execute();
    expect(left.map(({ state_hash }) => state_hash)).toEqual(["later_2", "later_3"]);
  });

  test("an API key is found by its hash, noted as used, and revoked once", async () => {
    const { kysely } = (await open()).database;
    await addConnection(kysely);
    await insertApiKey(kysely, apiKey);
    await insertApiKey(kysely, { ...apiKey, id: "api_2", secret_hash: "other", created_at: later(1) });
    expect(await findApiKeyByHash(kysely, "hash_of_api_1")).toEqual(apiKey);
    await noteApiKeyUse(kysely, "api_1", later(5));
    await noteApiKeyUse(kysely, "api_1", later(4));
    expect(await findApiKey(kysely, "api_1")).toMatchObject({ last_used_at: later(5) });
    expect((await listApiKeys(kysely, "prj_1")).map(({ id }) => id)).toEqual(["api_1", "api_2"]);
    expect(await listApiKeys(kysely, null)).toHaveLength(2);
    expect(await revokeApiKey(kysely, "api_1", later(6))).toBe(true);
    expect(await revokeApiKey(kysely, "api_1", later(7))).toBe(false);
    expect(await findApiKey(kysely, "api_1")).toMatchObject({ revoked_at: later(6) });
  });

  test("notes are written, added once, swapped over what was seen, listed by their beginning", async () => {
    const { kysely } = (await open()).database;
    await writeMeta(kysely, "a:1", "one");
    await writeMeta(kysely, "a:1", "two");
    await addMeta(kysely, "a:1", "three");
    await addMeta(kysely, "a:2", "four");
    await addMeta(kysely, "A:3", "five");
    expect(await readMeta(kysely, "a:1")).toBe("two");
    expect(await readMeta(kysely, "none")).toBeUndefined();
    expect(await swapMeta(kysely, "a:1", "one", "six")).toBe(false);
    expect(await swapMeta(kysely, "a:1", "two", "six")).toBe(true);
    expect(await listMeta(kysely, "a:")).toEqual([
      { name: "a:1", value: "six" },
      { name: "a:2", value: "four" },
    ]);
    await deleteSeenMeta(kysely, "a:1", "two");
    expect(await readMeta(kysely, "a:1")).toBe("six");
    await deleteSeenMeta(kysely, "a:1", "six");
    await deleteMeta(kysely, "a:2");
    expect(await listMeta(kysely, "a:")).toEqual([]);
  });

  test("a time is moved on and never back, unless it lies beyond what can be", async () => {
    const { kysely } = (await open()).database;
    const raise = async (time: string, latest = later(60)) => {
      await raiseTimeMeta(kysely, "until", { time, latest });
      return readMeta(kysely, "until");
    };
    expect(await raise(later(2))).toBe(later(2));
    expect(await raise(later(1))).toBe(later(2));
    expect(await raise(later(3))).toBe(later(3));
    expect(await raise(later(1), later(2))).toBe(later(1));
  });
});
