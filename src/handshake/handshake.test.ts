import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failureOf } from "../../tests/failure.ts";
import { findAmong, redirectUriAt } from "../../tests/find-among.ts";
import { frozenClock } from "../../tests/frozen-clock.ts";
import { testKeyrings } from "../../tests/keyrings.ts";
import type { ShiftableClock } from "../base/clock.ts";
import { randomToken } from "../base/random.ts";
import { cloudInstance } from "../bitbucket/cloud.ts";
import { type Database, openDatabase } from "../storage/database.ts";
import { createHandshakes, type Handshakes } from "./handshake.ts";

const [browser, otherBrowser] = [randomToken(), randomToken()];
const bitbucket = cloudInstance({ clientId: "key", clientSecret: "consumer-secret" });
const second = cloudInstance({
  id: "second",
  clientId: "key2",
  clientSecret: "consumer-secret-2",
  urls: { authorize: "https://second.example/authorize", token: "https://second.example/token" },
});

let clock: ShiftableClock;
let database: Database;
let handshakes: Handshakes;
/** What reached the token endpoint: URL and form. */
let calls: { url: string; form: URLSearchParams }[];
/** What the token endpoint says was granted. */
let granted: string | undefined;

beforeEach(async () => {
  clock = frozenClock();
  database = await openDatabase(":memory:", { clock });
  calls = [];
  granted = "account email";
  handshakes = createHandshakes({
    database,
    clock,
    keyrings: testKeyrings(database, clock),
    instances: findAmong(() => [bitbucket, second]),
    redirectUri: redirectUriAt("https://app.example"),
    baseUrl: "https://app.example",
    fetch: async (url, init) => {
      calls.push({ url, form: new URLSearchParams(String(init?.body)) });
      return Response.json({
        access_token: "granted-access",
        refresh_token: "granted-refresh",
        token_type: "bearer",
        expires_in: 7200,
        scope: granted,
      });
    },
  });
});
afterEach(() => database.close());

async function begin(options: Partial<Parameters<Handshakes["begin"]>[0]> = {}) {
  const { location } = await handshakes.begin({
    instanceId: "bitbucket",
    purpose: "sign-in",
    returnTo: "/projects",
    browserToken: browser,
    ...options,
  });
  const url = new URL(location);
  return { url, state: url.searchParams.get("state") ?? "" };
}

function arrive(state: string, options: Partial<Parameters<Handshakes["complete"]>[0]> = {}) {
  const callback = new URL("https://app.example/auth/bitbucket/callback");
  callback.search = new URLSearchParams({ code: "the-code", state }).toString();
  return handshakes.complete({ instanceId: "bitbucket", callback, browserToken: browser, ...options });
}

const openCount = async () => (await database.kysely.selectFrom("handshakes").selectAll().execute()).length;

async function addUser(id: string) {
  const now = clock.now().toISOString();
  const row = { id, display_name: id, email: null, email_verified: 0, avatar_url: null };
  await database.kysely
    .insertInto("users")
    .values({ ...row, created_at: now, last_signed_in_at: now })
    .execute();
}

