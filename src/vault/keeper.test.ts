import { afterEach, beforeEach, expect, test } from "vitest";
import { addConnectionTo } from "../../tests/vault/connections.ts";
import { openVaultRig, type VaultRig } from "../../tests/vault/rig.ts";
import { createKeeper } from "./keeper.ts";

let rig: VaultRig;

beforeEach(async () => {
  rig = await openVaultRig();
});
afterEach(() => rig.close());

const day = 86_400;
const keeperOf = (renewalsPerMinute?: number) =>
  createKeeper({ ...rig.parts, vault: rig.vault, renewalsPerMinute });

test("H9: what nobody uses is renewed about once a month, long before Bitbucket lets it end", async () => {
  const keeper = keeperOf();
  for (let passed = 0; passed < 365; passed++) {
    rig.clock.advance(day);
    await keeper.round();
  }
  expect(rig.endpoint.presented.length).toBeGreaterThanOrEqual(10);
  expect(rig.endpoint.presented.length).toBeLessThanOrEqual(14);
  expect(await rig.state()).toEqual(["active", null]);
  expect(await rig.call()).toBe(`Bearer access-${rig.endpoint.presented.length}`);
});

test("many that are due at once are spread over the hours, whatever restored them", async () => {
  for (let number = 0; number < 100; number++) {
    await addConnectionTo(rig.database, `con_many_${number}`);
    rig.endpoint.working.add(`refresh-many-${number}`);
    await rig.vault.keep(`con_many_${number}`, rig.granted(`many-${number}`));
  }
  rig.clock.advance(60 * day);
  const keeper = keeperOf(40);
  const rounds = [];
  for (let number = 0; number < 12; number++) rounds.push((await keeper.round()).keptAlive);
  expect(rounds.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 10));
  expect(rounds.reduce((sum, each) => sum + each)).toBe(101);
  expect(new Set(rig.endpoint.presented).size).toBe(101);
});

test("H3: what a process left between question and answer is found out without anybody asking", async () => {
  rig.clock.advance(7200);
  await rig.leaveInTheMiddle("con_1");
  rig.clock.advance(60);
  expect(await keeperOf().round()).toMatchObject({ interrupted: 1 });
  expect(await rig.state()).toEqual(["active", null]);
  expect(rig.endpoint.presented).toEqual(["refresh-0"]);
  expect(await rig.call()).toBe("Bearer access-1");
});

test("H3: where the answer was lost for good, it says so at once, and asks no more", async () => {
  rig.clock.advance(7200);
  await rig.leaveInTheMiddle("con_1");
  rig.endpoint.working.clear();
  rig.clock.advance(3600);
  await keeperOf().round();
  expect(await rig.state()).toEqual(["reconnect", "vault.rotation_lost"]);
  await keeperOf().round();
  expect(rig.endpoint.presented).toEqual(["refresh-0"]);
});

test("the refresh token before the last is forgotten when Bitbucket takes it no more", async () => {
  rig.clock.advance(7200);
  await rig.call();
  const former = () =>
    rig.database.kysely.selectFrom("connection_secrets").select("sealed_former_refresh_token").execute();
  expect((await former())[0]?.sealed_former_refresh_token).toEqual(expect.any(String));
  expect(await keeperOf().round()).toMatchObject({ forgotten: 0 });
  rig.clock.advance(601);
  expect(await keeperOf().round()).toMatchObject({ forgotten: 1 });
  expect((await former())[0]?.sealed_former_refresh_token).toBeNull();
});

test("a round goes on past connections that cannot be renewed, and a database that is gone is the next round's", async () => {
  rig.endpoint.answer = () => new Response("oops", { status: 503 });
  rig.clock.advance(60 * day);
  expect(await keeperOf().round()).toMatchObject({ keptAlive: 1 });
  expect(await rig.state()).toEqual(["active", null]);
  expect(await keeperOf().round()).toMatchObject({ keptAlive: 0 });
});

test("what cannot be renewed keeps nobody waiting who can", async () => {
  const failing = Array.from({ length: 30 }, (_, number) => `failing-${number}`);
  const good = Array.from({ length: 10 }, (_, number) => `good-${number}`);
  for (const name of [...failing, ...good]) {
    await addConnectionTo(rig.database, `con_${name}`);
    await rig.vault.keep(`con_${name}`, rig.granted(name));
    rig.endpoint.working.add(`refresh-${name}`);
    rig.clock.advance(1);
  }
  await inOrder([...failing, ...good]);
  rig.endpoint.answer = (presented) =>
    presented.includes("failing")
      ? Response.json({ error: "invalid_client" }, { status: 401 })
      : rig.endpoint.regularAnswer(presented);
  rig.clock.advance(60 * day);
  const keeper = keeperOf(4);
  for (let number = 0; number < 42; number++) {
    await keeper.round();
    rig.clock.advance(3600);
  }
  const renewed = rig.endpoint.presented.filter((presented) => presented.includes("good"));
  expect(new Set(renewed).size).toBe(10);
  const tried = rig.endpoint.presented.filter((presented) => presented.includes("failing"));
  expect(new Set(tried).size).toBe(30);
});

test("what may not be asked now does not stand before other renewals that were interrupted", async () => {
  for (let number = 0; number < 60; number++) {
    await addConnectionTo(rig.database, `con_many_${number}`);
    await rig.vault.keep(`con_many_${number}`, rig.granted(`many-${number}`, 0));
  }
  const asked_at = rig.clock.now().toISOString();
  const secrets = rig.database.kysely.updateTable("connection_secrets");
  await secrets.set({ asked_at }).where("connection_id", "!=", "con_1").execute();
  rig.endpoint.answer = () => new Response("{}", { status: 429, headers: { "retry-after": "1200" } });
  rig.clock.advance(60);
  const keeper = keeperOf();
  const found = [];
  for (let number = 0; number < 6; number++) found.push((await keeper.round()).interrupted);
  expect(found).toEqual([12, 12, 12, 12, 12, 0]);
  rig.clock.advance(1201);
  expect(await keeper.round()).toMatchObject({ interrupted: 12 });
});

/** Due in this order, a second apart. */
async function inOrder(names: readonly string[]): Promise<void> {
  const { kysely } = rig.database;
  for (const [number, name] of names.entries()) {
    const keep_alive_at = new Date(rig.clock.now().getTime() + 30 * day * 1000 + number * 1000).toISOString();
    await kysely
      .updateTable("connection_secrets")
      .set({ keep_alive_at })
      .where("connection_id", "=", `con_${name}`)
      .execute();
  }
}
