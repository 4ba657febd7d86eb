/** Trips to the local Bitbucket and back. */
import { inspect } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { randomToken } from "../../src/base/random.ts";
import type { EmulatorOptions } from "../../src/emulator/emulator.ts";
import { failureOf } from "../failure.ts";
import { type House, openHouse, roundTrip, travel } from "./house.ts";

const running: House[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((house) => house.close()));
});

async function open(options: EmulatorOptions = {}): Promise<House> {
  const house = await openHouse(options);
  running.push(house);
  return house;
}

const exchanges = ({ emulator }: House) =>
  emulator.control.requests().filter(({ path }) => path === "/site/oauth2/access_token");

async function depart(house: House, browserToken: string, returnTo = "/") {
  const { location } = await house.handshakes.begin({
    instanceId: "bitbucket",
    purpose: "sign-in",
    returnTo,
    browserToken,
  });
  return location;
}

const arrive = (house: House, callback: URL, browserToken: string) =>
  house.handshakes.complete({ instanceId: "bitbucket", callback, browserToken });

describe("a trip", () => {
  test("G6, G19: goes to Bitbucket and back, with a verifier Bitbucket may check", async () => {
    for (const pkceChecked of [false, true]) {
      const house = await open({ rules: { pkceChecked } });
      const result = await roundTrip(house, { returnTo: "/projects?a=b" });
      expect(result).toMatchObject({ purpose: "sign-in", returnTo: "/projects?a=b" });
      expect(result.tokens.scopes).toEqual(["account", "email"]);
      expect(exchanges(house)).toHaveLength(1);
    }
  });

  test("C6, G8: the same callback eight times at once reaches the token endpoint once", async () => {
    const house = await open();
    const browser = randomToken();
    const callback = await travel(await depart(house, browser));
    const settled = await Promise.allSettled(
      Array.from({ length: 8 }, () => arrive(house, callback, browser)),
    );
    expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(exchanges(house)).toHaveLength(1);
  });

  test("C2: an attacker's callback in the victim's browser calls nobody, and the victim goes on undisturbed", async () => {
    const house = await open();
    const [victim, attacker] = [randomToken(), randomToken()];
    const victims = await depart(house, victim, "/mine");
    const attackers = await travel(await depart(house, attacker));
    expect((await failureOf(arrive(house, attackers, victim))).code).toBe("handshake.other_browser");
    expect(exchanges(house)).toHaveLength(0);
    expect((await arrive(house, await travel(victims), victim)).returnTo).toBe("/mine");
  });

  test("a code that Bitbucket finds too old is said to be so, and a new trip works", async () => {
    const house = await open({ rules: { codeLifeSeconds: 10 } });
    const browser = randomToken();
    const callback = await travel(await depart(house, browser));
    house.clock.advance(11);
    expect((await failureOf(arrive(house, callback, browser))).code).toBe("bitbucket.code_refused");
    await roundTrip(house);
  });

  test("a Bitbucket that cannot be reached at the exchange is named, and nothing secret with it", async () => {
    const house = await open();
    const browser = randomToken();
    const callback = await travel(await depart(house, browser, "/projects"));
    house.emulator.control.addFault({ path: "/site/oauth2/access_token", kind: "cut" });
    const failure = await failureOf(arrive(house, callback, browser));
    expect(failure).toMatchObject({ code: "http.unreachable", data: { returnTo: "/projects" } });
    const printed = inspect([failure, house.logged], { depth: 12, showHidden: true });
    const secrets = [callback.searchParams.get("code"), callback.searchParams.get("state"), browser];
    for (const secret of [...secrets, house.emulator.consumers[0]?.secret])
      expect(printed).not.toContain(secret);
  });

  test("S8: neither state, code, verifier nor tokens lie open in the database", async () => {
    const house = await open();
    const browser = randomToken();
    const callback = await travel(await depart(house, browser));
    const before = await house.bytes();
    const { tokens } = await arrive(house, callback, browser);
    const after = await house.bytes();
    for (const secret of [
      callback.searchParams.get("state"),
      callback.searchParams.get("code"),
      browser,
      tokens.accessToken.reveal(),
      tokens.refreshToken?.reveal(),
    ]) {
      expect(secret?.length).toBeGreaterThan(5);
      expect(before.includes(secret ?? "") || after.includes(secret ?? "")).toBe(false);
    }
  });
});
