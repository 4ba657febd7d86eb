import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failureOf } from "../../tests/failure.ts";
import { frozenClock } from "../../tests/frozen-clock.ts";
import { fc } from "../../tests/property.ts";
import type { ShiftableClock } from "../base/clock.ts";
import { sha256 } from "../base/digest.ts";
import { type Database, openDatabase } from "../storage/database.ts";
import { insertUser } from "../storage/tables/users.ts";
import { createSessions, type Sessions } from "./sessions.ts";

let clock: ShiftableClock;
/** The steady clock, in milliseconds. */
let steadyAt: number;
let database: Database;
let sessions: Sessions;

beforeEach(async () => {
  clock = frozenClock();
  steadyAt = 0;
  database = await openDatabase(":memory:", { clock });
  sessions = createSessions({ ...parts(), limits: { idleSeconds: 3600, absoluteSeconds: 10_000 } });
  for (const id of ["usr_ada", "usr_bea"]) await addUser(id);
});
afterEach(() => database.close());

const parts = () => ({ database, clock, steady: () => steadyAt });

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

const open = async (userId = "usr_ada") => (await sessions.open({ userId, instanceId: "bitbucket" })).token;
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
    const hasty = createSessions({ ...parts(), limits: { idleSeconds: 20 } });
    const { token } = await hasty.open({ userId: "usr_ada", instanceId: "bitbucket" });
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

describe("a clock that is set back", () => {
  test("lengthens no session, neither past the idle limit nor past the absolute one", async () => {
    const [idle, busy] = [await open(), await open()];
    const goOn = async (seconds: number) => {
      steadyAt += seconds * 1000;
      clock.advance(seconds);
      return sessions.find(busy);
    };
    clock.advance(-7200);
    for (const seconds of [3000, 600]) expect(await goOn(seconds)).not.toBeNull();
    expect(await sessions.find(idle)).toBeNull();
    clock.advance(-86_400);
    for (const seconds of [3000, 3000, 399]) expect(await goOn(seconds)).not.toBeNull();
    expect(await goOn(1)).toBeNull();
  });

  test("that is set right again goes on as if nothing had been", async () => {
    const token = await open();
    clock.advance(-600);
    expect(await sessions.find(token)).not.toBeNull();
    clock.advance(600);
    clock.advance(3599);
    expect(await sessions.find(token)).not.toBeNull();
  });

  test("leaves no session from the future to a process that begins afterwards", async () => {
    const token = await open();
    const afterwards = () => createSessions(parts()).find(token);
    clock.advance(-5 * 60);
    expect(await afterwards()).not.toBeNull();
    clock.advance(-1);
    expect(await afterwards()).toBeNull();
  });
});

describe("a new token for the same session", () => {
  test("keeps person, name and absolute limit; the former token ends after its moment of grace", async () => {
    const former = await open();
    const before = await sessions.find(former);
    clock.advance(3000);
    const token = (await sessions.rotate(former)) ?? "";
    expect(await sessions.find(token)).toMatchObject({ id: before?.id, user: before?.user });
    clock.advance(9);
    expect(await sessions.find(former)).not.toBeNull();
    clock.advance(1);
    expect(await sessions.find(former)).toBeNull();
    for (const seconds of [3000, 3000, 989]) {
      clock.advance(seconds);
      expect(await sessions.find(token)).not.toBeNull();
    }
    clock.advance(1);
    expect(await sessions.find(token)).toBeNull();
  });

  test("D7: is made once, however many ask at the same time; all of them are served meanwhile", async () => {
    const former = await open();
    const made = await Promise.all(Array.from({ length: 8 }, () => sessions.rotate(former)));
    expect(made.filter((token) => token !== null)).toHaveLength(1);
    expect(await sessions.find(former)).not.toBeNull();
    expect(await sessions.rotate(former)).toBeNull();
    expect(await sessions.list({ userId: "usr_ada" })).toHaveLength(1);
  });

  test("is no way to live longer: using the former one does not move its end on", async () => {
    const former = await open();
    clock.advance(3595);
    await sessions.rotate(former);
    clock.advance(5);
    expect(await sessions.find(former)).toBeNull();
  });

  test("is not made for a token that has ended or is none", async () => {
    const token = await open();
    clock.advance(3600);
    expect(await sessions.rotate(token)).toBeNull();
    expect(await sessions.rotate("nonsense")).toBeNull();
  });

  test("carries what administrators do only when that was asked for, and goes on carrying it", async () => {
    const plain = await open();
    expect((await sessions.find(plain))?.isElevated).toBe(false);
    const raised = (await sessions.rotate(plain, { elevate: true })) ?? "";
    expect((await sessions.find(raised))?.isElevated).toBe(true);
    expect((await sessions.find(plain))?.isElevated).toBe(false);
    const again = (await sessions.rotate(raised)) ?? "";
    expect((await sessions.find(again))?.isElevated).toBe(true);
  });

  test("ends with the session, whichever of the two tokens ends it", async () => {
    for (const which of [0, 1]) {
      const former = await open();
      const tokens = [former, (await sessions.rotate(former)) ?? ""];
      for (const token of tokens) await sessions.find(token);
      await sessions.end(tokens[which] ?? "");
      for (const token of tokens) expect(await sessions.find(token)).toBeNull();
    }
  });
});

