/** Owns the rows of data keys, wrapped. */
import type { Executor } from "../database.ts";
import type { DataKeysTable } from "../schema.ts";

export async function insertDataKey(db: Executor, key: DataKeysTable): Promise<void> {
  await db.insertInto("data_keys").values(key).execute();
}

/** A project's, or those of no project. */
export async function listDataKeys(db: Executor, projectId: string | null): Promise<DataKeysTable[]> {
  const all = db.selectFrom("data_keys").selectAll();
  return projectId === null
    ? all.where("project_id", "is", null).execute()
    : all.where("project_id", "=", projectId).execute();
}
