/** Cloud locks a whole client out for some minutes after a spent refresh token, and says then of everything what it says of a wrong secret. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { isWindlassError } from "../../../src/base/errors.ts";
import type { Fetch } from "../../../src/base/http/door.ts";
import { cloudInstance } from "../../../src/bitbucket/cloud.ts";
import type { OAuth2Instance } from "../../../src/bitbucket/instance.ts";
import { createVault } from "../../../src/vault/vault.ts";
import { findAmong } from "../../find-among.ts";
import { fetch } from "../../flows/data-center-place.ts";
import { testKeyrings } from "../../keyrings.ts";
import { silentRecord } from "../../silent-record.ts";
import { engines } from "../../storage/engines.ts";
import { openWorld, type World } from "../world/world.ts";

const patience = 60_000;
const lockOutSeconds = 240;
/** The longest time until the second look. */
const secondLook = 361;
const engine = process.env.WINDLASS_TEST_ENGINE === "postgres" ? "postgres" : "sqlite";

function openCloud() {
  return openWorld({
    engine,
    product: "cloud",
    rules: { refreshReuseSeconds: 0, clientLockoutSeconds: lockOutSeconds },
  });
}

/**
 * As the emulator's lock-out, which begins at a spent token only and lets codes through; this one begins at any refusal and
 * refuses the code a probe sends too. Nobody knows how the real one does it.
 */
function stricter({ emulator }: World): Fetch {
  let lockedUntil = 0;
  return async (url, init) => {
    const form = new URLSearchParams(String(init?.body ?? ""));
    const now = () => emulator.clock.now().getTime();
    const isCode = form.get("grant_type") === "authorization_code";
    if (now() < lockedUntil && form.has("grant_type")) return refusal();
    const response = await fetch(url, init);
    if (response.status === 400 && !isCode) lockedUntil = now() + lockOutSeconds * 1000;
    return response;
  };
}

function refusal(): Response {
  const body = { error_description: "Invalid OAuth client credentials", error: "unauthorized_client" };
  return Response.json(body, { status: 400 });
}

const doors: Readonly<Record<string, (world: World) => Fetch>> = {
  "that lets the made-up code through": () => fetch,
  "that refuses the made-up code too": stricter,
};

/** Asks for each; every time as a process that has just started. */
function asker(world: World, door: Fetch) {
  const { clock } = world.emulator;
  return async (ids: readonly string[], instance: OAuth2Instance = world.instance) => {
    const vault = createVault({
      ...silentRecord(world.database),
      database: world.database,
      keyrings: testKeyrings(world.database, clock),
      clock,
      fetch: door,
      instances: findAmong(() => [instance]),
    });
    const answers = ids.map((id) =>
      vault.token(id, { caller: "test" }).then(
        () => "token",
        (error: unknown) => (isWindlassError(error) ? error.code : String(error)),
      ),
    );
    const said = await Promise.all(answers);
    await vault.close();
    return said;
  };
}

const statesOf = (world: World, ids: readonly string[]) => Promise.all(ids.map((id) => world.state(id)));

/** Somebody else uses up the refresh token a connection holds. */
async function spend(world: World, number: number): Promise<void> {
  const { clientId, clientSecret } = world.described;
  const url = "urls" in world.described ? world.described.urls.token : "";
  const refreshToken = world.issued[2 * number + 1]?.reveal() ?? "";
  const response = await globalThis.fetch(url, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: refreshToken }),
  });
  expect(response.status).toBe(200);
}

function wrong({ described }: World): OAuth2Instance {
  const urls = "urls" in described ? described.urls : undefined;
  return cloudInstance({ clientId: described.clientId, clientSecret: "another secret", urls });
}

