/** Owns the database's notes about itself. */
import type { Executor } from "../database.ts";

export async function readMeta(db: Executor, name: string): Promise<string | undefined> {
  const row = await db.selectFrom("meta").select("value").where("name", "=", name).executeTakeFirst();
  return row?.value;
}

export async function writeMeta(db: Executor, name: string, value: string): Promise<void> {
  await db
    .insertInto("meta")
    .values({ name, value })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
    .execute();
}

/** Leaves a note that is there already as it is: of two that write at once, one counts. */
export async function addMeta(db: Executor, name: string, value: string): Promise<void> {
  await db
    .insertInto("meta")
    .values({ name, value })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .execute();
}

/** The notes whose names begin so, by name. */
export async function listMeta(db: Executor, beginning: string): Promise<{ name: string; value: string }[]> {
  const rows = await db
    .selectFrom("meta")
    .selectAll()
    .where("name", "like", `${beginning}%`)
    .orderBy("name")
    .execute();
  return rows.filter(({ name }) => name.startsWith(beginning));
}

/** Writes `next` over exactly `seen`; `false`, with nothing written, when something else stands there. */
export async function swapMeta(db: Executor, name: string, seen: string, next: string): Promise<boolean> {
  const result = await db
    .updateTable("meta")
    .set({ value: next })
    .where("name", "=", name)
    .where("value", "=", seen)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function deleteMeta(db: Executor, name: string): Promise<void> {
  await db.deleteFrom("meta").where("name", "=", name).execute();
}

/** Removes exactly what was seen; what somebody else wrote meanwhile stays. */
export async function deleteSeenMeta(db: Executor, name: string, seen: string): Promise<void> {
  await db.deleteFrom("meta").where("name", "=", name).where("value", "=", seen).execute();
}

/** Leaves a later time as it is, unless it lies beyond `latest`; all three are ISO 8601 in UTC. */
export async function raiseTimeMeta(
  db: Executor,
  name: string,
  { time, latest }: { readonly time: string; readonly latest: string },
): Promise<void> {
  await db
    .insertInto("meta")
    .values({ name, value: time })
    .onConflict((conflict) =>
      conflict
        .column("name")
        .doUpdateSet({ value: time })
        .where(({ eb, or }) => or([eb("meta.value", "<", time), eb("meta.value", ">", latest)])),
    )
    .execute();
}