describe("a session that was just begun", () => {
  const user = {
    id: "usr_ada",
    displayName: "Ada",
    email: null,
    emailVerified: false,
    avatarUrl: null,
    entityRef: null,
  };

  test("is known without being read, for a second", async () => {
    const opened = await sessions.open({ userId: "usr_ada", instanceId: "bitbucket" });
    opened.remember(user);
    await database.kysely.deleteFrom("sessions").execute();
    expect(await sessions.find(opened.token)).toMatchObject({ user, instanceId: "bitbucket" });
    steadyAt += 1_000;
    expect(await sessions.find(opened.token)).toBeNull();
  });

  test("is not, once anything was ended meanwhile", async () => {
    const opened = await sessions.open({ userId: "usr_ada", instanceId: "bitbucket" });
    await sessions.endThose({ userId: "usr_ada" });
    opened.remember(user);
    expect(await sessions.find(opened.token)).toBeNull();
  });
});

describe("a person's sessions", () => {
  test("are listed with browser and times, the one used last in front; those that ended are not", async () => {
    const userAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    await open();
    clock.advance(1800);
    await sessions.open({ userId: "usr_ada", instanceId: "bitbucket", userAgent });
    expect(await sessions.list({ userId: "usr_ada" })).toMatchObject([
      { browser: "Firefox on Linux", startedAt: new Date("2026-11-20T08:30:00Z") },
      { browser: null, lastSeenAt: new Date("2026-11-20T08:00:00Z") },
    ]);
    clock.advance(1800);
    expect(await sessions.list({ userId: "usr_ada" })).toHaveLength(1);
    expect(await sessions.list({ userId: "usr_bea" })).toEqual([]);
  });

  test("are found by a part of a name, in which no letter means more than itself", async () => {
    await open();
    const count = async (text: string) => (await sessions.list({ text })).length;
    expect([await count("AD"), await count("@example"), await count(""), await count("ad_")]).toEqual([
      1, 1, 1, 0,
    ]);
    for (const text of ["%", "_", "!", "' or 1=1 --"]) expect(await count(text)).toBe(0);
  });

  test("end one by one, all but one, or all; another person's never with them", async () => {
    const [one, two, three, other] = [await open(), await open(), await open(), await open("usr_bea")];
    const idOf = async (token: string) => (await sessions.find(token))?.id ?? "";
    const [first, second] = [await idOf(one), await idOf(two)];
    expect(await sessions.endThose({ id: first, userId: "usr_bea" })).toEqual([]);
    expect(await sessions.endThose({ id: first, userId: "usr_ada" })).toEqual([
      { id: first, userId: "usr_ada" },
    ]);
    expect(await sessions.find(one)).toBeNull();
    expect(await sessions.endThose({ userId: "usr_ada", exceptId: second })).toHaveLength(1);
    expect([await sessions.find(three), (await sessions.find(two))?.id]).toEqual([null, second]);
    expect(await sessions.endThose({ userId: "usr_ada" })).toHaveLength(1);
    expect([await sessions.find(two), await idOf(other)]).toEqual([null, expect.stringMatching(/^ses_/)]);
  });
});

describe("a session that was found a moment ago", () => {
  test("is not looked up again within the second, and is after it", async () => {
    const token = await open();
    await sessions.find(token);
    await database.kysely.deleteFrom("sessions").execute();
    steadyAt += 999;
    expect(await sessions.find(token)).not.toBeNull();
    steadyAt += 1;
    expect(await sessions.find(token)).toBeNull();
  });

  test("is not served again when it is ended while it is being looked up", async () => {
    const token = await open();
    const { id = "" } = (await sessions.find(token)) ?? {};
    steadyAt += 1000;
    const asked = sessions.find(token);
    const ended = sessions.endThose({ id });
    await Promise.all([asked, ended]);
    expect(await sessions.find(token)).toBeNull();
  });

  test("D9: is not remembered once the store has failed, and nobody is told to be signed out", async () => {
    const [token, other] = [await open(), await open()];
    await sessions.find(token);
    await database.close();
    for (const each of [other, token])
      expect(await failureOf(sessions.find(each))).toMatchObject({
        code: "sessions.unavailable",
        reaction: "unreachable",
      });
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
