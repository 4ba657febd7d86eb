import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failureOf } from "../../tests/failure.ts";
import { frozenClock } from "../../tests/frozen-clock.ts";
import type { ShiftableClock } from "../base/clock.ts";
import { httpErrors } from "../base/http/errors.ts";
import type { Log } from "../base/log.ts";
import { Secret } from "../base/secret.ts";
import { cloudInstance } from "../bitbucket/cloud.ts";
import { openKeyring } from "../sealing/keyring.ts";
import { type Database, openDatabase } from "../storage/database.ts";
import { findConnection, insertConnection } from "../storage/tables/connections.ts";
import { createVault, refreshMarginSeconds, type Vault } from "./vault.ts";

const bitbucket = cloudInstance({ clientId: "key", clientSecret: "consumer-secret" });
const keyring = openKeyring({ keys: [{ id: "k", key: new Uint8Array(32).fill(9) }] });
const bearerOf = (token: string) => `Bearer ${token}`;

let folder: string;
let path: string;
let clock: ShiftableClock;
let database: Database;
let vault: Vault;
let endpoint: TokenEndpoint;
let logged: unknown[];

/** A token endpoint that rotates strictly: each refresh token works once. */
interface TokenEndpoint {
  /** The refresh tokens presented, in order. */
  readonly presented: string[];
  /** The refresh tokens that work. */
  working: Set<string>;
  issued: number;
  /** In place of the regular answer. */
  answer: ((presented: string) => Response | Promise<Response>) | null;
}

const refusal = () =>
  Response.json(
    { error_description: "Invalid OAuth client credentials", error: "unauthorized_client" },
    { status: 400 },
  );

function issue(): Response {
  const number = ++endpoint.issued;
  endpoint.working.add(`refresh-${number}`);
  return Response.json({
    access_token: `access-${number}`,
    refresh_token: `refresh-${number}`,
    token_type: "bearer",
    expires_in: 7200,
    scope: "account",
  });
}

async function answerToken(_url: string, init?: { body?: unknown }): Promise<Response> {
  const presented = new URLSearchParams(String(init?.body)).get("refresh_token") ?? "";
  endpoint.presented.push(presented);
  await new Promise((resolve) => setTimeout(resolve, 5));
  if (endpoint.answer !== null) return endpoint.answer(presented);
  return endpoint.working.delete(presented) ? issue() : refusal();
}

const log: Log = {
  info: (...event) => void logged.push(event),
  warn: (...event) => void logged.push(event),
  error: (...event) => void logged.push(event),
};

const anotherVault = (over: Database = database) =>
  createVault({
    database: over,
    keyring,
    clock,
    log,
    fetch: answerToken,
    instances: (id) => (id === "bitbucket" ? bitbucket : undefined),
  });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "windlass-vault-"));
  path = join(folder, "windlass.db");
  clock = frozenClock();
  database = await openDatabase(path, { clock });
  endpoint = { presented: [], working: new Set(["refresh-0"]), issued: 0, answer: null };
  logged = [];
  vault = anotherVault();
  await addConnections();
  await vault.keep("con_1", granted("0"));
});
afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

async function addConnections() {
  const now = clock.now().toISOString();
  const user = { id: "usr_ada", display_name: "Ada", email: null, email_verified: 0, avatar_url: null };
  await database.kysely
    .insertInto("users")
    .values({ ...user, created_at: now, last_signed_in_at: now })
    .execute();
  const project = { id: "prj_1", name: "Shop", made_by: "usr_ada", created_at: now };
  await database.kysely.insertInto("projects").values(project).execute();
  for (const id of ["con_1", "con_2"]) {
    await insertConnection(database.kysely, {
      id,
      project_id: "prj_1",
      instance_id: "bitbucket",
      kind: "oauth2",
      state: "active",
      state_reason: null,
      subject: "a-b",
      account_name: "Ada",
      scopes: "account",
      workspace_slug: null,
      workspace_uuid: null,
      lookback_days: 30,
      created_at: now,
      updated_at: now,
    });
  }
}

