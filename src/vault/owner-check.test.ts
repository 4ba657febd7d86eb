import { afterEach, beforeEach, expect, test } from "vitest";
import { failureOf } from "../../tests/failure.ts";
import { openVaultRig, type VaultRig } from "../../tests/vault/rig.ts";
import type { Fetch } from "../base/http/door.ts";

let rig: VaultRig;

beforeEach(async () => {
  rig = await openVaultRig();
});
afterEach(() => rig.close());

const isUnchecked = async () => {
  const row = await rig.database.kysely
    .selectFrom("connection_secrets")
    .select("owner_unchecked")
    .where("connection_id", "=", "con_1")
    .executeTakeFirstOrThrow();
  return row.owner_unchecked === 1;
};

/** Renews, and is gone before Bitbucket has said whose the new tokens are. */
async function renewAndDie(): Promise<void> {
  const fetch: Fetch = (url, init) =>
    init?.method === "POST" ? rig.endpoint.fetch(url, init) : new Promise(() => {});
  const dying = rig.anotherVault(undefined, { fetch });
  rig.clock.advance(7200);
  void dying.renew("con_1");
  await expect.poll(isUnchecked).toBe(true);
}

/** A vault whose questions of who somebody is are counted, and answered by `answer`. */
function asking(answer: Fetch = rig.endpoint.fetch) {
  const asked: string[] = [];
  const fetch: Fetch = (url, init) => {
    if (init?.method === "POST") return rig.endpoint.fetch(url, init);
    asked.push(url);
    return answer(url, init);
  };
  return { asked, vault: rig.anotherVault(undefined, { fetch }) };
}

test("H8: another person's tokens are found out although the process that got them died before asking", async () => {
  rig.endpoint.owner = "somebody-else";
  await renewAndDie();
  const { vault } = asking();
  const failure = await failureOf(vault.token("con_1", { caller: "test" }));
  expect(failure.code).toBe("vault.other_person");
  expect((await failureOf(rig.call(undefined, vault))).code).toBe("vault.other_person");
  expect(await rig.state()).toEqual(["suspended", "vault.other_person"]);
});

test("the owner's own are handed out, and asked about once", async () => {
  await renewAndDie();
  const { vault, asked } = asking();
  const headers = await Promise.all(Array.from({ length: 20 }, () => rig.call(undefined, vault)));
  expect(new Set(headers)).toEqual(new Set(["Bearer access-1"]));
  expect(await isUnchecked()).toBe(false);
  await vault.token("con_1", { caller: "test" });
  expect(await rig.call(undefined, rig.anotherVault())).toBe("Bearer access-1");
  expect(asked).toHaveLength(1);
});

test("a Bitbucket that does not answer takes nobody's token away, and is asked again by the next process", async () => {
  await renewAndDie();
  rig.clock.advance(120);
  const { vault, asked } = asking(async () => new Response("oops", { status: 503 }));
  expect(await rig.call(undefined, vault)).toBe("Bearer access-1");
  expect(await rig.call(undefined, vault)).toBe("Bearer access-1");
  expect(asked).toHaveLength(1);
  expect(await isUnchecked()).toBe(true);
  rig.endpoint.owner = "somebody-else";
  expect((await failureOf(rig.call(undefined, rig.anotherVault()))).code).toBe("vault.other_person");
});

test("who did not renew waits for who did, instead of asking Bitbucket too", async () => {
  const gate = Promise.withResolvers<void>();
  const first = asking(async (url, init) => {
    await gate.promise;
    return rig.endpoint.fetch(url, init);
  });
  const second = asking();
  rig.clock.advance(7200);
  const renewing = rig.call(undefined, first.vault);
  await expect.poll(isUnchecked).toBe(true);
  const waiting = rig.call(undefined, second.vault);
  setTimeout(gate.resolve, 100);
  expect(await Promise.all([renewing, waiting])).toEqual(["Bearer access-1", "Bearer access-1"]);
  expect([first.asked.length, second.asked.length]).toEqual([1, 0]);
});
