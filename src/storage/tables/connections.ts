/** Owns the rows of connections; their secrets lie in `connection-secrets.ts`. */
import type { Executor } from "../database.ts";
import type { ConnectionsTable } from "../schema.ts";

export async function insertConnection(db: Executor, connection: ConnectionsTable): Promise<void> {
  await db.insertInto("connections").values(connection).execute();
}

export async function findConnection(db: Executor, id: string): Promise<ConnectionsTable | undefined> {
  return db.selectFrom("connections").selectAll().where("id", "=", id).executeTakeFirst();
}

/** Oldest first. */
export async function listConnections(db: Executor, projectId: string): Promise<ConnectionsTable[]> {
  return db
    .selectFrom("connections")
    .selectAll()
    .where("project_id", "=", projectId)
    .orderBy("created_at")
    .orderBy("id")
    .execute();
}

/** Whether it is there and the project's: somebody else's is looked for exactly as one that is missing. */
export async function isConnectionOf(db: Executor, id: string, projectId: string): Promise<boolean> {
  const found = await db
    .selectFrom("connections")
    .select("id")
    .where("id", "=", id)
    .where("project_id", "=", projectId)
    .executeTakeFirst();
  return found !== undefined;
}

/** A project's, or everyone's, with when its access ends; by project, oldest first. */
export async function listConnectionOverview(
  db: Executor,
  projectId: string | null,
): Promise<(ConnectionsTable & { access_expires_at: string | null })[]> {
  const all = db
    .selectFrom("connections")
    .leftJoin("connection_secrets", "connection_id", "connections.id")
    .selectAll("connections")
    .select("access_expires_at")
    .orderBy("project_id")
    .orderBy("created_at")
    .orderBy("connections.id");
  return projectId === null ? all.execute() : all.where("project_id", "=", projectId).execute();
}

/** Whether any connection that is not ended holds something for this instance. */
export async function isInstanceInUse(db: Executor, instanceId: string): Promise<boolean> {
  const found = await db
    .selectFrom("connections")
    .select("id")
    .where("instance_id", "=", instanceId)
    .where("state", "!=", "disconnected")
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

export async function updateConnection(
  db: Executor,
  id: string,
  changes: Partial<Omit<ConnectionsTable, "id" | "project_id" | "created_at">> & { updated_at: string },
): Promise<void> {
  await db.updateTable("connections").set(changes).where("id", "=", id).execute();
}

/** Moves a connection to a state, unless it is in one that only a person or a rule ends. */
export async function moveConnection(
  db: Executor,
  id: string,
  to: Pick<ConnectionsTable, "state" | "state_reason" | "updated_at">,
): Promise<void> {
  await db
    .updateTable("connections")
    .set(to)
    .where("id", "=", id)
    .where("state", "not in", ["disconnected", "suspended"])
    .execute();
}

/** Its secrets, repositories and analyses go with it. */
export async function deleteConnection(db: Executor, id: string): Promise<void> {
  await db.deleteFrom("connections").where("id", "=", id).execute();
}