function granted(name: string, seconds: number | null = 7200) {
  return {
    accessToken: new Secret(`access-${name}`),
    refreshToken: new Secret(`refresh-${name}`),
    expiresAt: seconds === null ? null : new Date(clock.now().getTime() + seconds * 1000),
  };
}

const call = async (rejected?: string, from: Vault = vault) =>
  (
    await from.authorize("con_1")(rejected === undefined ? undefined : new Secret(bearerOf(rejected)))
  ).reveal();

const stateOf = async () => {
  const row = await findConnection(database.kysely, "con_1");
  return [row?.state, row?.state_reason];
};

describe("handing out", () => {
  test("gives the token that is kept, without asking Bitbucket, while it is good", async () => {
    expect(await call()).toBe("Bearer access-0");
    clock.advance(7200 - refreshMarginSeconds - 1);
    expect(await call()).toBe("Bearer access-0");
    expect(endpoint.presented).toEqual([]);
  });

  test("S9: renews inside the stated margin, before the token ends", async () => {
    clock.advance(7200 - refreshMarginSeconds);
    expect(await call()).toBe("Bearer access-1");
    expect(await call()).toBe("Bearer access-1");
    expect(endpoint.presented).toEqual(["refresh-0"]);
    expect(refreshMarginSeconds).toBe(300);
  });

  test("S3: renews without the person after the token has ended, once, again and again", async () => {
    for (const number of [1, 2, 3]) {
      clock.advance(7200);
      expect(await call()).toBe(`Bearer access-${number}`);
      expect(await call()).toBe(`Bearer access-${number}`);
    }
    expect(endpoint.presented).toEqual(["refresh-0", "refresh-1", "refresh-2"]);
  });

  test("H1: a thousand callers at the moment of expiry are served by one refresh", async () => {
    clock.advance(7200);
    const headers = await Promise.all(Array.from({ length: 1000 }, () => call()));
    expect(new Set(headers)).toEqual(new Set(["Bearer access-1"]));
    expect(endpoint.presented).toEqual(["refresh-0"]);
  });

  test("a token that lives for less than the margin is not renewed at every call", async () => {
    await vault.keep("con_1", granted("short", 100));
    expect(await call()).toBe("Bearer access-short");
    clock.advance(49);
    expect(await call()).toBe("Bearer access-short");
    expect(endpoint.presented).toEqual([]);
    endpoint.working.add("refresh-short");
    clock.advance(1);
    expect(await call()).toBe("Bearer access-1");
  });

  test("a token whose end Bitbucket did not say is renewed when it is rejected", async () => {
    await vault.keep("con_1", { ...granted("0", null) });
    clock.advance(30_000);
    expect(await call()).toBe("Bearer access-0");
    expect(await call("access-0")).toBe("Bearer access-1");
  });

  test("after a 401 a newer token is handed out if there is one, else one refresh is made", async () => {
    expect(await call("access-older")).toBe("Bearer access-0");
    expect(endpoint.presented).toEqual([]);
    const headers = await Promise.all(Array.from({ length: 8 }, () => call("access-0")));
    expect(new Set(headers)).toEqual(new Set(["Bearer access-1"]));
    expect(await call("access-0")).toBe("Bearer access-1");
    expect(endpoint.presented).toEqual(["refresh-0"]);
  });

  test("H7: an answer without a refresh token keeps the old one", async () => {
    endpoint.answer = () =>
      Response.json({ access_token: "access-x", token_type: "bearer", expires_in: 7200 });
    clock.advance(7200);
    expect(await call()).toBe("Bearer access-x");
    endpoint.answer = null;
    clock.advance(7200);
    expect(await call()).toBe("Bearer access-1");
    expect(endpoint.presented).toEqual(["refresh-0", "refresh-0"]);
  });

  test("H12: tokens of 8 KB with every printable character come out as they went in", async () => {
    const every = Array.from({ length: 94 }, (_, place) => String.fromCharCode(33 + place)).join("");
    const long = every.repeat(90).slice(0, 8192);
    await vault.keep("con_1", { ...granted("0"), accessToken: new Secret(long) });
    expect(await call(undefined, anotherVault())).toBe(bearerOf(long));
  });
});

