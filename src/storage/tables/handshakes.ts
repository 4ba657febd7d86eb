/** Owns the rows of trips to Bitbucket that have not come back yet. */
import type { Executor } from "../database.ts";
import type { HandshakesTable } from "../schema.ts";

/** `false` when one of this state is there already. */
export async function insertHandshake(db: Executor, handshake: HandshakesTable): Promise<boolean> {
  const result = await db
    .insertInto("handshakes")
    .values(handshake)
    .onConflict((conflict) => conflict.column("state_hash").doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export async function findHandshake(db: Executor, stateHash: string): Promise<HandshakesTable | undefined> {
  return db.selectFrom("handshakes").selectAll().where("state_hash", "=", stateHash).executeTakeFirst();
}

/** Takes it out for good; `false` when somebody else has taken it before. */
export async function consumeHandshake(db: Executor, stateHash: string): Promise<boolean> {
  const result = await db.deleteFrom("handshakes").where("state_hash", "=", stateHash).executeTakeFirst();
  return result.numDeletedRows === 1n;
}

/** Keeps the newest `keep` of a browser and forgets the older ones. */
export async function evictHandshakes(db: Executor, browserHash: string, keep: number): Promise<void> {
  const kept = db
    .selectFrom("handshakes")
    .select("state_hash")
    .where("browser_hash", "=", browserHash)
    .orderBy("created_at", "desc")
    .orderBy("state_hash")
    .limit(keep);
  await db
    .deleteFrom("handshakes")
    .where("browser_hash", "=", browserHash)
    .where("state_hash", "not in", kept)
    .execute();
}

export async function deleteExpiredHandshakes(db: Executor, now: Date): Promise<void> {
  await db.deleteFrom("handshakes").where("expires_at", "<=", now.toISOString()).execute();
}

/** Keeps the newest `most` of all, or a few more that began in the same moment, and forgets the older ones. */
export async function capHandshakes(db: Executor, most: number): Promise<void> {
  const first = await db
    .selectFrom("handshakes")
    .select("expires_at")
    .orderBy("expires_at", "desc")
    .limit(1)
    .offset(most)
    .executeTakeFirst();
  if (first !== undefined)
    await db.deleteFrom("handshakes").where("expires_at", "<=", first.expires_at).execute();
}

/** Forgets what a user has begun for a purpose and not ended. */
export async function forgetHandshakes(
  db: Executor,
  { user_id, purpose }: { readonly user_id: string; readonly purpose: string },
): Promise<void> {
  await db.deleteFrom("handshakes").where("user_id", "=", user_id).where("purpose", "=", purpose).execute();
}
