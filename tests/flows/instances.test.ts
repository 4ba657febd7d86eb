import { expect, test } from "vitest";
import { shiftableClock } from "../../src/base/clock.ts";
import { Secret } from "../../src/base/secret.ts";
import { createInstances } from "../../src/instances/instances.ts";
import { openDatabase } from "../../src/storage/database.ts";
import { insertProject } from "../../src/storage/tables/projects.ts";
import { insertUser } from "../../src/storage/tables/users.ts";
import { failureOf } from "../failure.ts";
import { testKeyrings } from "../keyrings.ts";

async function openInstances() {
  const clock = shiftableClock();
  const database = await openDatabase(":memory:", { clock });
  const now = clock.now().toISOString();
  await insertUser(database.kysely, {
    ...{ id: "usr_1", display_name: "Ada", email: null, email_verified: 0, avatar_url: null },
    ...{ created_at: now, last_signed_in_at: now },
  });
  await insertProject(database.kysely, { id: "prj_1", name: "Shop", made_by: "usr_1", created_at: now });
  const keyrings = testKeyrings(database, clock);
  return createInstances({ database, keyrings, clock, configured: new Map() });
}

const keys = (name: string) => async () => ({ privateKey: new Secret(`private ${name}`), publicKey: name });
const start = { projectId: "prj_1", userId: "usr_1" };
const form = { baseUrl: "https://git.example.com", consumerKey: "key", ca: null, keys: null };

test("a set-up that was begun is gone on with, without making another key pair", async () => {
  const instances = await openInstances();
  const first = await instances.beginLink({ ...start, makeKeys: keys("one") });
  const again = await instances.beginLink({ ...start, makeKeys: keys("two") });
  expect([again.id, again.publicKey]).toEqual([first.id, "one"]);
  expect((await failureOf(instances.find(first.id))).code).toBe("instances.unfinished");
});

test("a key of one's own can be taken back for a new pair", async () => {
  const instances = await openInstances();
  const { id } = await instances.beginLink({ ...start, makeKeys: keys("made") });
  await instances.fillLink(id, { ...form, keys: await keys("own")() });
  expect((await instances.link(id)).publicKey).toBe("own");
  await instances.replaceKeys(id, await keys("fresh")());
  expect((await instances.link(id)).publicKey).toBe("fresh");
  expect(await instances.find(id)).toMatchObject({ product: "server", baseUrl: "https://git.example.com" });
});

test("a project sets up twenty servers and no more", async () => {
  const instances = await openInstances();
  for (let count = 0; count < 20; count += 1) {
    const { id } = await instances.beginLink({ ...start, makeKeys: keys(String(count)) });
    await instances.fillLink(id, form);
  }
  const refused = await failureOf(instances.beginLink({ ...start, makeKeys: keys("one more") }));
  expect(refused.code).toBe("instances.too_many");
});
