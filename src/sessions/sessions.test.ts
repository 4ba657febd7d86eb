import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { frozenClock } from "../../tests/frozen-clock.ts";
import { fc } from "../../tests/property.ts";
import type { ShiftableClock } from "../base/clock.ts";
import { sha256 } from "../base/digest.ts";
import { type Database, openDatabase } from "../storage/database.ts";
import { insertUser } from "../storage/tables/users.ts";
import { createSessions, type Sessions } from "./sessions.ts";

let clock: ShiftableClock;
let database: Database;
let sessions: Sessions;

beforeEach(async () => {
  clock = frozenClock();
  database = await openDatabase(":memory:", { clock });
  sessions = createSessions({ database, clock, limits: { idleSeconds: 3600, absoluteSeconds: 10_000 } });
  for (const id of ["usr_ada", "usr_bea"]) await addUser(id);
});
afterEach(() => database.close());

async function addUser(id: string) {
  const now = clock.now().toISOString();
  const rest = {
    email: "a@example.com",
    email_verified: 1,
    avatar_url: null,
    created_at: now,
    last_signed_in_at: now,
  };
  await insertUser(database.kysely, { id, display_name: "Ada", ...rest });
}

const open = (userId = "usr_ada") => sessions.open({ userId, instanceId: "bitbucket" });
const count = async () => (await database.kysely.selectFrom("sessions").selectAll().execute()).length;

describe("a session", () => {
  test("is found by its token, with the person it belongs to", async () => {
    const session = await sessions.find(await open());
    expect(session).toMatchObject({
      user: {
        id: "usr_ada",
        displayName: "Ada",
        email: "a@example.com",
        emailVerified: true,
        avatarUrl: null,
      },
      instanceId: "bitbucket",
    });
    expect(session?.expiresAt.toISOString()).toMatch(/^2026-11-20T09:00:00/);
  });

  test("leaves only its hash in the database, and the hash opens nothing", async () => {
    const token = await open();
    const rows = await database.kysely.selectFrom("sessions").selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(token);
    expect(rows[0]?.id_hash).toBe(sha256(token));
    expect(await sessions.find(sha256(token))).toBeNull();
  });

  test("ends at once when it is ended, and only it", async () => {
    const [one, two] = [await open(), await open()];
    await sessions.end(one);
    expect(await sessions.find(one)).toBeNull();
    expect(await sessions.find(two)).not.toBeNull();
  });

  test("ends with the user it belongs to, in every browser, and no other user's does", async () => {
    const [one, two, other] = [await open(), await open(), await open("usr_bea")];
    await database.kysely.deleteFrom("users").where("id", "=", "usr_ada").execute();
    expect([await sessions.find(one), await sessions.find(two)]).toEqual([null, null]);
    expect(await sessions.find(other)).not.toBeNull();
  });

  test("ends when nothing was asked for the idle limit, and lives a second before", async () => {
    const [idle, busy] = [await open(), await open()];
    clock.advance(3599);
    expect(await sessions.find(busy)).not.toBeNull();
    clock.advance(1);
    expect(await sessions.find(idle)).toBeNull();
    expect(await sessions.find(busy)).not.toBeNull();
  });

  test("never outlives the absolute limit, however busy", async () => {
    const token = await open();
    for (const seconds of [3000, 3000, 3000, 999]) {
      clock.advance(seconds);
      expect((await sessions.find(token))?.expiresAt.getTime()).toBeLessThanOrEqual(
        Date.parse("2026-11-20T10:46:40Z"),
      );
      expect(await sessions.find(token)).not.toBeNull();
    }
    clock.advance(1);
    expect(await sessions.find(token)).toBeNull();
  });

  test("writes down that it was used at most once a minute", async () => {
    const token = await open();
    const lastSeen = async () =>
      (await database.kysely.selectFrom("sessions").select("last_seen_at").execute())[0]?.last_seen_at;
    const opened = await lastSeen();
    clock.advance(59);
    await sessions.find(token);
    expect(await lastSeen()).toBe(opened);
    clock.advance(1);
    await sessions.find(token);
    expect(await lastSeen()).not.toBe(opened);
  });

  test("does not end under somebody who is busy, however short the idle limit", async () => {
    const hasty = createSessions({ database, clock, limits: { idleSeconds: 20 } });
    const token = await hasty.open({ userId: "usr_ada", instanceId: "bitbucket" });
    for (let seconds = 0; seconds < 120; seconds += 15) {
      clock.advance(15);
      expect(await hasty.find(token)).not.toBeNull();
    }
    clock.advance(20);
    expect(await hasty.find(token)).toBeNull();
  });

  test("that has ended is swept away when another begins", async () => {
    await open();
    clock.advance(3600);
    await open();
    expect(await count()).toBe(1);
  });

  test("belongs to a known user", async () => {
    await expect(open("usr_nobody")).rejects.toThrow();
  });

  test("is not found by anything that is no token", async () => {
    for (const token of ["", "__proto__", "' or 1=1 --", "\0", "a".repeat(1_000_000), "ä".repeat(43)]) {
      expect(await sessions.find(token)).toBeNull();
    }
  });
});

describe("a form's token", () => {
  test("matches its own session and no other", async () => {
    const [one, two] = [await open(), await open()];
    expect(sessions.csrfMatches(one, sessions.csrfToken(one))).toBe(true);
    expect(sessions.csrfMatches(one, sessions.csrfToken(two))).toBe(false);
    expect(sessions.csrfToken(one)).not.toContain(one);
  });

  test("matches nothing else, whatever is sent", async () => {
    const token = await open();
    fc.assert(fc.property(fc.string(), (given) => !sessions.csrfMatches(token, given)));
  });
});
