import { beforeEach, describe, expect, test } from "vitest";
import { failureOf } from "../../../tests/failure.ts";
import { findAmong } from "../../../tests/find-among.ts";
import { frozenClock } from "../../../tests/frozen-clock.ts";
import { testKeyrings } from "../../../tests/keyrings.ts";
import { describeEngines, type TestDatabase } from "../../../tests/storage/engines.ts";
import { ada } from "../../../tests/storage/rows.ts";
import type { AuditEvent } from "../../audit/audit.ts";
import type { ShiftableClock } from "../../base/clock.ts";
import { Secret } from "../../base/secret.ts";
import { cloudInstance } from "../../bitbucket/cloud.ts";
import { bitbucketErrors } from "../../bitbucket/errors.ts";
import { createSessions, type Sessions } from "../../sessions/sessions.ts";
import type { Database } from "../../storage/database.ts";
import { findSessionCheck } from "../../storage/tables/session-checks.ts";
import { insertUser } from "../../storage/tables/users.ts";
import { signinErrors } from "../errors.ts";
import type { Judge } from "../rules/judge.ts";
import { claimSeconds } from "./check.ts";
import { createRechecks, type Rechecks } from "./recheck.ts";

const [hour, instanceId] = [3_600, "bitbucket"];
const instance = cloudInstance({ id: instanceId, clientId: "key", clientSecret: "secret" });

/** A process of its own over the database. */
interface House {
  readonly sessions: Sessions;
  readonly rechecks: Rechecks;
  readonly recorded: AuditEvent[];
}