describe.each(Object.entries(doors))("a lock-out %s", (_, doorOf) => {
  test.each(["spent", "revoked"])(
    "the only connection of a consumer, %s, is to be reconnected when it was refused twice for itself",
    async (what) => {
      const world = await openCloud();
      const ids = await world.connectEnded(1);
      if (what === "spent") await spend(world, 0);
      else world.emulator.control.revoke({ username: "johndoe" });
      const ask = asker(world, doorOf(world));
      await ask(ids);
      expect((await world.state(ids[0] ?? ""))[0]).not.toBe("reconnect");
      world.emulator.clock.advance(60);
      await ask(ids);
      // Where the made-up code is refused as well, the first look says nothing of the connection.
      const looks = doorOf === doors["that refuses the made-up code too"] ? 2 : 1;
      for (let look = 0; look < looks; look++) {
        expect((await world.state(ids[0] ?? ""))[0]).not.toBe("reconnect");
        world.emulator.clock.advance(secondLook);
        await ask(ids);
      }
      expect(await statesOf(world, ids)).toEqual([["reconnect", "vault.reconnect"]]);
    },
    patience,
  );

  test(
    "of five connections the spent one is to be reconnected, and the four others work",
    async () => {
      const world = await openCloud();
      const ids = await world.connectEnded(5);
      await spend(world, 2);
      const ask = asker(world, doorOf(world));
      for (let look = 0; look < 4; look++) {
        await ask(ids);
        world.emulator.clock.advance(secondLook);
      }
      expect(await ask(ids)).toEqual(["token", "token", "vault.reconnect", "token", "token"]);
      const states = await statesOf(world, ids);
      expect(states[2]).toEqual(["reconnect", "vault.reconnect"]);
      expect(states.filter(([state]) => state === "active")).toHaveLength(4);
    },
    patience,
  );

  test.each([1, 5])(
    "H15: a changed consumer secret is an alarm, and %i connections are kept",
    async (count) => {
      const world = await openCloud();
      const ids = await world.connectEnded(count);
      const ask = asker(world, doorOf(world));
      for (let look = 0; look < 6; look++) {
        const said = await ask(ids, wrong(world));
        if (look !== 1) expect(said).toContain("vault.consumer_refused");
        world.emulator.clock.advance(look === 0 ? 60 : 901);
      }
      expect(await statesOf(world, ids)).toEqual(ids.map(() => ["active", null]));
      // What the wrong secret began is over when the right one is given.
      await ask(ids);
      world.emulator.clock.advance(901);
      expect(await ask(ids)).toEqual(ids.map(() => "token"));
    },
    patience,
  );

  test(
    "those whose access is still good are handed it meanwhile",
    async () => {
      const world = await openCloud();
      const [spent = "", alive = ""] = await world.connectEnded(2);
      await spend(world, 0);
      await world.vault.keep(alive, { ...(await world.grant()), expiresAt: in200Seconds(world) });
      const ask = asker(world, doorOf(world));
      await ask([spent]);
      const before = world.refreshes();
      expect(await ask([alive])).toEqual(["token"]);
      expect(world.refreshes()).toBe(before);
      expect(await world.state(alive)).toEqual(["active", null]);
    },
    patience,
  );
});

test(
  "where there is no lock-out, one that was revoked keeps the others for half a minute at most",
  async () => {
    const world = await openWorld({ engine, product: "cloud", rules: { refreshReuseSeconds: 0 } });
    const ids = await world.connectEnded(3);
    await spend(world, 0);
    const ask = asker(world, fetch);
    expect(await ask(ids.slice(0, 1))).toEqual(["vault.suspect"]);
    expect(await ask(ids.slice(1))).toEqual(["vault.not_renewed", "vault.not_renewed"]);
    world.emulator.clock.advance(30);
    expect(await ask(ids.slice(1, 2))).toEqual(["token"]);
    expect(await ask(ids.slice(1))).toEqual(["token", "token"]);
    world.emulator.clock.advance(secondLook);
    expect(await ask(ids)).toEqual(["vault.reconnect", "token", "token"]);
  },
  patience,
);

