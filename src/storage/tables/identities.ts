/** Owns the rows that say which Bitbucket person is which user. */
import type { Executor } from "../database.ts";
import { prepared, type Slots } from "../prepared.ts";
import type { IdentitiesTable, NewIdentity } from "../schema.ts";

/** Names an identity, and nothing else does. */
export type IdentityKey = Pick<IdentitiesTable, "instance_id" | "subject">;

export async function findIdentity(db: Executor, key: IdentityKey): Promise<IdentitiesTable | undefined> {
  return (await find(db, key)).rows[0];
}

const find = prepared((db, given: Slots<IdentityKey>) =>
  db
    .selectFrom("identities")
    .selectAll()
    .where("instance_id", "=", given("instance_id"))
    .where("subject", "=", given("subject")),
);

/** A user's, the oldest first. */
export async function listIdentities(db: Executor, userId: string): Promise<IdentitiesTable[]> {
  return db
    .selectFrom("identities")
    .selectAll()
    .where("user_id", "=", userId)
    .orderBy("created_at")
    .orderBy("instance_id")
    .orderBy("subject")
    .execute();
}

/** Throws the database's own error when this person is someone's already. */
export async function insertIdentity(db: Executor, identity: NewIdentity): Promise<void> {
  await db.insertInto("identities").values(identity).execute();
}

export async function updateIdentity(db: Executor, identity: IdentityKey & IdentityChanges): Promise<void> {
  await update(db, identity);
}

type IdentityChanges = Pick<IdentitiesTable, "username" | "profile_json" | "updated_at">;

const update = prepared((db, given: Slots<IdentityKey & IdentityChanges>) =>
  db
    .updateTable("identities")
    .set({
      username: given("username"),
      profile_json: given("profile_json"),
      updated_at: given("updated_at"),
    })
    .where("instance_id", "=", given("instance_id"))
    .where("subject", "=", given("subject")),
);

export async function deleteIdentity(db: Executor, key: IdentityKey): Promise<void> {
  await db
    .deleteFrom("identities")
    .where("instance_id", "=", key.instance_id)
    .where("subject", "=", key.subject)
    .execute();
}

/** Takes a user name from whoever had it at this instance until now, but for `subject`; whose it was. */
export async function takeUsername(
  db: Executor,
  { instance_id, username, subject }: IdentityKey & { readonly username: string },
): Promise<IdentitiesTable[]> {
  const found = await db
    .selectFrom("identities")
    .selectAll()
    .where("instance_id", "=", instance_id)
    .where("username", "=", username)
    .where("subject", "!=", subject)
    .execute();
  for (const { subject: of } of found)
    await db
      .updateTable("identities")
      .set({ username: null })
      .where("instance_id", "=", instance_id)
      .where("subject", "=", of)
      .execute();
  return found;
}