describeEngines("judging again", (open) => {
  let clock: ShiftableClock;
  let opened: TestDatabase;
  let judge: Judge;
  let asked: string[];
  let renewals: string[];
  let renew: (refreshToken: string) => Response | Promise<Response>;
  let digest: string;
  let isJudged: boolean;
  let house: House;

  const process = (database: Database): House => {
    const recorded: AuditEvent[] = [];
    const sessions: Sessions = createSessions({
      database,
      clock,
      judge: (sessionId) => rechecks.overdue(sessionId),
    });
    const rechecks = createRechecks({
      database,
      clock,
      sessions,
      keyrings: testKeyrings(database, clock),
      audit: {
        transaction: (work) =>
          database.transaction((db) => work(db, async (event) => void recorded.push(event))),
      },
      instances: findAmong(() => [instance]),
      fetch: async (_, init) => {
        const refreshToken = new URLSearchParams(String(init?.body)).get("refresh_token") ?? "";
        renewals.push(refreshToken);
        return renew(refreshToken);
      },
      log: { info() {}, warn() {} },
      judge: async (id, credential) => {
        asked.push(credential.accessToken.reveal());
        return judge(id, credential);
      },
      span: () => (isJudged ? { everySeconds: hour, graceSeconds: hour } : null),
      digests: () => new Map(isJudged ? [[instanceId, digest]] : []),
    });
    return { sessions, rechecks, recorded };
  };

  beforeEach(async () => {
    clock = frozenClock();
    opened = await open({ clock });
    await insertUser(opened.database.kysely, ada);
    [asked, renewals, digest, isJudged] = [[], [], "rules", true];
    judge = async () => ({ roles: ["member"], digest });
    renew = (token) =>
      Response.json({
        access_token: `access-after-${token}`,
        refresh_token: `after-${token}`,
        token_type: "bearer",
        expires_in: 7_200,
      });
    house = process(opened.database);
  });

  /** Somebody signs in whose access token ends after so many seconds. */
  const signIn = async ({ endsAfter = 10 * hour, token = "access" } = {}) => {
    const credential = {
      kind: "oauth2" as const,
      login: null,
      accessToken: new Secret(token),
      refreshToken: new Secret("refresh"),
      expiresAt: new Date(clock.now().getTime() + endsAfter * 1000),
    };
    const profile = { instance: instanceId, id: "ada" };
    const kept = await house.rechecks.keep({ profile, credential, judged: { roles: ["member"], digest } });
    return opened.database.transaction(async (db) => {
      const session = await house.sessions.open(
        { userId: ada.id, instanceId, roles: ["member"], checkBy: kept?.checkBy },
        db,
      );
      await kept?.add(db, session.id);
      return session;
    });
  };
  const refuse: Judge = async () => {
    throw signinErrors.fail("signin.no_rule");
  };
  const noAnswer: Judge = async () => {
    throw signinErrors.fail("signin.rules_unanswered");
  };
  const row = (sessionId: string) => findSessionCheck(opened.database.kysely, sessionId);

  describe("when it is due", () => {
    test("whoever still meets a rule stays, with the roles of today", async () => {
      const { id, token } = await signIn();
      judge = async () => ({ roles: ["admin"], digest });
      expect(await house.rechecks.round()).toBe(0);
      clock.advance(hour);
      expect(await house.rechecks.round()).toBe(1);
      expect(await house.sessions.find(token)).toMatchObject({ id, roles: ["admin"] });
      expect(await house.rechecks.round()).toBe(0);
      expect(asked).toEqual(["access"]);
    });

    test("whoever meets none any more is out at once, on record, and nothing of theirs is kept", async () => {
      const { id, token } = await signIn();
      await house.sessions.find(token);
      judge = refuse;
      clock.advance(hour);
      await house.rechecks.round();
      expect(await house.sessions.find(token)).toBeNull();
      expect(await row(id)).toBeUndefined();
      expect(house.recorded).toEqual([
        {
          event: "session.ended",
          actor: "rules",
          reason: "signin.no_rule",
          facts: { user: ada.id, sessions: 1, session: id, instance: instanceId },
        },
      ]);
    });

    test("whose own token Bitbucket refuses is out as well", async () => {
      const { token } = await signIn();
      judge = async () => {
        throw bitbucketErrors.fail("bitbucket.unauthorized");
      };
      clock.advance(hour);
      await house.rechecks.round();
      expect(await house.sessions.find(token)).toBeNull();
    });

    test("a question that is not answered costs nobody the session before the grace is over, and nobody's after", async () => {
      const { token } = await signIn();
      judge = noAnswer;
      clock.advance(hour);
      await house.rechecks.round();
      expect(await house.sessions.find(token)).not.toBeNull();
      clock.advance(hour);
      expect((await failureOf(house.sessions.find(token))).code).toBe("sessions.unjudged");
      judge = async () => ({ roles: ["member"], digest });
      clock.advance(60);
      expect(await house.sessions.find(token)).toMatchObject({ roles: ["member"] });
      expect(house.recorded).toEqual([]);
    });

    test("while Bitbucket does not answer, it is not asked at each request", async () => {
      const { token } = await signIn();
      judge = noAnswer;
      clock.advance(2 * hour);
      for (let request = 0; request < 5; request++) await failureOf(house.sessions.find(token));
      expect(asked).toHaveLength(1);
    });
  });

  test("a session that nobody judged in time is judged before it is answered for", async () => {
    const { token } = await signIn();
    judge = refuse;
    clock.advance(2 * hour);
    expect(await house.sessions.find(token)).toBeNull();
    expect(asked).toHaveLength(1);
  });

  describe("the credential", () => {
    test("is renewed when it has ended, and what is new is kept before anything is asked with it", async () => {
      const { id } = await signIn({ endsAfter: hour });
      clock.advance(hour);
      judge = noAnswer;
      await house.rechecks.round();
      expect([renewals, asked]).toEqual([["refresh"], ["access-after-refresh"]]);
      clock.advance(hour);
      judge = async () => ({ roles: [], digest });
      await house.rechecks.now({ sessionId: id }, "user usr_admin");
      expect(renewals).toEqual(["refresh"]);
      expect(asked).toEqual(["access-after-refresh", "access-after-refresh"]);
      clock.advance(2 * hour);
      await house.rechecks.now({ sessionId: id }, "user usr_admin");
      expect(renewals).toEqual(["refresh", "after-refresh"]);
    });

    test("that Bitbucket renews no more ends the session", async () => {
      const { token } = await signIn({ endsAfter: hour });
      renew = () => Response.json({ error: "invalid_grant" }, { status: 400 });
      clock.advance(hour);
      await house.rechecks.round();
      expect(await house.sessions.find(token)).toBeNull();
    });

    test("that cannot be renewed at the moment does not", async () => {
      const { token } = await signIn({ endsAfter: hour });
      renew = () => new Response("", { status: 503 });
      clock.advance(hour);
      await house.rechecks.round();
      expect(await house.sessions.find(token)).not.toBeNull();
    });

    test("lies sealed, for its own row alone", async () => {
      const first = await signIn({ token: "the-access-token-of-the-first" });
      const second = await signIn({ token: "the-access-token-of-the-second" });
      expect((await opened.bytes()).includes("the-access-token")).toBe(false);
      const [one, other] = [await row(first.id), await row(second.id)];
      await opened.database.kysely
        .updateTable("session_checks")
        .set({ sealed_tokens: other?.sealed_tokens ?? "" })
        .where("id", "=", one?.id ?? "")
        .execute();
      clock.advance(2 * hour);
      expect(await house.sessions.find(first.token)).toBeNull();
      expect(house.recorded).toMatchObject([{ reason: "sealing.does_not_open" }]);
    });

    test("goes with the session, however that ends", async () => {
      const [one, two, three] = [await signIn(), await signIn(), await signIn()];
      await house.sessions.end(one.token);
      await house.sessions.endThose({ id: two.id });
      expect([await row(one.id), await row(two.id)]).toEqual([undefined, undefined]);
      expect(await row(three.id)).toBeDefined();
      clock.advance(30 * 24 * hour);
      await house.sessions.open({ userId: ada.id, instanceId });
      expect(await row(three.id)).toBeUndefined();
    });
  });

  describe("beside other processes", () => {
    test("two rounds at the same time ask once", async () => {
      await signIn();
      const other = process(await opened.beside());
      clock.advance(hour);
      await Promise.all([house.rechecks.round(), other.rechecks.round()]);
      expect(asked).toHaveLength(1);
    });

    test("what another ends is out here within a second", async () => {
      const { token } = await signIn();
      const other = process(await opened.beside());
      let steady = 0;
      const here = createSessions({ database: opened.database, clock, steady: () => steady });
      expect(await here.find(token)).not.toBeNull();
      judge = refuse;
      clock.advance(hour);
      await other.rechecks.round();
      steady = 1_000;
      expect(await here.find(token)).toBeNull();
    });

    test("whoever died at it is followed when its time is over, and not before", async () => {
      const { id, token } = await signIn();
      clock.advance(hour);
      const seen = await row(id);
      await opened.database.kysely
        .updateTable("session_checks")
        .set({
          claimed_until: new Date(clock.now().getTime() + claimSeconds * 1000).toISOString(),
          version: 9,
        })
        .where("id", "=", seen?.id ?? "")
        .execute();
      expect(await house.rechecks.round()).toBe(0);
      clock.advance(claimSeconds);
      expect(await house.rechecks.round()).toBe(1);
      expect(await house.sessions.find(token)).not.toBeNull();
    });

    test("a verdict that comes too late changes nothing", async () => {
      const { id, token } = await signIn();
      const other = process(await opened.beside());
      clock.advance(hour);
      const held = Promise.withResolvers<void>();
      judge = async () => {
        await held.promise;
        return { roles: ["late"], digest };
      };
      const late = house.rechecks.round();
      while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      clock.advance(claimSeconds);
      judge = async () => ({ roles: ["timely"], digest });
      await other.rechecks.round();
      held.resolve();
      await late;
      expect(await other.sessions.find(token)).toMatchObject({ id, roles: ["timely"] });
    });
  });

  test("whoever signs out while Bitbucket is asked is not brought back", async () => {
    const { id, token } = await signIn();
    clock.advance(hour);
    judge = async () => {
      await house.sessions.end(token);
      return { roles: ["member"], digest };
    };
    await house.rechecks.round();
    expect(await house.sessions.find(token)).toBeNull();
    expect(await row(id)).toBeUndefined();
  });

  test("a token that is replaced while Bitbucket is asked has the roles of today, and so has the former one", async () => {
    const { token } = await signIn();
    clock.advance(hour);
    let next: string | null = null;
    judge = async () => {
      next = await house.sessions.rotate(token);
      return { roles: ["admin"], digest };
    };
    await house.rechecks.round();
    for (const each of [token, next ?? ""])
      expect(await house.sessions.find(each)).toMatchObject({ roles: ["admin"] });
  });

  describe("at the start", () => {
    test("F9: whoever other rules let in is judged before the next answer", async () => {
      const { token } = await signIn();
      expect(await house.sessions.find(token)).not.toBeNull();
      digest = "narrower";
      judge = refuse;
      const next = process(await opened.beside());
      await next.rechecks.start();
      await next.rechecks.close();
      expect(await next.sessions.find(token)).toBeNull();
    });

    test("whoever came before there were rules has to sign in again", async () => {
      isJudged = false;
      const { token } = await signIn();
      isJudged = true;
      const next = process(await opened.beside());
      await next.rechecks.start();
      await next.rechecks.close();
      expect(await next.sessions.find(token)).toBeNull();
      expect(next.recorded).toMatchObject([{ reason: "signin.nothing_to_judge_by" }]);
    });

    test("where there are rules no more, the credential goes and the session stays", async () => {
      const { id, token } = await signIn();
      isJudged = false;
      clock.advance(2 * hour);
      expect(await house.sessions.find(token)).toMatchObject({ id, roles: [] });
      expect(await row(id)).toBeUndefined();
    });
  });

  describe("at once, on somebody's word", () => {
    test("one's, or everybody's, and what came of each is told", async () => {
      const [first, second] = [await signIn({ token: "first" }), await signIn({ token: "second" })];
      expect(await house.rechecks.now({ sessionId: first.id }, "user usr_admin")).toEqual([
        { sessionId: first.id, end: "admitted", reason: null },
      ]);
      expect(house.recorded).toEqual([
        { event: "session.judged", actor: "user usr_admin", facts: { sessions: 1 } },
      ]);
      judge = async (_, { accessToken }) =>
        accessToken.reveal() === "first"
          ? refuse("", { accessToken, kind: "oauth2", login: null })
          : noAnswer("", { accessToken, kind: "oauth2", login: null });
      const told = await house.rechecks.now({ userId: ada.id }, "user usr_admin");
      expect(told).toHaveLength(2);
      expect(told).toContainEqual({ sessionId: first.id, end: "ended", reason: "signin.no_rule" });
      expect(told).toContainEqual({
        sessionId: second.id,
        end: "unanswered",
        reason: "signin.rules_unanswered",
      });
      expect(await house.sessions.find(first.token)).toBeNull();
      expect((await failureOf(house.sessions.find(second.token))).code).toBe("sessions.unjudged");
    });
  });
});
