/** Owns the rows of trips to Bitbucket that have not come back yet. */
import type { Executor } from "../database.ts";
import { prepared, type Slots, slots } from "../prepared.ts";
import type { HandshakesTable } from "../schema.ts";

type ByState = Pick<HandshakesTable, "state_hash">;

/** `false` when one of this state is there already. */
export async function insertHandshake(db: Executor, handshake: HandshakesTable): Promise<boolean> {
  return (await insert(db, handshake)).numAffectedRows === 1n;
}

const insert = prepared((db, given: Slots<HandshakesTable>) =>
  db
    .insertInto("handshakes")
    .values(
      slots(given, [
        "state_hash",
        "instance_id",
        "purpose",
        "browser_hash",
        "user_id",
        "project_id",
        "connection_id",
        "return_to",
        "redirect_uri",
        "scopes",
        "data_key_id",
        "created_at",
        "expires_at",
      ]),
    )
    .onConflict((conflict) => conflict.column("state_hash").doNothing()),
);

export async function findHandshake(db: Executor, stateHash: string): Promise<HandshakesTable | undefined> {
  return (await find(db, { state_hash: stateHash })).rows[0];
}

const find = prepared((db, given: Slots<ByState>) =>
  db.selectFrom("handshakes").selectAll().where("state_hash", "=", given("state_hash")),
);

/** Who comes back, and when. */
export interface HandshakeArrival
  extends Pick<HandshakesTable, "state_hash" | "browser_hash" | "instance_id" | "user_id"> {
  readonly now: string;
}

/**
 * Takes out for good what this arrival may end, all of it judged in one step; nothing is changed where it may not, and
 * where somebody else was faster.
 */
export async function takeHandshake(
  db: Executor,
  arrival: HandshakeArrival,
): Promise<HandshakesTable | undefined> {
  return (await take(db, arrival)).rows[0];
}

const take = prepared((db, given: Slots<HandshakeArrival>) =>
  db
    .deleteFrom("handshakes")
    .where("state_hash", "=", given("state_hash"))
    .where("browser_hash", "=", given("browser_hash"))
    .where("instance_id", "=", given("instance_id"))
    .where((any) => any.or([any("user_id", "is", null), any("user_id", "=", given("user_id"))]))
    .where("expires_at", ">", given("now"))
    .where("created_at", "<=", given("now"))
    .returningAll(),
);

/** Keeps the newest `keep` of a browser and forgets the older ones. */
export async function evictHandshakes(db: Executor, browserHash: string, keep: number): Promise<void> {
  const { rows } = await listOfBrowser(db, { browser_hash: browserHash });
  for (const { state_hash } of rows.slice(keep)) await forget(db, { state_hash });
}

const forget = prepared((db, given: Slots<ByState>) =>
  db.deleteFrom("handshakes").where("state_hash", "=", given("state_hash")),
);

const listOfBrowser = prepared((db, given: Slots<Pick<HandshakesTable, "browser_hash">>) =>
  db
    .selectFrom("handshakes")
    .select("state_hash")
    .where("browser_hash", "=", given("browser_hash"))
    .orderBy("created_at", "desc")
    .orderBy("state_hash"),
);

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
