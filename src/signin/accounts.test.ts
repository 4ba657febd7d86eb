import { beforeEach, describe, expect, test } from "vitest";
import { failureOf } from "../../tests/failure.ts";
import { findAmong, redirectUriAt } from "../../tests/find-among.ts";
import { frozenClock } from "../../tests/frozen-clock.ts";
import { testKeyrings } from "../../tests/keyrings.ts";
import { describeEngines } from "../../tests/storage/engines.ts";
import type { Audit, AuditEvent } from "../audit/audit.ts";
import { randomToken } from "../base/random.ts";
import { Secret } from "../base/secret.ts";
import { cloudInstance } from "../bitbucket/cloud.ts";
import { annotations } from "../catalog/annotations.ts";
import { createCatalog } from "../catalog/catalog.ts";
import { createHandshakes } from "../handshake/handshake.ts";
import { createSessions } from "../sessions/sessions.ts";
import type { Database } from "../storage/database.ts";
import { createAccounts } from "./accounts.ts";
import type { SigninPolicy } from "./policy.ts";
import { createSignin } from "./signin.ts";

const instances = ["bitbucket", "second"].map((id) =>
  cloudInstance({ id, clientId: "key", clientSecret: "secret" }),
);
const clock = frozenClock();

/** Everything over this database; the access token says whose it is: `7_ada` is number 7, with the user name ada. */
function build(database: Database, policies: ReadonlyMap<string, SigninPolicy> = new Map()) {
  const recorded: AuditEvent[] = [];
  const audit: Pick<Audit, "transaction"> = {
    async transaction(work) {
      const entries: AuditEvent[] = [];
      const result = await database.transaction((db) => {
        entries.length = 0;
        return work(db, async (event) => void entries.push(event));
      });
      recorded.push(...entries.filter(({ event }) => event.startsWith("identity.")));
      return result;
    },
  };
  let held: Promise<void> | undefined;
  /** Bitbucket answers nothing until the function that this gives is called. */
  const hold = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    held = promise;
    return resolve;
  };
  const catalog = createCatalog(
    ["ada", "bea"].map((name) => ({
      ref: `user:default/${name}`,
      annotations: { [annotations.username]: name },
      place: "org.yaml",
    })),
  );
  const sessions = createSessions({ database, clock });
  const world = {
    database,
    audit,
    clock,
    sessions,
    instances: findAmong(() => instances),
    admission: {
      policy: (id: string) => policies.get(id) ?? ({ kind: "first-sign-in" } as const),
      catalog: async () => catalog,
    },
    fetch: async (url: string, init?: { readonly headers?: HeadersInit }) => {
      await held;
      const [, id, username] =
        /Bearer (\S+)_(\S+)/.exec(new Headers(init?.headers).get("authorization") ?? "") ?? [];
      return Response.json(
        url.endsWith("/user")
          ? { type: "user", uuid: id, username, display_name: "Somebody" }
          : { values: [] },
      );
    },
  };
  const handshakes = createHandshakes({
    ...world,
    keyrings: testKeyrings(database, clock),
    redirectUri: redirectUriAt("https://app.example"),
    baseUrl: "https://app.example",
  });
  const accounts = createAccounts({ ...world, handshakes });
  const signin = createSignin(world);
  const arrived = (person: string, instanceId = "bitbucket") => ({
    instanceId,
    tokens: { accessToken: new Secret(person) },
  });
  return {
    database,
    recorded,
    sessions,
    handshakes,
    accounts,
    signIn: (person: string, instanceId?: string) => signin.signIn(arrived(person, instanceId)),
    async link(userId: string, person: string, instanceId?: string) {
      const [session] = await sessions.list({ userId });
      return accounts.link({ userId, sessionId: session?.id ?? "none", ...arrived(person, instanceId) });
    },
    arrived,
    hold,
    ids: async (userId: string) =>
      (await accounts.list(userId)).map(({ instanceId, id }) => `${instanceId} ${id}`),
  };
}

