/** Owns the rows of API keys. A key's secret is here as its hash alone. */
import type { Executor } from "../database.ts";
import type { ApiKeysTable } from "../schema.ts";

export async function insertApiKey(db: Executor, key: ApiKeysTable): Promise<void> {
  await db.insertInto("api_keys").values(key).execute();
}

export async function findApiKey(db: Executor, id: string): Promise<ApiKeysTable | undefined> {
  return db.selectFrom("api_keys").selectAll().where("id", "=", id).executeTakeFirst();
}

export async function findApiKeyByHash(db: Executor, secretHash: string): Promise<ApiKeysTable | undefined> {
  return db.selectFrom("api_keys").selectAll().where("secret_hash", "=", secretHash).executeTakeFirst();
}

/** A project's, or everyone's; oldest first. */
export async function listApiKeys(db: Executor, projectId: string | null): Promise<ApiKeysTable[]> {
  const all = db.selectFrom("api_keys").selectAll().orderBy("created_at").orderBy("id");
  return projectId === null ? all.execute() : all.where("project_id", "=", projectId).execute();
}

/** False when it was revoked before. */
export async function revokeApiKey(db: Executor, id: string, revokedAt: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("api_keys")
    .set({ revoked_at: revokedAt })
    .where("id", "=", id)
    .where("revoked_at", "is", null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Leaves a later time of another process as it is. */
export async function noteApiKeyUse(db: Executor, id: string, usedAt: string): Promise<void> {
  await db
    .updateTable("api_keys")
    .set({ last_used_at: usedAt })
    .where("id", "=", id)
    .where(({ or, eb }) => or([eb("last_used_at", "is", null), eb("last_used_at", "<", usedAt)]))
    .execute();
}
