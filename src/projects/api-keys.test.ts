import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { testAudit } from "../../tests/audit/rig.ts";
import { failureOf } from "../../tests/failure.ts";
import { frozenClock } from "../../tests/frozen-clock.ts";
import type { ShiftableClock } from "../base/clock.ts";
import { type Database, openDatabase } from "../storage/database.ts";
import { listAuditEntries } from "../storage/tables/audit.ts";
import { insertProject } from "../storage/tables/projects.ts";
import { insertUser } from "../storage/tables/users.ts";
import { type ApiKeys, createApiKeys } from "./api-keys.ts";

let clock: ShiftableClock;
let database: Database;
let keys: ApiKeys;

/** As another process on the same database has them. */
const anotherProcess = () => createApiKeys({ database, audit: testAudit(database, clock), clock });

beforeEach(async () => {
  clock = frozenClock();
  database = await openDatabase(":memory:", { clock });
  keys = anotherProcess();
  const now = clock.now().toISOString();
  const rest = { email: null, email_verified: 0, avatar_url: null, created_at: now, last_signed_in_at: now };
  await insertUser(database.kysely, { id: "usr_ada", display_name: "Ada", ...rest });
  for (const id of ["prj_1", "prj_2"])
    await insertProject(database.kysely, { id, name: id, made_by: "usr_ada", created_at: now });
});
afterEach(() => database.close());

const make = (projectId = "prj_1", name = "nightly build") =>
  keys.make({ projectId, name, rights: ["token"], actor: "user usr_ada" });
const codeOf = async (work: Promise<unknown>) => (await failureOf(work)).code;

describe("an API key", () => {
  test("is found by its secret, which nothing else gives back", async () => {
    const { key, secret } = await make();
    expect(secret.reveal()).toMatch(/^wlk_[\w-]{43}$/);
    expect(key).toMatchObject({
      projectId: "prj_1",
      name: "nightly build",
      rights: ["token"],
      revokedAt: null,
    });
    expect(await keys.find(secret.reveal())).toEqual(key);
    const rows = JSON.stringify(await database.kysely.selectFrom("api_keys").selectAll().execute());
    expect(rows).not.toContain(secret.reveal().slice(4));
    expect(JSON.stringify(await keys.list())).not.toContain(secret.reveal().slice(4));
  });

  test("is not found by anything but its whole secret", async () => {
    const { key, secret } = await make();
    const text = secret.reveal();
    for (const wrong of [
      "",
      key.id,
      text.slice(4),
      text.slice(0, -1),
      `${text} `,
      text.toUpperCase(),
      `wlk_${"a".repeat(43)}`,
    ])
      expect(await keys.find(wrong)).toBeNull();
  });

  test("needs a project, a name on one line and a right that exists", async () => {
    expect(await codeOf(make("prj_9"))).toBe("projects.not_found");
    for (const name of ["", " ", "two\nlines", "x".repeat(81)])
      expect(await codeOf(make("prj_1", name))).toBe("projects.key_name_unusable");
    for (const rights of [[], ["admin"], ["token", "constructor"]]) {
      const wanted = { projectId: "prj_1", name: "a", rights, actor: "operator" };
      expect(await codeOf(keys.make(wanted))).toBe("projects.right_unknown");
    }
    expect(await keys.list()).toEqual([]);
  });

  test("is listed with its project's, oldest first", async () => {
    const { key: first } = await make();
    clock.advance(1);
    const { key: second } = await make();
    const { key: other } = await make("prj_2");
    expect(await keys.list("prj_1")).toEqual([first, second]);
    expect((await keys.list()).map(({ id }) => id).sort()).toEqual([first.id, second.id, other.id].sort());
  });

  test("ends with its project", async () => {
    const { secret } = await make();
    await database.kysely.deleteFrom("projects").where("id", "=", "prj_1").execute();
    expect(await keys.find(secret.reveal())).toBeNull();
  });
});

describe("a revoked API key", () => {
  test("lets nobody in at once, in other processes within a second, and stays in the list", async () => {
    const other = anotherProcess();
    const { key, secret } = await make();
    for (const each of [keys, other]) expect(await each.find(secret.reveal())).not.toBeNull();
    const revoked = await keys.revoke(key.id, "operator");
    expect(revoked.revokedAt).toEqual(clock.now());
    expect(await keys.find(secret.reveal())).toBeNull();
    clock.advance(0.999);
    expect(await other.find(secret.reveal())).toBeNull();
    expect(await keys.list("prj_1")).toMatchObject([{ id: key.id, revokedAt: revoked.revokedAt }]);
  });

  test("is not remembered by a look-up that began before", async () => {
    const { key, secret } = await make();
    const [, found] = await Promise.all([keys.revoke(key.id, "operator"), keys.find(secret.reveal())]);
    expect(found === null || found.id === key.id).toBe(true);
    expect(await keys.find(secret.reveal())).toBeNull();
  });

  test("is revoked once, whoever tries again; an id that is none is said to be none", async () => {
    const { key } = await make();
    const { revokedAt } = await keys.revoke(key.id, "operator");
    clock.advance(10);
    expect((await keys.revoke(key.id, "operator")).revokedAt).toEqual(revokedAt);
    expect(await codeOf(keys.revoke("apk_none", "operator"))).toBe("projects.key_not_found");
  });
});

test("when a key was used is written down, once a minute", async () => {
  const { key, secret } = await make();
  const lastUsed = async () => (await keys.list())[0]?.lastUsedAt?.toISOString() ?? null;
  expect(await lastUsed()).toBeNull();
  clock.advance(90);
  await keys.find(secret.reveal());
  expect(await lastUsed()).toBe("2026-11-20T08:01:00.000Z");
  clock.advance(20);
  await keys.find(secret.reveal());
  expect(await lastUsed()).toBe("2026-11-20T08:01:00.000Z");
  clock.advance(10);
  await keys.find(secret.reveal());
  expect(await lastUsed()).toBe("2026-11-20T08:02:00.000Z");
  expect(key.lastUsedAt).toBeNull();
});

test("the record says who made and who revoked a key, and never its secret", async () => {
  const { key, secret } = await make();
  await keys.revoke(key.id, "operator");
  await keys.revoke(key.id, "operator");
  const entries = await listAuditEntries(database.kysely, { limit: 10 });
  expect(entries.map(({ event, actor, project_id }) => [event, actor, project_id])).toEqual([
    ["api_key.revoked", "operator", "prj_1"],
    ["api_key.made", "user usr_ada", "prj_1"],
  ]);
  expect(entries.map(({ facts_json }) => JSON.parse(facts_json).key)).toEqual([key.id, key.id]);
  expect(JSON.stringify(entries)).not.toContain(secret.reveal().slice(4));
});