describeEngines("accounts", (open) => {
  let house: ReturnType<typeof build>;
  beforeEach(async () => {
    house = build((await open()).database);
  });

  describe("linking", () => {
    test("a person signs in as the same user with either", async () => {
      const { userId } = await house.signIn("1_ada");
      expect(await house.link(userId, "7_countess", "second")).toBe(true);
      expect(await house.signIn("7_countess", "second")).toMatchObject({ userId, isNew: false });
      expect(await house.signIn("1_ada")).toMatchObject({ userId, isNew: false });
      expect(await house.accounts.list(userId)).toEqual([
        {
          instanceId: "bitbucket",
          id: "1",
          accountId: null,
          username: "ada",
          displayName: "Somebody",
          linkedAt: clock.now(),
          isWayIn: true,
        },
        {
          instanceId: "second",
          id: "7",
          accountId: null,
          username: "countess",
          displayName: "Somebody",
          linkedAt: clock.now(),
          isWayIn: true,
        },
      ]);
      expect(house.recorded).toEqual([
        {
          event: "identity.linked",
          actor: `user ${userId}`,
          facts: { instance: "second", subject: "7", by: "the person" },
        },
      ]);
    });

    test("what is linked already stays, and is no news", async () => {
      const { userId } = await house.signIn("1_ada");
      expect(await house.link(userId, "1_ada")).toBe(false);
      expect(await house.ids(userId)).toEqual(["bitbucket 1"]);
      expect(house.recorded).toEqual([]);
    });

    test("E11: one that is another's is refused in words that fit anybody, and nothing changes", async () => {
      const [ada, bea] = [await house.signIn("1_ada"), await house.signIn("2_bea")];
      const failure = await failureOf(house.link(bea.userId, "1_ada"));
      expect(failure.code).toBe("signin.linked_elsewhere");
      for (const word of [ada.userId, "ada", "Somebody"])
        expect(JSON.stringify([failure.message, failure.cure, failure.data, failure.detail])).not.toContain(
          word,
        );
      expect([await house.ids(ada.userId), await house.ids(bea.userId)]).toEqual([
        ["bitbucket 1"],
        ["bitbucket 2"],
      ]);
    });

    test("E11: of two users who link the same one at the same moment, one gets it", async () => {
      const [ada, bea] = [await house.signIn("1_ada"), await house.signIn("2_bea")];
      const ends = await Promise.allSettled([
        house.link(ada.userId, "9_eve", "second"),
        house.link(bea.userId, "9_eve", "second"),
      ]);
      expect(ends.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
      const both = [...(await house.ids(ada.userId)), ...(await house.ids(bea.userId))];
      expect(both.filter((each) => each === "second 9")).toHaveLength(1);
    });

    test("E13: a link whose session ends while Bitbucket is asked links nothing", async () => {
      const ada = await house.signIn("1_ada");
      const other = await house.signIn("1_ada");
      const mine = await house.sessions.find(ada.sessionToken);
      const endings = [
        () => house.sessions.end(ada.sessionToken),
        () => house.sessions.endThose({ userId: ada.userId }),
      ];
      for (const end of endings) {
        const answer = house.hold();
        const order = { userId: ada.userId, sessionId: mine?.id ?? "", ...house.arrived("9_eve", "second") };
        const linking = failureOf(house.accounts.link(order));
        await end();
        answer();
        expect((await linking).code).toBe("signin.session_ended");
        expect(await house.ids(ada.userId)).toEqual(["bitbucket 1"]);
      }
      const elses = { userId: "usr_1", sessionId: mine?.id ?? "", ...house.arrived("9_eve", "second") };
      expect((await failureOf(house.accounts.link(elses))).code).toBe("signin.session_ended");
      expect(await house.sessions.find(other.sessionToken)).toBeNull();
      expect(house.recorded).toEqual([]);
    });

    test("a session that gets a new token meanwhile is the same one", async () => {
      const ada = await house.signIn("1_ada");
      const [session] = await house.sessions.list({ userId: ada.userId });
      const answer = house.hold();
      const order = { userId: ada.userId, sessionId: session?.id ?? "", ...house.arrived("7_ada", "second") };
      const linking = house.accounts.link(order);
      await house.sessions.rotate(ada.sessionToken);
      answer();
      expect(await linking).toBe(true);
    });

    test("E4: linking one with a recycled user name is told too", async () => {
      const [ada, bea] = [await house.signIn("1_ada"), await house.signIn("2_bea")];
      await house.link(bea.userId, "3_ada");
      expect(house.recorded.map(({ event, facts }) => [event, facts?.user ?? null])).toEqual([
        ["identity.linked", null],
        ["identity.name_taken", ada.userId],
      ]);
    });

    test("E12, E13: a trip to link is begun for a user, and ends for that one alone", async () => {
      const [ada, bea] = [await house.signIn("1_ada"), await house.signIn("2_bea")];
      const browserToken = randomToken();
      const start = { userId: ada.userId, instanceId: "second", browserToken, returnTo: "/account" };
      const { location } = await house.accounts.beginLink(start);
      const state = new URL(location).searchParams.get("state") ?? "";
      const callback = new URL(`https://app.example/auth/second/callback?code=c&state=${state}`);
      for (const userId of [bea.userId, undefined]) {
        const arrival = { instanceId: "second", callback, browserToken, userId };
        expect((await failureOf(house.handshakes.complete(arrival))).code).toBe("handshake.other_user");
      }
      const nobody = { ...start, purpose: "link", userId: undefined } as const;
      expect((await failureOf(house.handshakes.begin(nobody))).code).toBe("handshake.other_user");
    });
  });

  describe("unlinking", () => {
    const unlink = async (
      session: { userId: string; sessionToken: string },
      id: string,
      instanceId = "bitbucket",
    ) => {
      const { id: sessionId = "" } = (await house.sessions.find(session.sessionToken)) ?? {};
      return house.accounts.unlink({ userId: session.userId, instanceId, id, sessionId });
    };

    test("E14: the last way in stays", async () => {
      const ada = await house.signIn("1_ada");
      expect((await failureOf(unlink(ada, "1"))).code).toBe("signin.last_way_in");
      await house.link(ada.userId, "7_ada", "second");
      await unlink(ada, "1");
      expect((await failureOf(unlink(ada, "7", "second"))).code).toBe("signin.last_way_in");
      expect(await house.ids(ada.userId)).toEqual(["second 7"]);
    });

    test("E14: of two that are unlinked at the same moment, one stays", async () => {
      const ada = await house.signIn("1_ada");
      await house.link(ada.userId, "7_ada", "second");
      await Promise.allSettled([unlink(ada, "1"), unlink(ada, "7", "second")]);
      expect(await house.ids(ada.userId)).toHaveLength(1);
    });

    test("E14: one that nobody can sign in with is no way in", async () => {
      const closed = build(house.database, new Map([["second", { kind: "nobody" }]]));
      const ada = await house.signIn("1_ada");
      await house.link(ada.userId, "7_ada", "second");
      const order = { userId: ada.userId, instanceId: "bitbucket", id: "1", sessionId: "ses_1" };
      expect((await failureOf(closed.accounts.unlink(order))).code).toBe("signin.last_way_in");
      expect((await closed.accounts.list(ada.userId)).map(({ isWayIn }) => isWayIn)).toEqual([true, false]);
      expect((await failureOf(closed.link(ada.userId, "8_ada", "second"))).code).toBe("signin.no_resolver");
    });

    test("ends the person's other sessions, and what was begun to be linked", async () => {
      const ada = await house.signIn("1_ada");
      await house.link(ada.userId, "7_ada", "second");
      const [elsewhere, bea] = [await house.signIn("7_ada", "second"), await house.signIn("2_bea")];
      const browserToken = randomToken();
      const start = { userId: ada.userId, instanceId: "second", browserToken, returnTo: "/" };
      const { location } = await house.accounts.beginLink(start);
      await unlink(ada, "7", "second");
      const alive = await Promise.all(
        [ada, elsewhere, bea].map(({ sessionToken }) => house.sessions.find(sessionToken)),
      );
      expect(alive.map((session) => session !== null)).toEqual([true, false, true]);
      const callback = new URL("https://app.example/auth/second/callback");
      callback.search = new URLSearchParams({
        code: "c",
        state: new URL(location).searchParams.get("state") ?? "",
      }).toString();
      const arrival = { instanceId: "second", callback, browserToken, userId: ada.userId };
      expect((await failureOf(house.handshakes.complete(arrival))).code).toBe("handshake.unknown");
      expect(house.recorded.at(-1)).toEqual({
        event: "identity.unlinked",
        actor: `user ${ada.userId}`,
        facts: { instance: "second", subject: "7", sessions: 1 },
      });
      expect((await house.signIn("7_ada", "second")).isNew).toBe(true);
    });

    test("another's, and one that nobody has, are the same nothing", async () => {
      const [ada] = [await house.signIn("1_ada"), await house.signIn("2_bea")];
      for (const id of ["2", "3", "__proto__", "'; drop table identities"]) {
        const failure = await failureOf(unlink(ada, id));
        expect([failure.code, failure.detail]).toEqual(["signin.not_linked", undefined]);
      }
    });
  });

  test("where a catalog decides, both accounts have to be the same user of it", async () => {
    const byName: SigninPolicy = {
      kind: "resolvers",
      resolvers: [{ resolver: "usernameMatchingUserEntityAnnotation" }],
    };
    const strict = build(
      house.database,
      new Map([
        ["bitbucket", byName],
        ["second", byName],
      ]),
    );
    const ada = await strict.signIn("1_ada");
    expect((await failureOf(strict.link(ada.userId, "7_bea", "second"))).code).toBe("signin.other_entity");
    expect((await failureOf(strict.link(ada.userId, "8_eve", "second"))).code).toBe("signin.no_entity");
    expect(await strict.link(ada.userId, "9_ada", "second")).toBe(true);
  });
});
