/** Owns the rows of projects. */
import type { Transaction } from "kysely";
import type { Executor } from "../database.ts";
import type { ProjectsTable, Schema } from "../schema.ts";

export async function insertProject(db: Executor, project: ProjectsTable): Promise<void> {
  await db.insertInto("projects").values(project).execute();
}

export async function findProject(db: Executor, id: string): Promise<ProjectsTable | undefined> {
  return db.selectFrom("projects").selectAll().where("id", "=", id).executeTakeFirst();
}

/** Newest first. */
export async function listProjects(db: Executor, madeBy: string): Promise<ProjectsTable[]> {
  return db
    .selectFrom("projects")
    .selectAll()
    .where("made_by", "=", madeBy)
    .orderBy("created_at", "desc")
    .orderBy("id")
    .execute();
}

export async function renameProject(db: Executor, id: string, name: string): Promise<void> {
  await db.updateTable("projects").set({ name }).where("id", "=", id).execute();
}

/**
 * Its connections, their secrets and repositories, its analyses and its keys go with it. What a key seals goes before the
 * key: PostgreSQL does not wait for the end of the deletion to miss one.
 */
export async function deleteProject(db: Transaction<Schema>, id: string): Promise<void> {
  await db.deleteFrom("connections").where("project_id", "=", id).execute();
  await db.deleteFrom("instances").where("project_id", "=", id).execute();
  await db.deleteFrom("projects").where("id", "=", id).execute();
}
