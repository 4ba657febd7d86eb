/** Connections kept alive against the local Bitbucket, which rotates refresh tokens as the real one does. */

import { inspect } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { openDoor } from "../../src/base/http/door.ts";
import { createApi } from "../../src/bitbucket/api/client.ts";
import { currentUser } from "../../src/bitbucket/api/cloud.ts";
import type { EmulatorOptions } from "../../src/emulator/emulator.ts";
import { findConnection } from "../../src/storage/tables/connections.ts";
import type { Vault } from "../../src/vault/vault.ts";
import { failureOf } from "../failure.ts";
import { anyCall } from "../find-among.ts";
import { connect, type House, instanceAt, openHouse, roundTrip } from "./house.ts";

const running: House[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((house) => house.close()));
});

async function open(options: EmulatorOptions = {}) {
  const house = await openHouse(options);
  running.push(house);
  return { house, id: await connect(house) };
}

/** Asks the API who the connection stands for. */
async function ask(house: House, id: string, vault: Vault = house.vault): Promise<unknown> {
  const { emulator, clock } = house;
  const parts = { instance: instanceAt(emulator), fetch: openDoor(), clock };
  const user = await currentUser(createApi({ ...parts, authorize: vault.authorize(id) }));
  return user.username;
}

const refreshes = ({ emulator }: House) =>
  emulator.control.requests().filter(({ grant }) => grant === "refresh_token").length;

const stateOf = async ({ database }: House, id: string) => (await findConnection(database.kysely, id))?.state;

