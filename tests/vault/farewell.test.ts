/** Disconnecting at Data Center while something else is going on: nothing is left at Bitbucket, and nothing is said to be lost. */
import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import type { Fetch } from "../../src/base/http/door.ts";
import { Secret } from "../../src/base/secret.ts";
import { bearer } from "../../src/bitbucket/api/authorize.ts";
import { createApi } from "../../src/bitbucket/api/client.ts";
import { openHost } from "../../src/bitbucket/host/open.ts";
import type { Engine } from "../../src/storage/engine.ts";
import { findSecretsVersion, listLeases } from "../../src/storage/tables/connection-secrets.ts";
import { createKeeper } from "../../src/vault/keeper.ts";
import { createVault } from "../../src/vault/vault.ts";
import { failureOf } from "../failure.ts";
import { findAmong } from "../find-among.ts";
import { fetch } from "../flows/data-center-place.ts";
import { testKeyrings } from "../keyrings.ts";
import { silentRecord } from "../silent-record.ts";
import { engines } from "../storage/engines.ts";
import { openWorld } from "./world/world.ts";

const silent = { info() {}, warn() {}, error() {} };

/** A connection that is about to be renewed, and vaults over it as so many processes. */
async function openPlace(engine: Engine) {
  const world = await openWorld({ engine, product: "data-center" });
  const { database, instance, emulator } = world;
  const { clock } = emulator;
  const [id = ""] = await world.connectEnded(1);
  const vaultWith = (door: Fetch) =>
    createVault({
      ...silentRecord(database),
      database,
      keyrings: testKeyrings(database, clock),
      clock,
      fetch: door,
      instances: findAmong(() => [instance]),
      leaseSeconds: 1,
    });
  return {
    ...world,
    id,
    clock,
    vaultWith,
    async works(token: string): Promise<boolean> {
      const api = createApi({ instance, fetch, clock, authorize: bearer(new Secret(token)) });
      return openHost(instance, api)
        .account()
        .then(
          () => true,
          () => false,
        );
    },
    token: async (door: Fetch = fetch) =>
      (await vaultWith(door).token(id, { caller: "test" })).accessToken.reveal(),
    keeper: () => createKeeper({ database, clock, log: silent, vault: vaultWith(fetch) }),
  };
}

type Place = Awaited<ReturnType<typeof openPlace>>;

/** A door that holds back what comes from a path until it is opened, and keeps what it held. */
function holding(part: string) {
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<string>();
  const door: Fetch = async (url, init) => {
    const answer = await fetch(url, init);
    if (url.includes(part)) {
      reached.resolve(await answer.text());
      await gate.promise;
    }
    return answer;
  };
  return { door, reached: reached.promise, open: gate.resolve };
}

/** The access token of an answer of the token endpoint. */
function accessIn(text: string): string {
  const { access_token: token } = JSON.parse(text) as { readonly access_token: string }; // what the emulator answers
  return token;
}

/** As when the process is killed before it can take the row away. */
async function refuseRemoval({ database }: Place, engine: Engine): Promise<() => Promise<unknown>> {
  const { kysely } = database;
  if (engine === "sqlite") {
    const body = sql`begin select raise(abort, 'killed'); end`;
    await sql`create trigger killed before delete on connection_secrets ${body}`.execute(kysely);
    return () => sql`drop trigger killed`.execute(kysely);
  }
  const raise = sql`'begin raise exception ''killed''; end'`;
  await sql`create function killed() returns trigger language plpgsql as ${raise}`.execute(kysely);
  const when = sql`before delete on connection_secrets for each row execute function killed()`;
  await sql`create trigger killed ${when}`.execute(kysely);
  return () => sql`drop trigger killed on connection_secrets`.execute(kysely);
}

const milliseconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count));

describe.each(engines)("H13: disconnecting, on %s", (engine) => {
  test("waits for a renewal under way, however often its lease is extended, and gives back what it brought", async () => {
    const place = await openPlace(engine);
    const slow = holding("/token");
    const renewing = failureOf(place.token(slow.door));
    const token = accessIn(await slow.reached);
    const ending = place.vaultWith(fetch).forget(place.id);
    await milliseconds(700);
    expect(await place.works(token)).toBe(true);
    slow.open();
    expect(await ending).toBe("revoked");
    expect((await renewing).code).toBe("vault.disconnected");
    expect(await place.works(token)).toBe(false);
    expect(await findSecretsVersion(place.database.kysely, place.id)).toBeUndefined();
  });

  test("goes on without one that does not end, which gives back itself what comes too late", async () => {
    const place = await openPlace(engine);
    const stuck = holding("/token");
    const renewing = failureOf(place.token(stuck.door));
    const token = accessIn(await stuck.reached);
    expect(await place.vaultWith(fetch).forget(place.id)).toBe("revoked");
    expect(await place.works(token)).toBe(true);
    stuck.open();
    expect((await renewing).code).toBe("vault.disconnected");
    expect(await place.works(token)).toBe(false);
  });

  test("killed before the end leaves a wish on record that the next look fulfils, and nothing is said to be lost", async () => {
    const place = await openPlace(engine);
    const token = await place.token();
    const allowRemoval = await refuseRemoval(place, engine);
    await expect(place.vaultWith(fetch).forget(place.id)).rejects.toThrow("killed");
    expect(await place.works(token)).toBe(false);
    expect(await place.state(place.id)).toEqual(["disconnected", "vault.disconnecting"]);
    expect((await failureOf(place.token())).code).toBe("vault.disconnected");
    await allowRemoval();
    place.clock.advance(60);
    expect((await place.keeper().round()).interrupted).toBe(0);
    expect(await place.state(place.id)).toEqual(["disconnected", null]);
    expect(await findSecretsVersion(place.database.kysely, place.id)).toBeUndefined();
  });

  test("holds its lease for as long as Bitbucket takes, and notes no intent to renew", async () => {
    const place = await openPlace(engine);
    const slow = holding("/revoke");
    const ending = place.vaultWith(slow.door).forget(place.id);
    await slow.reached;
    await milliseconds(1_300);
    const [lease] = await listLeases(place.database.kysely, [place.id]);
    expect(lease?.lease_owner).toBe("farewell");
    expect(new Date(lease?.lease_expires_at ?? 0).getTime()).toBeGreaterThan(place.clock.now().getTime());
    expect(await place.keeper().round()).toMatchObject({ interrupted: 0 });
    slow.open();
    expect(await ending).toBe("revoked");
  });

  test("leaves alone what a person brought who has connected again meanwhile", async () => {
    const place = await openPlace(engine);
    const slow = holding("/revoke");
    const ending = place.vaultWith(slow.door).forget(place.id);
    await slow.reached;
    await place.vault.keep(place.id, await place.grant());
    slow.open();
    await ending;
    expect(await place.state(place.id)).toEqual(["active", null]);
    expect(await place.works(await place.token())).toBe(true);
  });
});
