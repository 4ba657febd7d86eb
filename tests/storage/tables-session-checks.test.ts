import { expect, test } from "vitest";
import type { Database } from "../../src/storage/database.ts";
import type { SessionChecksTable } from "../../src/storage/schema.ts";
import { insertDataKey } from "../../src/storage/tables/data-keys.ts";
import {
  changeSessionCheck,
  deleteSessionCheck,
  findSessionCheck,
  hurrySessionChecks,
  insertSessionCheck,
  listSessionChecksDue,
  listUncheckedSessions,
  noteJudged,
} from "../../src/storage/tables/session-checks.ts";
import {
  deleteEndedSessions,
  deleteSessions,
  findSession,
  insertSession,
} from "../../src/storage/tables/sessions.ts";
import { insertUser } from "../../src/storage/tables/users.ts";
import { describeEngines } from "./engines.ts";
import { ada, sessionCheck as check, dataKey, later, now, session } from "./rows.ts";

async function addSessions({ kysely }: Database, ids: readonly string[]): Promise<void> {
  await insertUser(kysely, ada);
  await insertDataKey(kysely, { ...dataKey, project_id: null });
  for (const id of ids) {
    await insertSession(kysely, { ...session, id, id_hash: `hash of ${id}` });
    await insertSessionCheck(kysely, { ...check, id: `chk of ${id}`, session_id: id });
  }
}

describeEngines("what sessions are judged by again", (open) => {
  test("a change is written over what was seen, once", async () => {
    const { database } = await open();
    await addSessions(database, ["ses_1"]);
    const seen = { id: "chk of ses_1", version: 1 };
    expect(await changeSessionCheck(database.kysely, seen, { sealed_tokens: "anew" })).toBe(true);
    expect(await changeSessionCheck(database.kysely, seen, { sealed_tokens: "late" })).toBe(false);
    expect(await findSessionCheck(database.kysely, "ses_1")).toEqual({
      ...check,
      id: "chk of ses_1",
      version: 2,
      sealed_tokens: "anew",
    });
  });

  test("one is deleted as it was seen, or not at all", async () => {
    const { database } = await open();
    await addSessions(database, ["ses_1"]);
    expect(await deleteSessionCheck(database.kysely, { id: "chk of ses_1", version: 2 })).toBe(false);
    expect(await deleteSessionCheck(database.kysely, { id: "chk of ses_1", version: 1 })).toBe(true);
    expect(await findSessionCheck(database.kysely, "ses_1")).toBeUndefined();
  });

  test("those that are due are listed, the longest due first, but for those a process is at", async () => {
    const { database } = await open();
    const { kysely } = database;
    await addSessions(database, ["ses_1", "ses_2", "ses_3", "ses_4"]);
    const change = (name: string, changes: Partial<SessionChecksTable>) =>
      changeSessionCheck(kysely, { id: `chk of ${name}`, version: 1 }, changes);
    await change("ses_1", { due_at: later(4) });
    await change("ses_2", { claimed_until: later(6) });
    await change("ses_3", { claimed_until: later(5) });
    await change("ses_4", { due_at: later(6) });
    expect(await listSessionChecksDue(kysely, later(5), 10)).toEqual(["ses_1", "ses_3"]);
    expect(await listSessionChecksDue(kysely, later(5), 1)).toEqual(["ses_1"]);
    expect(await listSessionChecksDue(kysely, later(6), 10)).toEqual(["ses_1", "ses_2", "ses_3", "ses_4"]);
  });

  test("what a session is worth is written to all its tokens", async () => {
    const { database } = await open();
    await addSessions(database, ["ses_1"]);
    await insertSession(database.kysely, { ...session, id_hash: "former", replaced_at: now });
    await noteJudged(database.kysely, "ses_1", { roles: '["member"]', check_by: later(9) });
    for (const idHash of ["former", "hash of ses_1"])
      expect(await findSession(database.kysely, idHash)).toMatchObject({
        roles: '["member"]',
        check_by: later(9),
      });
  });

  test("one, a person's, those under other rules, or all are hurried", async () => {
    const { database } = await open();
    const { kysely } = database;
    await addSessions(database, ["ses_1", "ses_2"]);
    await changeSessionCheck(kysely, { id: "chk of ses_2", version: 1 }, { rules_digest: "narrower" });
    const hurry = (choice: Parameters<typeof hurrySessionChecks>[1]) =>
      hurrySessionChecks(kysely, choice, now);
    expect(await hurry({ instanceId: "bitbucket", exceptDigest: "narrower" })).toEqual(["ses_1"]);
    expect(await hurry({ instanceId: "elsewhere", exceptDigest: "narrower" })).toEqual([]);
    expect(await findSession(kysely, "hash of ses_1")).toMatchObject({ check_by: now });
    expect(await findSession(kysely, "hash of ses_2")).toMatchObject({ check_by: null });
    expect(await listSessionChecksDue(kysely, now, 10)).toEqual(["ses_1"]);
    expect(await hurry({ sessionId: "ses_2" })).toEqual(["ses_2"]);
    expect((await hurry({ userId: ada.id })).toSorted()).toEqual(["ses_1", "ses_2"]);
    expect(await hurry({ userId: "usr_nobody" })).toEqual([]);
    expect((await hurry({ all: true })).toSorted()).toEqual(["ses_1", "ses_2"]);
  });

  test("sessions without one are listed by their instance", async () => {
    const { database } = await open();
    await addSessions(database, ["ses_1"]);
    await insertSession(database.kysely, { ...session, id: "ses_2", id_hash: "2" });
    await insertSession(database.kysely, { ...session, id: "ses_3", id_hash: "3", instance_id: "other" });
    expect(await listUncheckedSessions(database.kysely, "bitbucket")).toEqual(["ses_2"]);
  });

  test("they end with their session, and not with a token that made room", async () => {
    const { database } = await open();
    const { kysely } = database;
    await addSessions(database, ["ses_1", "ses_2", "ses_3"]);
    const left = async () =>
      (await kysely.selectFrom("session_checks").select("session_id").orderBy("session_id").execute()).map(
        ({ session_id }) => session_id,
      );
    await deleteSessions(kysely, { id: "ses_1" });
    expect(await left()).toEqual(["ses_2", "ses_3"]);
    const former = {
      ...session,
      id: "ses_2",
      id_hash: "former",
      replaced_at: now,
      idle_expires_at: later(1),
    };
    await insertSession(kysely, former);
    await deleteEndedSessions(kysely, new Date(later(2)));
    expect(await left()).toEqual(["ses_2", "ses_3"]);
    await deleteEndedSessions(kysely, new Date(later(20)));
    expect(await left()).toEqual([]);
  });
});
