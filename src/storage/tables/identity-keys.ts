/** Owns the rows of the keys that sign identity tokens. Numbers are given once: of two processes that make a key, one does. */
import type { Executor } from "../database.ts";
import type { IdentityKeysTable } from "../schema.ts";
import type { ReplacedPage } from "./data-keys.ts";

/** All there are, in the order they sign. */
export async function listIdentityKeys(db: Executor): Promise<IdentityKeysTable[]> {
  return db.selectFrom("identity_keys").selectAll().orderBy("signs_from").orderBy("number").execute();
}

/** Whether the number was still free. */
export async function insertIdentityKey(db: Executor, key: IdentityKeysTable): Promise<boolean> {
  const result = await db
    .insertInto("identity_keys")
    .values(key)
    .onConflict((conflict) => conflict.column("number").doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

/** From now on it signs and verifies nothing; whether it did until now. */
export async function withdrawIdentityKey(db: Executor, id: string, now: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("identity_keys")
    .set({ withdrawn_at: now })
    .where("id", "=", id)
    .where("withdrawn_at", "is", null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Those with these numbers. The caller keeps the last one: numbers go on from it. */
export async function deleteIdentityKeys(db: Executor, numbers: readonly number[]): Promise<void> {
  if (numbers.length === 0) return;
  await db.deleteFrom("identity_keys").where("number", "in", numbers).execute();
}

/** What is sealed of one. It belongs to no project. */
export type SealedIdentityKey = Pick<IdentityKeysTable, "id" | "data_key_id" | "sealed_private_key"> & {
  readonly project_id: null;
};

export async function listIdentityKeysOnReplaced(
  db: Executor,
  { after, limit, wrapperIds }: ReplacedPage,
): Promise<SealedIdentityKey[]> {
  const rows = await db
    .selectFrom("identity_keys")
    .innerJoin("data_keys", "data_keys.id", "identity_keys.data_key_id")
    .select(["identity_keys.id", "data_key_id", "sealed_private_key"])
    .where("replaced_at", "is not", null)
    .where("identity_keys.id", ">", after)
    .$if(wrapperIds !== null, (query) => query.where("wrapping_key_id", "in", wrapperIds ?? []))
    .orderBy("identity_keys.id")
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...row, project_id: null }));
}

/** Over what was seen, or not at all. */
export async function resealIdentityKey(
  db: Executor,
  seen: SealedIdentityKey,
  next: Pick<SealedIdentityKey, "data_key_id" | "sealed_private_key">,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("identity_keys")
    .set(next)
    .where("id", "=", seen.id)
    .where("sealed_private_key", "=", seen.sealed_private_key)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}
