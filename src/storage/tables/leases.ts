/** Owns the question who is renewing at this moment. */
import type { Executor } from "../database.ts";

/** Whether another connection of the instance holds a lease under which Bitbucket is being asked. */
export async function isAnotherRenewing(
  db: Executor,
  at: { readonly instanceId: string; readonly connectionId: string; readonly now: string },
): Promise<boolean> {
  const found = await db
    .selectFrom("connection_secrets")
    .innerJoin("connections", "connections.id", "connection_secrets.connection_id")
    .select("connection_secrets.connection_id")
    .where("connections.instance_id", "=", at.instanceId)
    .where("connection_secrets.connection_id", "!=", at.connectionId)
    .where("connection_secrets.asked_at", "is not", null)
    .where("connection_secrets.lease_expires_at", ">", at.now)
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}
