/** Owns the rows of sealed tokens. A save names the version it replaces, so that a late one loses. */
import type { CompiledQuery } from "kysely";
import type { Executor } from "../database.ts";
import type { ConnectionSecretsTable, ConnectionsTable } from "../schema.ts";

/** Sealed tokens with what they are bound to and where their connection stands. */
export type SecretsRow = ConnectionSecretsTable &
  Pick<ConnectionsTable, "project_id" | "instance_id" | "kind" | "login" | "state">;

/** The look-up of every call to Bitbucket, compiled once. */
export function prepareFindSecrets(db: Executor): (connectionId: string) => Promise<SecretsRow | undefined> {
  const compiled: CompiledQuery<SecretsRow> = db
    .selectFrom("connection_secrets")
    .innerJoin("connections", "connections.id", "connection_secrets.connection_id")
    .selectAll("connection_secrets")
    .select([
      "connections.project_id",
      "connections.instance_id",
      "connections.kind",
      "connections.login",
      "connections.state",
    ])
    .where("connection_secrets.connection_id", "=", "")
    .compile();
  return async (id) => (await db.executeQuery<SecretsRow>({ ...compiled, parameters: [id] })).rows[0];
}

/** Which version lies there now; undefined when none does. */
export async function findSecretsVersion(db: Executor, connectionId: string): Promise<number | undefined> {
  const row = await db
    .selectFrom("connection_secrets")
    .select("version")
    .where("connection_id", "=", connectionId)
    .executeTakeFirst();
  return row?.version;
}

/** Throws the database's own error when the connection holds secrets already or does not exist. */
export async function insertSecrets(db: Executor, secrets: ConnectionSecretsTable): Promise<void> {
  await db.insertInto("connection_secrets").values(secrets).execute();
}

/** Writes `secrets` over version `replaced`; `false`, with nothing written, when another version lies there. */
export async function replaceSecrets(
  db: Executor,
  secrets: ConnectionSecretsTable,
  replaced: number,
): Promise<boolean> {
  const { connection_id, ...columns } = secrets;
  const result = await db
    .updateTable("connection_secrets")
    .set(columns)
    .where("connection_id", "=", connection_id)
    .where("version", "=", replaced)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function deleteSecrets(db: Executor, connectionId: string): Promise<void> {
  await db.deleteFrom("connection_secrets").where("connection_id", "=", connectionId).execute();
}

/** Whether losing the key would lose anything. Handshakes do not count: they live ten minutes. */
export async function holdsSealedRows(db: Executor): Promise<boolean> {
  const secret = await db
    .selectFrom("connection_secrets")
    .select("connection_id")
    .limit(1)
    .executeTakeFirst();
  const privateKey = await db.selectFrom("instances").select("id").limit(1).executeTakeFirst();
  return secret !== undefined || privateKey !== undefined;
}
