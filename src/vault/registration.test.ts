import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findAmong } from "../../tests/find-among.ts";
import { testKeyrings } from "../../tests/keyrings.ts";
import { addConnectionTo } from "../../tests/vault/connections.ts";
import { openVaultRig, type VaultRig } from "../../tests/vault/rig.ts";
import { isWindlassError } from "../base/errors.ts";
import type { Fetch } from "../base/http/door.ts";
import { Secret } from "../base/secret.ts";
import { cloudInstance } from "../bitbucket/cloud.ts";
import { findSecrets } from "../storage/tables/connection-secrets.ts";
import { type Doubt, readDoubt, writeDoubt } from "./limits.ts";
import { createRegistrationJudge, type Permit } from "./registration.ts";
import { readRow, type StoredTokens } from "./stored.ts";
import type { Vault } from "./vault.ts";

let rig: VaultRig;
let closing: AbortController;

beforeEach(async () => {
  rig = await openVaultRig();
  closing = new AbortController();
  await rig.vault.keep("con_2", rig.granted("other"));
});
afterEach(async () => {
  closing.abort();
  await rig.close();
});

const instance = cloudInstance({ clientId: "key", clientSecret: "consumer-secret" });

const judge = () =>
  createRegistrationJudge({ ...rig.parts, fetch: rig.endpoint.fetch, closing: closing.signal });

async function stored(connectionId: string): Promise<StoredTokens> {
  const row = await findSecrets(rig.database.kysely, connectionId);
  if (row === undefined) throw new Error("no such row");
  return { ...readRow(row), accessToken: new Secret("access") };
}

/** Over whatever is known of the registration. */
async function doubt(next: Partial<Doubt>): Promise<void> {
  const seen = await readDoubt(rig.database.kysely, instance.id);
  const rested: Doubt = { kind: "resting", until: ago(1), misses: 0, by: null, scoutAt: null };
  expect(
    await writeDoubt(rig.database.kysely, instance.id, { seen, next: { ...rested, ...next } }),
  ).not.toBeNull();
}

const ago = (seconds: number) => rig.clock.now().getTime() - seconds * 1000;
const known = () => readDoubt(rig.database.kysely, instance.id);

/** Leave for `con_1` and, where all are tried together, for `con_2`. */
async function admitted(connectionId: string): Promise<Permit> {
  const permit = await judge().admit(instance, await stored(connectionId));
  if (permit === null) throw new Error("not admitted");
  return permit;
}

describe("a refusal in a trial", () => {
  beforeEach(() => doubt({}));

  test("is its own, and the others rest for five minutes", async () => {
    const permit = await admitted("con_1");
    expect(await judge().refused(permit)).toBe("itself");
    expect(await known()).toMatchObject({ kind: "resting", misses: 1, until: ago(-300) });
  });

  test("that came when the trial's minute was over is not its own", async () => {
    const permit = await admitted("con_1");
    rig.clock.advance(60);
    expect(await judge().refused(permit)).toBe("taken");
    expect(await known()).toMatchObject({ kind: "resting", misses: 0, until: ago(-300) });
  });

  test("is not its own while another that was on its way has not said how it fared", async () => {
    const permit = await admitted("con_1");
    await rig.leaveInTheMiddle("con_2");
    expect(await judge().refused(permit)).toBe("taken");
    expect(await known()).toMatchObject({ kind: "resting", misses: 0 });
  });

  test("is not its own when another that was on its way was refused before", async () => {
    const permit = await admitted("con_1");
    const late = { instance, stored: await stored("con_2"), doubt: null };
    expect(await judge().refused(late)).toBe("taken");
    expect(await judge().refused(permit)).toBe("taken");
  });
});

describe("a trial of all", () => {
  test("begins after sixty refusals in a row, and not before", async () => {
    for (const [misses, by] of [
      [59, "con_1"],
      [60, null],
    ] as const) {
      await doubt({ misses });
      expect((await admitted("con_1")).doubt).toMatchObject({ kind: "trial", by });
    }
  });

  test("is over when anybody gets new tokens: who is refused after that is blamed for nothing", async () => {
    await doubt({ misses: 60 });
    const [renewed, refused] = [await admitted("con_1"), await admitted("con_2")];
    await judge().renewed(renewed);
    expect(await judge().refused(refused)).toBe("taken");
  });

  test("blames those that are refused while nobody gets any", async () => {
    await doubt({ misses: 60 });
    const permits = [await admitted("con_1"), await admitted("con_2")];
    for (const permit of permits) expect(await judge().refused(permit)).toBe("itself");
  });
});

