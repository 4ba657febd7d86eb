/** Owns the rows that say which Bitbucket person is which user. */
import type { Executor } from "../database.ts";
import type { IdentitiesTable } from "../schema.ts";

export async function findIdentity(
  db: Executor,
  key: Pick<IdentitiesTable, "instance_id" | "subject">,
): Promise<IdentitiesTable | undefined> {
  return db
    .selectFrom("identities")
    .selectAll()
    .where("instance_id", "=", key.instance_id)
    .where("subject", "=", key.subject)
    .executeTakeFirst();
}

/** Throws the database's own error when this person is someone's already. */
export async function insertIdentity(db: Executor, identity: IdentitiesTable): Promise<void> {
  await db.insertInto("identities").values(identity).execute();
}

export async function updateIdentity(
  db: Executor,
  identity: Pick<IdentitiesTable, "instance_id" | "subject" | "profile_json" | "updated_at">,
): Promise<void> {
  await db
    .updateTable("identities")
    .set({ profile_json: identity.profile_json, updated_at: identity.updated_at })
    .where("instance_id", "=", identity.instance_id)
    .where("subject", "=", identity.subject)
    .execute();
}