describe("a connection", () => {
  test("S3: is refreshed without the person after its token has expired, once", async () => {
    const { house, id } = await open();
    house.clock.advance(7201);
    expect(await ask(house, id)).toBe("johndoe");
    expect(await ask(house, id)).toBe("johndoe");
    expect(refreshes(house)).toBe(1);
  });

  test("S9: is refreshed once, 60 seconds before its token expires", async () => {
    const { house, id } = await open();
    house.clock.advance(7200 - 60);
    expect(await ask(house, id)).toBe("johndoe");
    await expect.poll(() => refreshes(house)).toBe(1);
    expect(await ask(house, id)).toBe("johndoe");
    expect(refreshes(house)).toBe(1);
    expect(house.emulator.control.requests().some(({ status }) => status === 401)).toBe(false);
  });

  test("lives through twenty rotations where a spent refresh token is worth nothing", async () => {
    const { house, id } = await open({ rules: { refreshReuseSeconds: 0, refreshReuseKillsGrant: true } });
    for (let round = 0; round < 20; round++) {
      house.clock.advance(7201);
      expect(await ask(house, id)).toBe("johndoe");
    }
    expect(refreshes(house)).toBe(20);
  });

  test("H1: serves 200 calls at the moment of expiry by one refresh", async () => {
    const { house, id } = await open({ rules: { refreshReuseSeconds: 0, refreshReuseKillsGrant: true } });
    house.clock.advance(7201);
    const answers = await Promise.all(Array.from({ length: 200 }, () => ask(house, id)));
    expect(new Set(answers)).toEqual(new Set(["johndoe"]));
    expect(refreshes(house)).toBe(1);
  });

  test("G13, S20: revoked at Bitbucket is to be reconnected, and works again after a new grant", async () => {
    const { house, id } = await open();
    house.emulator.control.revoke({ username: "johndoe" });
    expect((await failureOf(ask(house, id))).code).toBe("vault.suspect");
    expect((await failureOf(ask(house, id))).code).toBe("vault.suspect");
    expect(refreshes(house)).toBe(1);
    house.clock.advance(360);
    expect((await failureOf(ask(house, id))).code).toBe("vault.reconnect");
    expect((await failureOf(ask(house, id))).code).toBe("vault.reconnect");
    expect(await stateOf(house, id)).toBe("reconnect");
    expect(refreshes(house)).toBe(2);
    const { tokens } = await roundTrip(house, { scopes: ["repository", "account"] });
    await house.vault.keep(id, tokens);
    expect(await ask(house, id)).toBe("johndoe");
    expect(await stateOf(house, id)).toBe("active");
  });

  test("H9: left alone for more than three months is to be reconnected, not an endless loop", async () => {
    const { house, id } = await open();
    house.clock.advance(91 * 86_400);
    expect((await failureOf(ask(house, id))).code).toBe("vault.suspect");
    house.clock.advance(360);
    expect((await failureOf(ask(house, id))).code).toBe("vault.reconnect");
    house.clock.advance(86_400);
    expect((await failureOf(ask(house, id))).code).toBe("vault.reconnect");
    expect(refreshes(house)).toBe(2);
  });

  test("H3: recovers inside Bitbucket's minutes of grace when the answer with the rotated token is lost", async () => {
    const { house, id } = await open();
    house.clock.advance(7201);
    house.emulator.control.addFault({ path: "/site/oauth2/access_token", kind: "cut", afterWork: true });
    expect((await failureOf(ask(house, id))).code).toBe("http.unreachable");
    expect(await stateOf(house, id)).toBe("active");
    house.clock.advance(15);
    expect(await ask(house, id, house.vaultBeside())).toBe("johndoe");
  });

  test("H5: keeps its good token while Bitbucket's token endpoint is down, and refreshes when it is back", async () => {
    const { house, id } = await open();
    house.emulator.control.addFault({
      path: "/site/oauth2/access_token",
      kind: "status",
      status: 503,
      count: 0,
    });
    house.clock.advance(7000);
    expect(await ask(house, id)).toBe("johndoe");
    house.clock.advance(201);
    expect((await failureOf(ask(house, id))).code).toBe("bitbucket.unavailable");
    expect(await stateOf(house, id)).toBe("active");
    house.emulator.control.clearFaults();
    house.clock.advance(60);
    expect(await ask(house, id)).toBe("johndoe");
  });

  test("sits out a lock-out of the whole client: suspect first, active again afterwards", async () => {
    const { house, id } = await open({ rules: { refreshReuseSeconds: 0, clientLockoutSeconds: 60 } });
    const [consumer] = house.emulator.consumers;
    const { tokens } = await roundTrip(house);
    const spend = () =>
      fetch(instanceAt(house.emulator).urls.token, {
        method: "POST",
        headers: { authorization: `Basic ${btoa(`${consumer?.key}:${consumer?.secret}`)}` },
        body: new URLSearchParams({
          grant_type: "refresh_token",
          refresh_token: tokens.refreshToken?.reveal() ?? "",
        }),
      });
    expect([(await spend()).status, (await spend()).status]).toEqual([200, 400]);
    house.clock.advance(7000 - 60);
    await spend();
    expect(await ask(house, id)).toBe("johndoe");
    await expect.poll(() => stateOf(house, id)).toBe("suspect");
    house.clock.advance(360);
    expect(await ask(house, id)).toBe("johndoe");
    expect(await stateOf(house, id)).toBe("active");
  });

  test("H13: disconnected has nothing left to hand out", async () => {
    const { house, id } = await open();
    await house.vault.forget(id);
    expect((await failureOf(ask(house, id))).code).toBe("vault.disconnected");
  });

  test("S8: leaves none of Bitbucket's tokens in the database, the log or a failure", async () => {
    const { house, id } = await open();
    const issued = new Set<string>();
    const note = async () => {
      const header = await house.vault.authorize(id)(anyCall);
      issued.add(header.reveal().replace("Bearer ", ""));
    };
    await note();
    for (const seconds of [7201, 7201]) {
      house.clock.advance(seconds);
      await note();
    }
    house.emulator.control.revoke({ username: "johndoe" });
    const failure = await failureOf(ask(house, id));
    const printed = inspect([failure, house.logged, house.vault], { depth: 12, showHidden: true });
    const [bytes, secret] = [await house.bytes(), house.emulator.consumers[0]?.secret ?? "none"];
    expect(issued.size).toBe(3);
    for (const token of [...issued, secret]) {
      expect(bytes.includes(token) || bytes.includes(token.slice(0, 64))).toBe(false);
      expect(printed).not.toContain(token.slice(0, 32));
    }
  });
});
