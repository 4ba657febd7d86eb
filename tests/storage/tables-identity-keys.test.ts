import { expect, test } from "vitest";
import type { Database } from "../../src/storage/database.ts";
import {
  countOnReplaced,
  deleteUnusedDataKeys,
  insertDataKey,
  listNeededWrappers,
} from "../../src/storage/tables/data-keys.ts";
import {
  deleteIdentityKeys,
  insertIdentityKey,
  listIdentityKeys,
  listIdentityKeysOnReplaced,
  resealIdentityKey,
  withdrawIdentityKey,
} from "../../src/storage/tables/identity-keys.ts";
import { describeEngines } from "./engines.ts";
import { dataKey, identityKey as key, later, now } from "./rows.ts";

async function addKeys({ kysely }: Database, numbers: readonly number[]): Promise<void> {
  await insertDataKey(kysely, { ...dataKey, project_id: null });
  for (const number of numbers)
    await insertIdentityKey(kysely, { ...key, number, id: `idk_${number}`, signs_from: later(number) });
}

describeEngines("keys that sign identity tokens", (open) => {
  test("of two that take the same number the first is there", async () => {
    const { database } = await open();
    await addKeys(database, [1]);
    expect(await insertIdentityKey(database.kysely, { ...key, id: "idk_late" })).toBe(false);
    expect((await listIdentityKeys(database.kysely)).map(({ id }) => id)).toEqual(["idk_1"]);
  });

  test("are listed in the order they sign, with all that is known of each", async () => {
    const { database } = await open();
    await addKeys(database, [2, 1]);
    const [first, second] = await listIdentityKeys(database.kysely);
    expect([Number(first?.number), Number(second?.number)]).toEqual([1, 2]);
    expect({ ...first, number: Number(first?.number) }).toEqual({ ...key, signs_from: later(1) });
  });

  test("one is withdrawn once, and keeps its moment", async () => {
    const { database } = await open();
    await addKeys(database, [1, 2]);
    expect(await withdrawIdentityKey(database.kysely, "idk_1", later(5))).toBe(true);
    expect(await withdrawIdentityKey(database.kysely, "idk_1", later(6))).toBe(false);
    expect(await withdrawIdentityKey(database.kysely, "idk_none", later(6))).toBe(false);
    const found = await listIdentityKeys(database.kysely);
    expect(found.map(({ withdrawn_at: at }) => at)).toEqual([later(5), null]);
  });

  test("those that are over are deleted by number", async () => {
    const { database } = await open();
    await addKeys(database, [1, 2, 3]);
    await deleteIdentityKeys(database.kysely, []);
    await deleteIdentityKeys(database.kysely, [1, 3]);
    expect((await listIdentityKeys(database.kysely)).map(({ id }) => id)).toEqual(["idk_2"]);
  });

  test("one on a replaced data key keeps it, until it is sealed anew over what was seen", async () => {
    const { database } = await open();
    const { kysely } = database;
    await addKeys(database, [1]);
    const successor = { ...dataKey, id: "key_2", project_id: null, wrapping_key_id: "kek_2" };
    await kysely.updateTable("data_keys").set({ replaced_at: now }).where("id", "=", "key_1").execute();
    await insertDataKey(kysely, successor);
    expect(await countOnReplaced(kysely)).toMatchObject({ identityKeys: 1 });
    expect(await listNeededWrappers(kysely)).toContain(dataKey.wrapping_key_id);
    expect(await deleteUnusedDataKeys(kysely, later(1), [])).toBe(0);
    const page = (after: string, wrapperIds: string[] | null = null) => ({ after, limit: 10, wrapperIds });
    expect(await listIdentityKeysOnReplaced(kysely, page("idk_1"))).toEqual([]);
    expect(await listIdentityKeysOnReplaced(kysely, page("", ["kek_2"]))).toEqual([]);
    const [seen] = await listIdentityKeysOnReplaced(kysely, page("", [dataKey.wrapping_key_id]));
    if (seen === undefined) throw new Error("it was just counted");
    const anew = { data_key_id: "key_2", sealed_private_key: "anew" };
    expect(await resealIdentityKey(kysely, seen, anew)).toBe(true);
    expect(await resealIdentityKey(kysely, seen, anew)).toBe(false);
    expect(await countOnReplaced(kysely)).toMatchObject({ identityKeys: 0 });
    expect(await deleteUnusedDataKeys(kysely, later(1), [])).toBe(1);
  });
});
