/** A Data Center that takes requests and answers none, beside a Cloud whose reuse window runs out. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Fetch } from "../../../src/base/http/door.ts";
import { cloudInstance } from "../../../src/bitbucket/cloud.ts";
import { dataCenterInstance } from "../../../src/bitbucket/self-hosted.ts";
import { createKeeper } from "../../../src/vault/keeper.ts";
import { findAmong } from "../../find-among.ts";
import { addConnectionTo } from "../connections.ts";
import { openVaultRig, type VaultRig } from "../rig.ts";

let rig: VaultRig;
let company: ReturnType<typeof hung>;

beforeEach(async () => {
  rig = await openVaultRig();
  company = hung("https://git.company.example");
});
afterEach(async () => {
  company.answer();
  await rig.close();
});

/** Whatever is asked there waits for its answer. */
function hung(baseUrl: string) {
  const gate = Promise.withResolvers<void>();
  const asked: string[] = [];
  const fetch: Fetch = async (url, init) => {
    if (!url.startsWith(baseUrl)) return rig.endpoint.fetch(url, init);
    asked.push(url);
    await gate.promise;
    return new Response("", { status: 503 });
  };
  const instance = dataCenterInstance({ id: "company", baseUrl, clientId: "key", clientSecret: "secret" });
  return { fetch, instance, asked, answer: gate.resolve };
}

/** Over Cloud and the Data Center that hangs; time passes when the test says so, and rounds follow each other at once. */
function keeper() {
  const cloud = cloudInstance({ clientId: "key", clientSecret: "consumer-secret" });
  const instances = findAmong(() => [cloud, company.instance]);
  const vault = rig.anotherVault(undefined, { fetch: company.fetch, instances });
  const sleep = () => new Promise<void>((resolve) => setTimeout(resolve, 5));
  return createKeeper({ ...rig.parts, clock: { ...rig.clock, sleep }, vault });
}

const secondsAgo = (seconds: number) => new Date(rig.clock.now().getTime() - seconds * 1000).toISOString();

/** Connections of the Data Center that has answered none of them since they were first asked for. */
async function leaveHanging(count: number, askedSecondsAgo: number): Promise<void> {
  const { kysely } = rig.database;
  for (let number = 0; number < count; number++) {
    await addConnectionTo(rig.database, `con_hung_${number}`);
    await rig.vault.keep(`con_hung_${number}`, rig.granted(`hung-${number}`, 0));
  }
  await kysely
    .updateTable("connections")
    .set({ instance_id: "company" })
    .where("id", "like", "con_hung_%")
    .execute();
  await kysely
    .updateTable("connection_secrets")
    .set({ asked_at: secondsAgo(askedSecondsAgo), failures: 6, retry_at: secondsAgo(1) })
    .where("connection_id", "like", "con_hung_%")
    .execute();
}

const untilCloudIsAsked = () =>
  expect.poll(() => rig.endpoint.presented, { interval: 5, timeout: 5_000 }).toEqual(["refresh-0"]);

test("H3: connections that have hung for long keep no interrupted one waiting, in whatever round it is found", async () => {
  await leaveHanging(30, 1200);
  const started = keeper();
  started.start();
  await expect.poll(() => company.asked.length, { interval: 5 }).toBe(4);
  await rig.leaveInTheMiddle("con_1");
  rig.clock.advance(60);
  await untilCloudIsAsked();
  expect(company.asked).toHaveLength(4);
  company.answer();
  await started.close();
  expect(await rig.state()).toEqual(["active", null]);
});

test("H3: connections that have begun to hang stand behind one nobody has tried, and take few places in a round", async () => {
  await leaveHanging(30, 120);
  await rig.leaveInTheMiddle("con_1");
  rig.clock.advance(60);
  const round = keeper().round();
  await untilCloudIsAsked();
  expect(company.asked.length).toBeLessThanOrEqual(4);
  company.answer();
  expect(await round).toMatchObject({ interrupted: 13 });
  expect(await rig.state()).toEqual(["active", null]);
});

test("H13: ends that a Data Center does not confirm keep no interrupted renewal waiting, and wait side by side", async () => {
  await leaveHanging(6, 0);
  const ending = { state: "disconnected", state_reason: "vault.disconnecting" };
  const { kysely } = rig.database;
  await kysely.updateTable("connections").set(ending).where("instance_id", "=", "company").execute();
  await rig.leaveInTheMiddle("con_1");
  rig.clock.advance(60);
  const round = keeper().round();
  await untilCloudIsAsked();
  await expect.poll(() => company.asked.length, { interval: 5 }).toBe(4);
  company.answer();
  await round;
  const left = kysely.selectFrom("connections").select("id").where("state_reason", "is not", null);
  expect(await left.execute()).toEqual([]);
  expect(await rig.state()).toEqual(["active", null]);
});
