import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failureOf } from "../../tests/failure.ts";
import { openVaultRig, type VaultRig } from "../../tests/vault/rig.ts";

let rig: VaultRig;

beforeEach(async () => {
  rig = await openVaultRig();
});
afterEach(() => rig.close());

const order = { caller: "key key_1" };
const tokenOf = async (from = rig.vault, minimumSeconds = 0) =>
  (await from.token("con_1", { ...order, minimumSeconds })).accessToken.reveal();

describe("a token in hand", () => {
  test("is the one that is kept, with what it takes to use it", async () => {
    const { accessToken, ...rest } = await rig.vault.token("con_1", order);
    expect(accessToken.reveal()).toBe("access-0");
    expect(rest).toEqual({
      kind: "oauth2",
      login: null,
      gitUser: null,
      expiresAt: new Date("2026-11-20T10:00:00Z"),
    });
    expect(rig.endpoint.presented).toEqual([]);
  });

  test("lives as long as was asked for, or is renewed", async () => {
    rig.clock.advance(3600);
    expect(await tokenOf(rig.vault, 3599)).toBe("access-0");
    expect(await tokenOf(rig.vault, 3600)).toBe("access-1");
    expect(rig.endpoint.presented).toEqual(["refresh-0"]);
  });

  test("that should live longer than Bitbucket's do is refused, without renewing at every call", async () => {
    const failure = await failureOf(tokenOf(rig.vault, 7200));
    expect(failure).toMatchObject({ code: "vault.minimum_too_long", data: { seconds: 7200 } });
    expect(rig.endpoint.presented).toEqual([]);
  });

  test("that should live nearly as long as a fresh one is refused, so that nobody renews at every call", async () => {
    rig.clock.advance(10);
    expect((await failureOf(tokenOf(rig.vault, 7190))).code).toBe("vault.minimum_too_long");
    expect(await tokenOf(rig.vault, 6900)).toBe("access-0");
    expect(rig.endpoint.presented).toEqual([]);
  });

  test("of a connection that cannot be renewed now is handed to who asks for less, and refused to who asks for more", async () => {
    rig.endpoint.answer = () => new Response("oops", { status: 503 });
    rig.clock.advance(3600);
    const [more, less] = await Promise.all([failureOf(tokenOf(rig.vault, 5000)), tokenOf(rig.vault, 100)]);
    expect([more.code, less]).toEqual(["bitbucket.unavailable", "access-0"]);
  });

  test("is renewed when it has ended, once for all who ask", async () => {
    rig.clock.advance(7200);
    const tokens = await Promise.all(Array.from({ length: 500 }, () => tokenOf()));
    expect(new Set(tokens)).toEqual(new Set(["access-1"]));
    expect(rig.endpoint.presented).toEqual(["refresh-0"]);
  });

  test("of a connection that was ended is handed out no more, here at once and elsewhere within a second", async () => {
    const elsewhere = rig.anotherVault();
    expect([await tokenOf(), await tokenOf(elsewhere)]).toEqual(["access-0", "access-0"]);
    await rig.vault.forget("con_1");
    expect((await failureOf(tokenOf())).code).toBe("vault.disconnected");
    await expect
      .poll(
        async () =>
          tokenOf(elsewhere).then(
            () => "a token",
            (error) => error.code,
          ),
        { timeout: 1_500 },
      )
      .toBe("vault.disconnected");
  });

  test("is on record for each who is handed it", async () => {
    await tokenOf();
    await tokenOf();
    await rig.vault.token("con_1", { caller: "key key_2" });
    expect(rig.handedOut).toEqual(["key key_1", "key key_1", "key key_2"]);
  });

  test("is handed to nobody while the record cannot be written", async () => {
    rig.refuseRecord();
    await expect(tokenOf()).rejects.toThrow("no record");
    await expect(rig.call()).rejects.toThrow("no record");
  });
});
