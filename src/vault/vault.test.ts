import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failureOf } from "../../tests/failure.ts";
import { anyCall } from "../../tests/find-among.ts";
import { openVaultRig, type VaultRig } from "../../tests/vault/rig.ts";
import { Secret } from "../base/secret.ts";
import { refreshMarginSeconds } from "./vault.ts";

let rig: VaultRig;

beforeEach(async () => {
  rig = await openVaultRig();
});
afterEach(() => rig.close());

describe("handing out", () => {
  test("gives the token that is kept, without asking Bitbucket, while it is good", async () => {
    expect(await rig.call()).toBe("Bearer access-0");
    rig.clock.advance(7200 - refreshMarginSeconds - 1);
    expect(await rig.call()).toBe("Bearer access-0");
    expect(rig.endpoint.presented).toEqual([]);
  });

  test("S9: renews inside the stated margin, before the token ends", async () => {
    rig.clock.advance(7200 - refreshMarginSeconds);
    expect(await rig.call()).toBe("Bearer access-0");
    await rig.callsUntil("Bearer access-1");
    expect(rig.endpoint.presented).toEqual(["refresh-0"]);
    expect(refreshMarginSeconds).toBe(300);
  });

  test("S3: renews without the person after the token has ended, once, again and again", async () => {
    for (const number of [1, 2, 3]) {
      rig.clock.advance(7200);
      expect(await rig.call()).toBe(`Bearer access-${number}`);
      expect(await rig.call()).toBe(`Bearer access-${number}`);
    }
    expect(rig.endpoint.presented).toEqual(["refresh-0", "refresh-1", "refresh-2"]);
  });

  test("H1: a thousand callers at the moment of expiry are served by one refresh", async () => {
    rig.clock.advance(7200);
    const headers = await Promise.all(Array.from({ length: 1000 }, () => rig.call()));
    expect(new Set(headers)).toEqual(new Set(["Bearer access-1"]));
    expect(rig.endpoint.presented).toEqual(["refresh-0"]);
  });

  test("a token that lives for less than the margin is not renewed at every call", async () => {
    await rig.vault.keep("con_1", rig.granted("short", 100));
    expect(await rig.call()).toBe("Bearer access-short");
    rig.clock.advance(49);
    expect(await rig.call()).toBe("Bearer access-short");
    expect(rig.endpoint.presented).toEqual([]);
    rig.endpoint.working.add("refresh-short");
    rig.clock.advance(1);
    await rig.callsUntil("Bearer access-1");
  });

  test("a token whose end Bitbucket did not say is renewed when it is rejected", async () => {
    await rig.vault.keep("con_1", { ...rig.granted("0", null) });
    rig.clock.advance(30_000);
    expect(await rig.call()).toBe("Bearer access-0");
    expect(await rig.call("access-0")).toBe("Bearer access-1");
  });

  test("after a 401 a newer token is handed out if there is one, else one refresh is made", async () => {
    expect(await rig.call("access-older")).toBe("Bearer access-0");
    expect(rig.endpoint.presented).toEqual([]);
    const headers = await Promise.all(Array.from({ length: 8 }, () => rig.call("access-0")));
    expect(new Set(headers)).toEqual(new Set(["Bearer access-1"]));
    expect(await rig.call("access-0")).toBe("Bearer access-1");
    expect(rig.endpoint.presented).toEqual(["refresh-0"]);
  });

  test("H7: an answer without a refresh token keeps the old one", async () => {
    rig.endpoint.answer = () =>
      Response.json({ access_token: "access-x", token_type: "bearer", expires_in: 7200 });
    rig.clock.advance(7200);
    expect(await rig.call()).toBe("Bearer access-x");
    rig.endpoint.answer = null;
    rig.clock.advance(7200);
    expect(await rig.call()).toBe("Bearer access-1");
    expect(rig.endpoint.presented).toEqual(["refresh-0", "refresh-0"]);
  });

  test("H12: tokens of 8 KB with every printable character come out as they went in", async () => {
    const every = Array.from({ length: 94 }, (_, place) => String.fromCharCode(33 + place)).join("");
    const long = every.repeat(90).slice(0, 8192);
    await rig.vault.keep("con_1", { ...rig.granted("0"), accessToken: new Secret(long) });
    expect(await rig.call(undefined, rig.anotherVault())).toBe(`Bearer ${long}`);
  });
});

describe("forgetting", () => {
  test("leaves nothing to hand out, also to who was in the middle of a refresh", async () => {
    rig.clock.advance(7200);
    rig.endpoint.answer = async () => {
      await rig.vault.forget("con_1");
      return rig.endpoint.regularAnswer("refresh-0");
    };
    expect((await failureOf(rig.call())).code).toBe("vault.disconnected");
    expect((await failureOf(rig.call())).code).toBe("vault.disconnected");
    expect(await rig.database.kysely.selectFrom("connection_secrets").selectAll().execute()).toEqual([]);
  });

  test("of a connection that never was is said in the same words", async () => {
    expect((await failureOf(rig.vault.authorize("con_none")(anyCall))).code).toBe("vault.disconnected");
    expect((await failureOf(rig.vault.keep("con_none", rig.granted("x")))).code).toBe("vault.disconnected");
  });
});