describe("on the way there", () => {
  test("the address asks for a code with state, S256 challenge and the redirect URI of the configuration", async () => {
    const { url, state } = await begin();
    expect(url.origin + url.pathname).toBe("https://bitbucket.org/site/oauth2/authorize");
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: "code",
      client_id: "key",
      redirect_uri: "https://app.example/auth/bitbucket/callback",
      scope: "account email",
      code_challenge_method: "S256",
    });
    expect(state).toMatch(/^[\w-]{43}$/);
  });

  test("neither state nor verifier nor browser token lies open in the database", async () => {
    const { state } = await begin();
    await arrive(state, { browserToken: otherBrowser }).catch(() => null);
    const rows = JSON.stringify(await database.kysely.selectFrom("handshakes").selectAll().execute());
    await arrive(state);
    for (const secret of [state, browser, calls[0]?.form.get("code_verifier") ?? "missing"]) {
      expect(rows).not.toContain(secret);
    }
  });

  test("A8: 200 trips have 200 states, verifiers and challenges", async () => {
    const seen = new Set<string | null>();
    for (let count = 0; count < 200; count++) {
      const { url } = await begin();
      for (const name of ["state", "code_challenge"]) seen.add(url.searchParams.get(name));
    }
    expect(seen.size).toBe(400);
  });

  test("A6: ten tabs of a browser may be open and end in any order, the eleventh evicts the oldest", async () => {
    const others = await begin({ browserToken: otherBrowser });
    const tabs = [];
    for (let count = 0; count < 11; count++) {
      tabs.push(await begin());
      clock.advance(1);
    }
    const [oldest, ...kept] = tabs;
    expect((await failureOf(arrive(oldest?.state ?? ""))).code).toBe("handshake.unknown");
    for (const { state } of kept.reverse())
      expect(await arrive(state)).toMatchObject({ returnTo: "/projects" });
    await arrive(others.state, { browserToken: otherBrowser });
    expect(calls).toHaveLength(11);
  });

  test("A3: an instance that is not set up is refused, whatever its name", async () => {
    for (const instanceId of ["nowhere", "../bitbucket", "__proto__", "constructor", "toString", ""]) {
      expect((await failureOf(begin({ instanceId }))).code).toBe("instances.unknown");
    }
    expect(await openCount()).toBe(0);
  });

  test("nobody's connection is not begun", async () => {
    expect((await failureOf(begin({ purpose: "connect" }))).code).toBe("handshake.other_user");
  });

  test("trips nobody came back from are swept away", async () => {
    await begin();
    clock.advance(601);
    await begin({ browserToken: otherBrowser });
    expect(await openCount()).toBe(1);
  });
});

