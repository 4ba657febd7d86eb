/** Owns the rows of instances that were set up in the dashboard. */
import type { Executor } from "../database.ts";
import type { InstancesTable } from "../schema.ts";

export async function insertInstance(db: Executor, instance: InstancesTable): Promise<void> {
  await db.insertInto("instances").values(instance).execute();
}

export async function findInstanceRow(db: Executor, id: string): Promise<InstancesTable | undefined> {
  return db.selectFrom("instances").selectAll().where("id", "=", id).executeTakeFirst();
}

/** Oldest first. */
export async function listInstances(db: Executor, projectId: string): Promise<InstancesTable[]> {
  return db
    .selectFrom("instances")
    .selectAll()
    .where("project_id", "=", projectId)
    .orderBy("created_at")
    .orderBy("id")
    .execute();
}

export async function updateInstance(
  db: Executor,
  id: string,
  changes: Partial<Omit<InstancesTable, "id" | "project_id" | "created_at">>,
): Promise<void> {
  await db.updateTable("instances").set(changes).where("id", "=", id).execute();
}

export async function deleteInstance(db: Executor, id: string): Promise<void> {
  await db.deleteFrom("instances").where("id", "=", id).execute();
}
