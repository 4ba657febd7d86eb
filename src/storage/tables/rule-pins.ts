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

const findBy = (column: keyof Pin) =>
  prepared((db, given: Slots<Asked>) =>
    db
      .selectFrom("rule_pins")
      .select(["place", "pinned_id"])
      .where("instance_id", "=", given("instance_id"))
      .where(column, "in", positions.map(given)),
  );
const [findByPlace, findById] = [findBy("place"), findBy("pinned_id")];

/** Those of one instance that have one of these places. */
export async function findRulePinsByPlace(
  db: Executor,
  instanceId: string,
  places: readonly string[],
): Promise<Pin[]> {
  return findAll((asked) => findByPlace(db, asked), instanceId, places);
}

/** Those of one instance that are pinned to one of these ids. */
export async function findRulePinsById(
  db: Executor,
  instanceId: string,
  ids: readonly string[],
): Promise<Pin[]> {
  return findAll((asked) => findById(db, asked), instanceId, ids);
}

async function findAll(
  find: (asked: Asked) => Promise<{ readonly rows: Pin[] }>,
  instanceId: string,
  values: readonly string[],
): Promise<Pin[]> {
  const found: Pin[] = [];
  for (let start = 0; start < values.length; start += atOnce) {
    const asked: Record<string, string> = { instance_id: instanceId };
    for (const [at, position] of positions.entries()) asked[position] = values[start + at] ?? "";
    const { rows } = await find(asked as Asked); // every slot has just been filled
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