test("new tokens end the doubt under which they were asked for, and none that came up since", async () => {
  await doubt({ until: ago(1000) });
  const [first, second] = [await admitted("con_1"), await admitted("con_2")];
  expect(await judge().refused(first)).toBe("taken");
  await judge().renewed(second);
  expect(await known()).toMatchObject({ kind: "resting", until: ago(-300) });
});

test("a scout that is refused is blamed for nothing, and no other goes in that rest", async () => {
  await doubt({ until: ago(-280), scoutAt: ago(0) });
  const scout = await admitted("con_1");
  expect(await judge().refused(scout)).toBe("unknown");
  expect(await known()).toMatchObject({ until: ago(-300), scoutAt: null });
});

describe("where the made-up code is answered with neither yes nor no", () => {
  const unclear: Fetch = async (url, init) =>
    String(init?.body ?? "").includes("authorization_code")
      ? Response.json({ error: "server_error" }, { status: 400 })
      : rig.endpoint.fetch(url, init);

  const ask = (vault: Vault, connectionId: string) =>
    vault.token(connectionId, { caller: "test" }).then(
      () => "token",
      (error: unknown) => (isWindlassError(error) ? error.code : String(error)),
    );

  test("the connections that are in order are renewed after some minutes, and it is logged", async () => {
    rig.endpoint.working = new Set(["refresh-other"]);
    const vault = rig.anotherVault(undefined, { fetch: unclear });
    rig.clock.advance(7200);
    expect(await ask(vault, "con_1")).toBe("vault.not_renewed");
    rig.clock.advance(301);
    const said: string[] = [];
    for (let minute = 0; minute < 4; minute++) {
      said.push(await ask(vault, "con_2"));
      rig.clock.advance(60);
    }
    expect(said).toEqual(["vault.not_renewed", "vault.not_renewed", "token", "token"]);
    expect(JSON.stringify(rig.logged)).toContain("vault.registration_unclear");
  });

  test("none is to be reconnected for it", async () => {
    rig.endpoint.working.clear();
    const vault = rig.anotherVault(undefined, { fetch: unclear });
    rig.clock.advance(7200);
    for (let look = 0; look < 20; look++) {
      expect(await ask(vault, "con_1")).not.toBe("vault.reconnect");
      rig.clock.advance(400);
    }
    expect(await rig.state()).toEqual(["suspect", "vault.suspect"]);
  });
});

test("who waits for another's trial keeps no place, and looks at nothing meanwhile", async () => {
  const ids = Array.from({ length: 40 }, (_, number) => `con_many_${number}`);
  for (const id of ids) {
    await addConnectionTo(rig.database, id);
    await rig.vault.keep(id, rig.granted(id));
  }
  const { kysely } = rig.database;
  await kysely
    .updateTable("connections")
    .set({ instance_id: "elsewhere" })
    .where("id", "=", "con_1")
    .execute();
  const elsewhere = { ...instance, id: "elsewhere" };
  const whole = testKeyrings(rig.database, rig.clock);
  let opened = 0;
  const keyrings = {
    of: (owner: string | null) => {
      opened += 1;
      return whole.of(owner);
    },
    forget: whole.forget,
  };
  const vault = rig.anotherVault(undefined, {
    keyrings,
    instances: findAmong(() => [instance, elsewhere]),
    leaseSeconds: 30,
  });
  rig.clock.advance(7200);
  await doubt({ kind: "trial", until: ago(-55), by: "con_gone" });
  const waiting = ids.map((id) => vault.token(id, { caller: "test" }).catch(() => {}));
  let ended = 0;
  for (const one of waiting) void one.then(() => (ended += 1));
  const token = await vault.token("con_1", { caller: "test" });
  expect(token.accessToken.reveal()).toBe("access-1");
  const before = opened;
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(opened).toBe(before);
  expect(ended).toBe(0);
  await vault.close();
  await Promise.all(waiting);
});
