/** Owns the rows of which place each rule means. */
import type { Executor } from "../database.ts";
import { prepared, type Slots } from "../prepared.ts";
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

/** So many places or ids are asked for at once: most people have fewer. */
const atOnce = 16;
const positions = Array.from({ length: atOnce }, (_, at) => `value${at}` as const);

type Asked = { readonly instance_id: string } & Readonly<Record<(typeof positions)[number], string>>;
type Pin = Pick<RulePinsTable, "place" | "pinned_id">;

function findBy(column: keyof Pin) {
  const find = prepared((db, given: Slots<Asked>) =>
    db
      .selectFrom("rule_pins")
      .select(["place", "pinned_id"])
      .where("instance_id", "=", given("instance_id"))
      .where(column, "in", positions.map(given)),
  );
  return async (db: Executor, instanceId: string, values: readonly string[]): Promise<Pin[]> => {
    const found: Pin[] = [];
    for (let start = 0; start < values.length; start += atOnce) {
      const asked: Record<string, string> = { instance_id: instanceId };
      for (const [at, position] of positions.entries()) asked[position] = values[start + at] ?? "";
      const { rows } = await find(db, asked as Asked); // every slot has just been filled
      found.push(...rows);
    }
    return found;
  };
}

/** Those of one instance that have one of these places. */
export const findRulePinsByPlace = findBy("place");
/** Those of one instance that are pinned to one of these ids. */
export const findRulePinsById = findBy("pinned_id");

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