test(
  "in a lock-out only one goes to see whether it is over, and it costs it nothing",
  async () => {
    const world = await openCloud();
    const ids = await world.connectEnded(4);
    await spend(world, 0);
    const ask = asker(world, fetch);
    await ask(ids.slice(0, 1));
    world.emulator.clock.advance(30);
    const before = world.refreshes();
    expect(await ask(ids.slice(1))).toEqual(Array.from({ length: 3 }, () => "vault.not_renewed"));
    expect(world.refreshes() - before).toBe(1);
    expect(await statesOf(world, ids.slice(1))).toEqual(ids.slice(1).map(() => ["active", null]));
    // Whoever comes after the spent one rests once more: how many those are is the order's doing.
    let said: readonly string[] = [];
    for (let look = 0; look < 4 && said.filter((each) => each === "token").length < 3; look++) {
      world.emulator.clock.advance(secondLook);
      said = await ask(ids);
      expect(await statesOf(world, ids.slice(1))).toEqual(ids.slice(1).map(() => ["active", null]));
    }
    expect(await ask(ids)).toEqual(["vault.reconnect", "token", "token", "token"]);
  },
  patience,
);

test.each([0, 1])(
  "of a backup that is stale in part only the spent ones are to be reconnected (%i failures before)",
  async (failures) => {
    const world = await openCloud();
    const ids = await world.connectEnded(26);
    const spent = ids.slice(0, 20);
    for (const number of spent.keys()) await spend(world, number);
    await world.database.kysely.updateTable("connection_secrets").set({ failures }).execute();
    world.emulator.clock.advance(600);
    const ask = asker(world, fetch);
    for (let look = 0; look < 44; look++) {
      await ask(shuffled(ids, look));
      world.emulator.clock.advance(secondLook);
    }
    const states = await statesOf(world, ids);
    expect(states.slice(0, 20)).toEqual(spent.map(() => ["reconnect", "vault.reconnect"]));
    expect(states.slice(20)).toEqual(ids.slice(20).map(() => ["active", null]));
  },
  patience,
);

/** In another order for each seed, the same each time. */
function shuffled(ids: readonly string[], seed: number): readonly string[] {
  const lot = (id: string) =>
    createHash("sha256")
      .update(`${seed} ${ids.indexOf(id)}`)
      .digest("hex");
  return ids.toSorted((one, other) => (lot(one) < lot(other) ? -1 : 1));
}

test(
  "a scout that is refused in a lock-out longer than was thought is not to be reconnected by one more refusal",
  async () => {
    const world = await openWorld({
      engine,
      product: "cloud",
      rules: { refreshReuseSeconds: 0, clientLockoutSeconds: 500 },
    });
    const [spent = "", scout = ""] = await world.connectEnded(2);
    await spend(world, 0);
    const ask = asker(world, fetch);
    await ask([spent]);
    for (const seconds of [30, 310]) {
      world.emulator.clock.advance(seconds);
      await ask([scout]);
      expect((await world.state(scout))[0]).not.toBe("reconnect");
    }
    world.emulator.clock.advance(secondLook);
    expect(await ask([scout])).toEqual(["token"]);
  },
  patience,
);

const in200Seconds = ({ emulator }: World) => new Date(emulator.clock.now().getTime() + 200_000);

test.each(engines)(
  "on %s: of several that come when a lock-out is over one is tried, and the others wait for what comes of it",
  async (each) => {
    const world = await openWorld({
      engine: each,
      product: "cloud",
      rules: { refreshReuseSeconds: 0, clientLockoutSeconds: lockOutSeconds },
    });
    const ids = await world.connectEnded(4);
    await spend(world, 0);
    const ask = asker(world, stricter(world));
    await ask(ids.slice(0, 1));
    world.emulator.clock.advance(secondLook);
    const healthy = ids.slice(1);
    const said = await Promise.all([ask(healthy), ask(healthy)]);
    expect(said.flat()).toEqual(Array.from({ length: 6 }, () => "token"));
  },
  patience,
);
