import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failureOf } from "../../tests/failure.ts";
import { openVaultRig, type VaultRig } from "../../tests/vault/rig.ts";
import { httpErrors } from "../base/http/errors.ts";

let rig: VaultRig;

beforeEach(async () => {
  rig = await openVaultRig();
});
afterEach(() => rig.close());

/** The longest time until a suspect connection is looked at again. */
const secondLook = 360;

describe("when Bitbucket says no", () => {
  beforeEach(() => rig.endpoint.working.clear());

  test("in Cloud's doubtful words: suspect, one more look minutes later, then it is to be reconnected, and nobody asks again", async () => {
    rig.clock.advance(7200);
    const failures = await Promise.all(Array.from({ length: 5 }, () => failureOf(rig.call())));
    for (const failure of failures)
      expect(failure).toMatchObject({ code: "vault.suspect", reaction: "unreachable" });
    expect(await rig.state()).toEqual(["suspect", "vault.suspect"]);
    expect(await failureOf(rig.call())).toMatchObject({
      code: "vault.suspect",
      retryAfterSeconds: expect.any(Number),
    });
    expect(rig.endpoint.presented).toEqual(["refresh-0"]);

    rig.clock.advance(secondLook);
    expect(await failureOf(rig.call())).toMatchObject({ code: "vault.reconnect", reaction: "stale" });
    expect(await rig.state()).toEqual(["reconnect", "vault.reconnect"]);
    rig.clock.advance(86_400);
    expect((await failureOf(rig.call())).code).toBe("vault.reconnect");
    expect(rig.endpoint.presented).toEqual(["refresh-0", "refresh-0"]);
  });

  test("in plain words: it is to be reconnected at once", async () => {
    rig.endpoint.answer = () => Response.json({ error: "invalid_grant" }, { status: 400 });
    rig.clock.advance(7200);
    expect((await failureOf(rig.call())).code).toBe("vault.reconnect");
    expect(await rig.state()).toEqual(["reconnect", "vault.reconnect"]);
  });

  test("revoked at Bitbucket is noticed by the 401, and a new grant makes it work again", async () => {
    expect((await failureOf(rig.call("access-0"))).code).toBe("vault.suspect");
    rig.clock.advance(secondLook);
    expect((await failureOf(rig.call("access-0"))).code).toBe("vault.reconnect");
    expect((await failureOf(rig.call())).code).toBe("vault.reconnect");
    await rig.vault.keep("con_1", rig.granted("anew"));
    expect(await rig.state()).toEqual(["active", null]);
    expect(await rig.call()).toBe("Bearer access-anew");
  });

  test("a token that is still good is handed out on, and the connection is only suspect", async () => {
    rig.clock.advance(7200 - 300);
    expect(await rig.call()).toBe("Bearer access-0");
    await expect.poll(() => rig.state()).toEqual(["suspect", "vault.suspect"]);
    expect(await rig.call()).toBe("Bearer access-0");
    expect(rig.endpoint.presented).toEqual(["refresh-0"]);
    rig.endpoint.working.add("refresh-0");
    rig.clock.advance(secondLook);
    await rig.callsUntil("Bearer access-1");
    expect(await rig.state()).toEqual(["active", null]);
  });

  test("H15: a mistyped consumer secret ends no connection, however often it is tried, and all work when it is mended", async () => {
    rig.endpoint.takesSecret = false;
    for (let hour = 2; hour < 8; hour++) {
      rig.clock.advance(7200);
      expect(await failureOf(rig.call())).toMatchObject({
        code: "vault.consumer_refused",
        reaction: "configuration",
      });
    }
    expect(await rig.state()).toEqual(["active", null]);
    rig.endpoint.takesSecret = true;
    rig.endpoint.working.add("refresh-0");
    rig.clock.advance(3600);
    expect(await rig.call()).toBe("Bearer access-1");
  });

  test("H4: because somebody else has newer tokens already, those are used and nothing is blamed", async () => {
    rig.clock.advance(7200);
    rig.endpoint.answer = async (presented: string) => {
      await rig.anotherVault().keep("con_1", rig.granted("sibling"));
      return rig.endpoint.regularAnswer(presented);
    };
    expect(await rig.call()).toBe("Bearer access-sibling");
    expect(await rig.state()).toEqual(["active", null]);
    expect(rig.endpoint.presented).toEqual(["refresh-0"]);
  });

  test("a connection that was never given a refresh token is to be reconnected once it ends", async () => {
    await rig.vault.keep("con_1", { ...rig.granted("only"), refreshToken: null });
    rig.clock.advance(7100);
    expect(await rig.call()).toBe("Bearer access-only");
    rig.clock.advance(100);
    expect((await failureOf(rig.call())).code).toBe("vault.reconnect");
    expect(rig.endpoint.presented).toEqual([]);
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
      rig.endpoint.answer = answer;
      rig.clock.advance(7200 - 300);
      expect(await rig.call()).toBe("Bearer access-0");
      await expect.poll(() => rig.endpoint.presented).toHaveLength(1);
      expect(await rig.call()).toBe("Bearer access-0");
      rig.clock.advance(301);
      await expect(rig.call()).rejects.toThrow();
      expect(await rig.state()).toEqual(["active", null]);
      rig.endpoint.answer = null;
      rig.clock.advance(3600);
      expect(await rig.call()).toBe("Bearer access-1");
    });
  }

  test("H5: a Bitbucket that is down for a day is asked less and less often, and is asked again when it is back", async () => {
    rig.endpoint.answer = () => new Response("oops", { status: 503 });
    rig.clock.advance(7200);
    for (let minute = 0; minute < 24 * 60; minute++) {
      await expect(rig.call()).rejects.toThrow();
      rig.clock.advance(60);
    }
    expect(rig.endpoint.presented.length).toBeGreaterThan(24 * 4);
    expect(rig.endpoint.presented.length).toBeLessThan(24 * 9);
    rig.endpoint.answer = null;
    rig.clock.advance(900);
    expect(await rig.call()).toBe("Bearer access-1");
  });

  test("a rotated refresh token is saved although the rest of its answer is nonsense", async () => {
    rig.endpoint.answer = () => {
      rig.endpoint.working = new Set(["refresh-next"]);
      return Response.json({ refresh_token: "refresh-next", token_type: "mac", access_token: "a b" });
    };
    rig.clock.advance(7200 - 200);
    expect(await rig.call()).toBe("Bearer access-0");
    await expect.poll(() => rig.endpoint.presented).toHaveLength(1);
    expect(await rig.call()).toBe("Bearer access-0");
    expect(await rig.call(undefined, rig.anotherVault())).toBe("Bearer access-0");
    expect(rig.endpoint.presented).toEqual(["refresh-0"]);
    rig.endpoint.answer = null;
    rig.clock.advance(900);
    expect(await rig.call(undefined, rig.anotherVault())).toBe("Bearer access-1");
    expect(rig.endpoint.presented).toEqual(["refresh-0", "refresh-next"]);
  });

  test("what was saved of a broken answer keeps nobody from a token that lives long enough", async () => {
    rig.endpoint.answer = () => {
      rig.endpoint.working = new Set(["refresh-next"]);
      return Response.json({ refresh_token: "refresh-next", token_type: "mac", access_token: "a b" });
    };
    rig.clock.advance(7200 - 200);
    await rig.call();
    await expect.poll(() => rig.endpoint.presented).toHaveLength(1);
    rig.endpoint.answer = null;
    rig.clock.advance(60);
    const { accessToken } = await rig.vault.token("con_1", { caller: "test", minimumSeconds: 600 });
    expect(accessToken.reveal()).toBe("access-1");
  });

  test("H5: after an outage longer than the reuse window the first doubtful word is not the last", async () => {
    rig.endpoint.answer = () => new Response("oops", { status: 503 });
    rig.clock.advance(7200);
    await expect(rig.call()).rejects.toThrow();
    rig.clock.advance(3600);
    rig.endpoint.answer = null;
    rig.endpoint.working.clear();
    expect((await failureOf(rig.call())).code).toBe("vault.suspect");
    rig.endpoint.working.add("refresh-0");
    rig.clock.advance(secondLook);
    expect(await rig.call()).toBe("Bearer access-1");
  });

  test("too many requests are the consumer's: none of its connections asks again before it may", async () => {
    await rig.vault.keep("con_2", rig.granted("other"));
    rig.endpoint.working.add("refresh-other");
    rig.endpoint.answer = () => new Response("{}", { status: 429, headers: { "retry-after": "600" } });
    rig.clock.advance(7200 - 200);
    expect(await rig.call()).toBe("Bearer access-0");
    await expect.poll(() => rig.endpoint.presented).toEqual(["refresh-0"]);
    rig.endpoint.answer = null;
    const other = async (from = rig.vault) =>
      (await from.token("con_2", { caller: "test" })).accessToken.reveal();
    await expect.poll(() => rig.logged.length).toBeGreaterThan(0);
    expect(await other(rig.anotherVault())).toBe("access-other");
    rig.clock.advance(300);
    const told = await failureOf(other());
    expect(told).toMatchObject({ code: "vault.not_renewed", retryAfterSeconds: 300 });
    expect(rig.endpoint.presented).toEqual(["refresh-0"]);
    rig.clock.advance(301);
    expect(await other()).toBe("access-1");
  });

  test("a wait that was asked for counts for an hour at most", async () => {
    rig.endpoint.answer = () => new Response("{}", { status: 429, headers: { "retry-after": "90000" } });
    rig.clock.advance(7200);
    await expect(rig.call()).rejects.toThrow();
    rig.endpoint.answer = null;
    rig.clock.advance(3961);
    expect(await rig.call()).toBe("Bearer access-1");
  });

  test("a pause written by a clock that was a day ahead is not sat out", async () => {
    rig.clock.advance(7200);
    const retry_at = new Date(rig.clock.now().getTime() + 86_400_000).toISOString();
    await rig.database.kysely.updateTable("connection_secrets").set({ retry_at }).execute();
    expect(await rig.call()).toBe("Bearer access-1");
  });

  test("a process that ends begins no renewal", async () => {
    rig.clock.advance(7200);
    await rig.vault.close();
    expect((await failureOf(rig.call())).code).toBe("vault.not_renewed");
    expect(rig.endpoint.presented).toEqual([]);
  });

  test("H6: a slow refresh does not overwrite what a new grant brought meanwhile", async () => {
    rig.clock.advance(7200);
    rig.endpoint.answer = async () => {
      await rig.vault.keep("con_1", rig.granted("anew"));
      return rig.endpoint.regularAnswer("refresh-0");
    };
    expect(await rig.call()).toBe("Bearer access-anew");
    expect(await rig.call(undefined, rig.anotherVault())).toBe("Bearer access-anew");
  });

  test("H6: nor what a person brought who disconnected and connected again meanwhile", async () => {
    const otherProcess = rig.anotherVault();
    expect(await rig.call(undefined, otherProcess)).toBe("Bearer access-0");
    rig.clock.advance(7200);
    rig.endpoint.answer = async () => {
      await rig.vault.forget("con_1");
      await rig.vault.keep("con_1", rig.granted("anew"));
      return rig.endpoint.regularAnswer("refresh-0");
    };
    expect(await rig.call()).toBe("Bearer access-anew");
    expect(await rig.call(undefined, rig.anotherVault())).toBe("Bearer access-anew");
    expect(await rig.call(undefined, otherProcess)).toBe("Bearer access-anew");
    expect(rig.endpoint.presented).toEqual(["refresh-0"]);
  });

  test("a slow refresh keeps nothing for whoever has disconnected meanwhile", async () => {
    rig.clock.advance(7200);
    rig.endpoint.answer = async () => {
      await rig.vault.forget("con_1");
      return rig.endpoint.regularAnswer("refresh-0");
    };
    expect((await failureOf(rig.call())).code).toBe("vault.disconnected");
    expect((await failureOf(rig.call())).code).toBe("vault.disconnected");
  });

  test("H8: tokens that turn out to be another person's suspend the connection, and are handed to nobody", async () => {
    rig.endpoint.owner = "somebody-else";
    rig.clock.advance(7200);
    expect((await failureOf(rig.call())).code).toBe("vault.other_person");
    expect((await failureOf(rig.call(undefined, rig.anotherVault()))).code).toBe("vault.other_person");
    expect(await rig.state()).toEqual(["suspended", "vault.other_person"]);
  });

  test("H8: other scopes than before are noted", async () => {
    rig.endpoint.answer = () =>
      Response.json({
        access_token: "access-x",
        token_type: "bearer",
        expires_in: 7200,
        scope: "email account",
      });
    rig.clock.advance(7200);
    await rig.call();
    const row = await rig.database.kysely
      .selectFrom("connections")
      .select("scopes")
      .where("id", "=", "con_1")
      .executeTakeFirstOrThrow();
    expect(row.scopes).toBe("email account");
  });

  test("H15: a consumer whose secret was changed is an alarm, not the end of its connections", async () => {
    rig.endpoint.answer = () => Response.json({ error: "invalid_client" }, { status: 401 });
    rig.clock.advance(7200);
    expect(await failureOf(rig.call())).toMatchObject({
      code: "bitbucket.credentials_refused",
      reaction: "configuration",
    });
    expect(await rig.state()).toEqual(["active", null]);
  });

  test("H12: tokens of 20,000 characters with every printable character come through whole", async () => {
    const printable = Array.from({ length: 94 }, (_, at) => String.fromCharCode(0x21 + at)).join("");
    const long = (name: string) => name + printable.repeat(213);
    rig.endpoint.answer = () =>
      Response.json({
        access_token: long("a"),
        refresh_token: long("r"),
        token_type: "bearer",
        expires_in: 9,
      });
    rig.clock.advance(7200);
    expect(await rig.call()).toBe(`Bearer ${long("a")}`);
    expect(await rig.call(undefined, rig.anotherVault())).toBe(`Bearer ${long("a")}`);
    rig.endpoint.answer = null;
    rig.endpoint.working.add(long("r"));
    rig.clock.advance(10);
    expect(await rig.call(undefined, rig.anotherVault())).toBe("Bearer access-1");
    expect(rig.endpoint.presented.at(-1)).toBe(long("r"));
  });
});