describe("when Bitbucket says no", () => {
  beforeEach(() => endpoint.working.clear());

  test("the connection is to be reconnected, and says so to every caller without asking again", async () => {
    clock.advance(7200);
    const failures = await Promise.all(Array.from({ length: 5 }, () => failureOf(call())));
    for (const failure of failures)
      expect(failure).toMatchObject({ code: "vault.reconnect", reaction: "stale" });
    expect((await failureOf(call())).code).toBe("vault.reconnect");
    expect((await failureOf(call("access-0"))).code).toBe("vault.reconnect");
    expect(await stateOf()).toEqual(["reconnect", "vault.reconnect"]);
    expect(endpoint.presented).toEqual(["refresh-0"]);
  });

  test("revoked at Bitbucket is noticed by the 401, and a new grant makes it work again", async () => {
    expect((await failureOf(call("access-0"))).code).toBe("vault.reconnect");
    expect((await failureOf(call())).code).toBe("vault.reconnect");
    await vault.keep("con_1", granted("anew"));
    expect(await stateOf()).toEqual(["active", null]);
    expect(await call()).toBe("Bearer access-anew");
  });

  test("a token that is still good is handed out on, and the connection is only suspect", async () => {
    clock.advance(7200 - 200);
    expect(await call()).toBe("Bearer access-0");
    expect(await call()).toBe("Bearer access-0");
    expect(await stateOf()).toEqual(["suspect", "vault.reconnect"]);
    expect(endpoint.presented).toEqual(["refresh-0"]);
    endpoint.working.add("refresh-0");
    clock.advance(120);
    expect(await call()).toBe("Bearer access-1");
    expect(await stateOf()).toEqual(["active", null]);
  });

  test("a mistyped consumer secret does not end a connection for good: minutes later it is tried again", async () => {
    clock.advance(7200);
    await failureOf(call());
    endpoint.working.add("refresh-0");
    clock.advance(120);
    expect(await call()).toBe("Bearer access-1");
    expect(await stateOf()).toEqual(["active", null]);
  });

  test("H4: because another process has refreshed already, that one's token is used and nothing is blamed", async () => {
    const other = await openDatabase(path, { clock });
    const otherVault = anotherVault(other);
    clock.advance(7200);
    endpoint.working.add("refresh-0");
    endpoint.answer = async (presented) => {
      endpoint.answer = null;
      expect(await call(undefined, otherVault)).toBe("Bearer access-1");
      return endpoint.working.delete(presented) ? issue() : refusal();
    };
    expect(await call()).toBe("Bearer access-1");
    expect(await stateOf()).toEqual(["active", null]);
    expect(endpoint.presented).toEqual(["refresh-0", "refresh-0"]);
    await other.close();
  });

  test("a connection that was never given a refresh token is to be reconnected once it ends", async () => {
    await vault.keep("con_1", { ...granted("only"), refreshToken: null });
    clock.advance(7100);
    expect(await call()).toBe("Bearer access-only");
    clock.advance(100);
    expect((await failureOf(call())).code).toBe("vault.reconnect");
    expect(endpoint.presented).toEqual([]);
  });
});

describe("when Bitbucket does not answer well", () => {
  const nonsense = {
    "an error of its own": () => new Response("oops", { status: 503 }),
    "too many requests": () => new Response("{}", { status: 429, headers: { "retry-after": "60" } }),
    "a page": () => new Response("<html>", { status: 200, headers: { "content-type": "text/html" } }),
    "no connection": () => Promise.reject(httpErrors.fail("http.unreachable")),
  };

  for (const [kind, answer] of Object.entries(nonsense)) {
    test(`H5: ${kind} neither ends the connection nor takes a good token away`, async () => {
      endpoint.answer = answer;
      clock.advance(7200 - 200);
      expect(await call()).toBe("Bearer access-0");
      expect(await call()).toBe("Bearer access-0");
      expect(endpoint.presented).toHaveLength(1);
      clock.advance(201);
      await expect(call()).rejects.toThrow();
      expect(await stateOf()).toEqual(["active", null]);
      endpoint.answer = null;
      expect(await call()).toBe("Bearer access-1");
    });
  }

  test("a rotated refresh token is saved although the rest of its answer is nonsense", async () => {
    endpoint.answer = () => {
      endpoint.working = new Set(["refresh-next"]);
      return Response.json({ refresh_token: "refresh-next", token_type: "mac", access_token: "a b" });
    };
    clock.advance(7200 - 200);
    expect(await call()).toBe("Bearer access-0");
    endpoint.answer = null;
    clock.advance(201);
    expect(await call(undefined, anotherVault())).toBe("Bearer access-1");
    expect(endpoint.presented).toEqual(["refresh-0", "refresh-next"]);
  });

  test("H6: a slow refresh does not overwrite what a new grant brought meanwhile", async () => {
    clock.advance(7200);
    endpoint.answer = async () => {
      await vault.keep("con_1", granted("anew"));
      return issue();
    };
    expect(await call()).toBe("Bearer access-anew");
    expect(await call(undefined, anotherVault())).toBe("Bearer access-anew");
  });
});

