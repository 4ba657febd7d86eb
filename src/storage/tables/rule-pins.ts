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

/** So many places and ids are asked for at once: most people have fewer. */
const atOnce = 16;
const positions = Array.from({ length: atOnce }, (_, at) => String(at));

type Asked = { readonly instance_id: string } & Readonly<Record<`place${string}` | `id${string}`, string>>;

const find = prepared((db, given: Slots<Asked>) =>
  db
    .selectFrom("rule_pins")
    .select(["place", "pinned_id"])
    .where("instance_id", "=", given("instance_id"))
    .where(({ eb, or }) =>
      or([
        eb(
          "place",
          "in",
          positions.map((at) => given(`place${at}`)),
        ),
        eb(
          "pinned_id",
          "in",
          positions.map((at) => given(`id${at}`)),
        ),
      ]),
    ),
);

/** Those of one instance that have one of these places or one of these ids; one that has both may be there twice. */
export async function findRulePins(
  db: Executor,
  instanceId: string,
  { places, ids }: { readonly places: readonly string[]; readonly ids: readonly string[] },
): Promise<Pick<RulePinsTable, "place" | "pinned_id">[]> {
  const found: Pick<RulePinsTable, "place" | "pinned_id">[] = [];
  for (let start = 0; start < Math.max(places.length, ids.length); start += atOnce) {
    const asked: Record<string, string> = { instance_id: instanceId };
    for (const at of positions) {
      asked[`place${at}`] = places[start + Number(at)] ?? "";
      asked[`id${at}`] = ids[start + Number(at)] ?? "";
    }
    const { rows } = await find(db, asked as Asked); // every slot has just been filled
    found.push(...rows);
  }
  return found;
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
