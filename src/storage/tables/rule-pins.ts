/** Owns the rows of which place each rule means. */
import type { Executor } from "../database.ts";
import type { RulePinsTable } from "../schema.ts";

/** Those of one instance, or all. */
export async function listRulePins(db: Executor, instanceId?: string): Promise<RulePinsTable[]> {
  return db
    .selectFrom("rule_pins")
    .selectAll()
    .$if(instanceId !== undefined, (query) => query.where("instance_id", "=", instanceId ?? ""))
    .orderBy("instance_id")
    .orderBy("place")
    .execute();
}

/** Those of one instance that have one of these places or one of these ids. */
export async function findRulePins(
  db: Executor,
  instanceId: string,
  { places, ids }: { readonly places: readonly string[]; readonly ids: readonly string[] },
): Promise<Pick<RulePinsTable, "place" | "pinned_id">[]> {
  return db
    .selectFrom("rule_pins")
    .select(["place", "pinned_id"])
    .where("instance_id", "=", instanceId)
    .where(({ eb, or }) => or([eb("place", "in", places), eb("pinned_id", "in", ids)]))
    .execute();
}

/** Whether it was the first of its place: a pin is never written over. */
export async function insertRulePin(db: Executor, pin: RulePinsTable): Promise<boolean> {
  const result = await db
    .insertInto("rule_pins")
    .values(pin)
    .onConflict((conflict) => conflict.columns(["instance_id", "place"]).doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

/** Whether there was one. */
export async function deleteRulePin(
  db: Executor,
  { instance_id, place }: Pick<RulePinsTable, "instance_id" | "place">,
): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom("rule_pins")
    .where("instance_id", "=", instance_id)
    .where("place", "=", place)
    .executeTakeFirst();
  return numDeletedRows === 1n;
}