describe("forgetting", () => {
  test("leaves nothing to hand out, also to who was in the middle of a refresh", async () => {
    clock.advance(7200);
    endpoint.answer = async () => {
      await vault.forget("con_1");
      return issue();
    };
    expect((await failureOf(call())).code).toBe("vault.disconnected");
    expect((await failureOf(call())).code).toBe("vault.disconnected");
    expect(await database.kysely.selectFrom("connection_secrets").selectAll().execute()).toEqual([]);
  });

  test("of a connection that never was is said in the same words", async () => {
    expect((await failureOf(vault.authorize("con_none")())).code).toBe("vault.disconnected");
    expect((await failureOf(vault.keep("con_none", granted("x")))).code).toBe("vault.disconnected");
  });
});

describe("secrets", () => {
  test("S8: neither the database file nor its log holds a token, before and after refreshing", async () => {
    clock.advance(7200);
    await call();
    await vault.keep("con_2", granted("second"));
    const bytes = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
    expect(bytes.length).toBeGreaterThanOrEqual(2);
    for (const secret of [
      "access-0",
      "refresh-0",
      "access-1",
      "refresh-1",
      "access-second",
      "refresh-second",
    ]) {
      for (const spelling of [
        secret,
        Buffer.from(secret).toString("base64").replaceAll("=", ""),
        Buffer.from(secret).toString("hex"),
      ]) {
        expect(
          bytes.some((file) => file.includes(spelling)),
          spelling,
        ).toBe(false);
      }
    }
  });

  test("H10: a sealed token copied to another row, column or version does not open", async () => {
    await vault.keep("con_2", granted("second"));
    const rows = await database.kysely.selectFrom("connection_secrets").selectAll().execute();
    const [first, second] = rows;
    const put = (changes: object) =>
      database.kysely
        .updateTable("connection_secrets")
        .set(changes)
        .where("connection_id", "=", "con_1")
        .execute();
    for (const changes of [
      { sealed_access_token: second?.sealed_access_token },
      { sealed_access_token: first?.sealed_refresh_token },
      { version: 7 },
      { sealed_access_token: "access-0" },
    ]) {
      await put(changes);
      expect((await failureOf(call(undefined, anotherVault()))).code).toBe("sealing.does_not_open");
      await put({ ...first });
    }
    expect(await call(undefined, anotherVault())).toBe("Bearer access-0");
  });

  test("J1: neither logs, failures nor the vault itself print a token or the consumer's secret", async () => {
    clock.advance(7200);
    await call();
    endpoint.working.clear();
    const failures = [await failureOf(call("access-1"))];
    endpoint.answer = () =>
      Response.json(
        { error: "invalid_grant", error_description: "refresh-1 consumer-secret" },
        { status: 400 },
      );
    clock.advance(7200);
    failures.push(await failureOf(call()));
    const header = await anotherVault()
      .authorize("con_1")()
      .catch((error: unknown) => error);
    const printed =
      inspect([vault, failures, logged, header], { depth: 12, showHidden: true }) + JSON.stringify(logged);
    for (const secret of ["access-0", "refresh-0", "access-1", "refresh-1", "consumer-secret"]) {
      expect(printed).not.toContain(secret);
    }
    expect(logged.length).toBeGreaterThan(1);
  });
});
