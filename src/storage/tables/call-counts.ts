/** Owns the rows of calls made, a row a consumer and minute. */
import type { Executor } from "../database.ts";
import type { CallCountsTable } from "../schema.ts";

export async function addCalls(db: Executor, { consumer, minute, calls }: CallCountsTable): Promise<void> {
  await db
    .insertInto("call_counts")
    .values({ consumer, minute, calls })
    .onConflict((conflict) =>
      conflict
        .columns(["consumer", "minute"])
        .doUpdateSet((set) => ({ calls: set("call_counts.calls", "+", calls) })),
    )
    .execute();
}

/** The consumer's minutes from `since` on, oldest first. */
export async function listCalls(db: Executor, consumer: string, since: string): Promise<CallCountsTable[]> {
  return db
    .selectFrom("call_counts")
    .selectAll()
    .where("consumer", "=", consumer)
    .where("minute", ">=", since)
    .orderBy("minute")
    .execute();
}

/** Forgets minutes nobody sums any more. */
export async function deleteCallsBefore(db: Executor, minute: string): Promise<void> {
  await db.deleteFrom("call_counts").where("minute", "<", minute).execute();
}