describe("on the way back", () => {
  test("code, verifier and redirect URI are exchanged once, and what was begun comes back", async () => {
    await addUser("usr_ada");
    const { url, state } = await begin({
      purpose: "connect",
      userId: "usr_ada",
      scopes: ["repository", "account"],
    });
    expect(url.searchParams.get("scope")).toBe("repository account");
    const result = await arrive(state, { userId: "usr_ada" });
    expect(result).toMatchObject({
      purpose: "connect",
      instanceId: "bitbucket",
      returnTo: "/projects",
      userId: "usr_ada",
      projectId: null,
      connectionId: null,
    });
    expect(result.tokens.accessToken.reveal()).toBe("granted-access");
    const [call] = calls;
    expect(call?.url).toBe("https://bitbucket.org/site/oauth2/access_token");
    expect(call?.form.get("code")).toBe("the-code");
    expect(call?.form.get("redirect_uri")).toBe("https://app.example/auth/bitbucket/callback");
    const verifier = new TextEncoder().encode(call?.form.get("code_verifier") ?? "");
    const challenge = Buffer.from(await crypto.subtle.digest("SHA-256", verifier)).toString("base64url");
    expect(challenge).toBe(url.searchParams.get("code_challenge"));
  });

  test("what was granted is what Bitbucket says, or what was asked for when it says nothing", async () => {
    granted = "account";
    expect((await arrive((await begin()).state)).tokens.scopes).toEqual(["account"]);
    granted = undefined;
    expect((await arrive((await begin()).state)).tokens.scopes).toEqual(["account", "email"]);
    const { state } = await begin({ scopes: ["repository"] });
    expect((await arrive(state)).tokens.scopes).toEqual(["repository"]);
  });

  test("C1, C2, C4: another browser, or one without our cookie, is refused; the victim's own trip still works", async () => {
    const [attackers, victims] = [await begin({ browserToken: otherBrowser }), await begin()];
    for (const browserToken of [browser, null, "", randomToken()]) {
      expect((await failureOf(arrive(attackers.state, { browserToken }))).code).toBe(
        "handshake.other_browser",
      );
    }
    expect(calls).toEqual([]);
    await arrive(victims.state);
    await arrive(attackers.state, { browserToken: otherBrowser });
  });

  test("C3: a state that is missing, empty or was never ours is refused", async () => {
    await begin();
    for (const state of ["undefined", "null", "0", " ", "x".repeat(65_536), "__proto__", randomToken()]) {
      expect((await failureOf(arrive(state))).code).toBe("handshake.unknown");
    }
    const without = new URL("https://app.example/auth/bitbucket/callback?code=the-code");
    expect((await failureOf(arrive("", { callback: without }))).code).toBe("bitbucket.callback_malformed");
    expect((await failureOf(arrive(""))).code).toBe("bitbucket.callback_malformed");
    expect(calls).toEqual([]);
  });

  test("C5, C6: a callback that comes again, also at the same moment, does not reach Bitbucket", async () => {
    const { state } = await begin();
    const settled = await Promise.allSettled(Array.from({ length: 8 }, () => arrive(state)));
    expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await failureOf(arrive(state))).code).toBe("handshake.unknown");
    expect(calls).toHaveLength(1);
  });

  test("C7: a trip lives ten minutes, and none of them when the clock was set back", async () => {
    const [inTime, late] = [await begin(), await begin()];
    clock.advance(599);
    await arrive(inTime.state);
    clock.advance(1);
    expect((await failureOf(arrive(late.state))).code).toBe("handshake.expired");
    const early = await begin();
    clock.advance(-1);
    expect((await failureOf(arrive(early.state))).code).toBe("handshake.expired");
    expect(calls).toHaveLength(1);
  });

  test("C8: a trip to one instance that comes back for another is refused, and neither is called", async () => {
    const { state } = await begin();
    expect((await failureOf(arrive(state, { instanceId: "second" }))).code).toBe("handshake.other_instance");
    expect(calls).toEqual([]);
    await arrive(state);
    const other = await begin({ instanceId: "second" });
    await arrive(other.state, { instanceId: "second" });
    expect(calls.map(({ url }) => url)).toEqual([bitbucket.urls.token, second.urls.token]);
  });

  test("E13: a connection begun by one user is not finished by another, nor by nobody", async () => {
    await addUser("usr_ada");
    const { state } = await begin({ purpose: "connect", userId: "usr_ada" });
    for (const userId of ["usr_bea", undefined, ""]) {
      expect((await failureOf(arrive(state, { userId }))).code).toBe("handshake.other_user");
    }
    expect(calls).toEqual([]);
    await arrive(state, { userId: "usr_ada" });
  });

  test("C14: repeated parameters are refused and leave the trip alone", async () => {
    const { state } = await begin();
    for (const query of [`code=a&code=b&state=${state}`, `code=a&state=${state}&state=${state}`]) {
      const callback = new URL(`https://app.example/auth/bitbucket/callback?${query}`);
      expect((await failureOf(arrive(state, { callback }))).code).toBe("bitbucket.callback_malformed");
    }
    await arrive(state);
  });

  test("C15: a no from Bitbucket ends the trip, says where the person came from, and calls nobody", async () => {
    const { state } = await begin({ returnTo: "/projects/prj_1" });
    const callback = new URL("https://app.example/auth/bitbucket/callback");
    callback.search = new URLSearchParams({ error: "access_denied", state }).toString();
    const failure = await failureOf(arrive(state, { callback }));
    expect(failure.code).toBe("bitbucket.denied");
    expect(failure.data).toMatchObject({ returnTo: "/projects/prj_1", purpose: "sign-in" });
    expect((await failureOf(arrive(state))).code).toBe("handshake.unknown");
    expect(calls).toEqual([]);
  });

  test("C15: an error with a state that is not ours leaves the real trip alone", async () => {
    const { state } = await begin();
    const callback = new URL("https://app.example/auth/bitbucket/callback?error=access_denied&state=forged");
    expect((await failureOf(arrive(state, { callback }))).code).toBe("handshake.unknown");
    await arrive(state);
  });

  test("B8: a return address belongs to its trip, and one written into the database is checked again", async () => {
    const [one, two] = [await begin({ returnTo: "/one" }), await begin({ returnTo: "/two" })];
    expect((await arrive(two.state)).returnTo).toBe("/two");
    await database.kysely.updateTable("handshakes").set({ return_to: "//evil" }).execute();
    expect((await arrive(one.state)).returnTo).toBe("/");
  });

  test("J1: no failure prints code, state, browser token or consumer secret", async () => {
    const { state } = await begin();
    const failures = [
      await failureOf(arrive(state, { browserToken: otherBrowser })),
      await failureOf(arrive(state, { instanceId: "second" })),
      await failureOf(arrive(`${state}x`)),
    ];
    const printed = inspect([failures, handshakes], { depth: 12, showHidden: true });
    for (const secret of [state, browser, otherBrowser, "the-code", "consumer-secret"])
      expect(printed).not.toContain(secret);
  });
});
