/** Owns the counts an operator looks at: a few questions that indexes answer, whatever the number of connections. */
import type { Executor } from "../database.ts";
import type { ConnectionsTable } from "../schema.ts";

/** Connections that are alike. */
export interface ConnectionCount
  extends Pick<ConnectionsTable, "state" | "state_reason" | "instance_id" | "kind"> {
  readonly count: number;
}

/** All connections, by where they stand. `connections_by_state` holds all that is asked for. */
export async function countConnections(db: Executor): Promise<ConnectionCount[]> {
  const rows = await db
    .selectFrom("connections")
    .select(({ fn }) => [
      "state",
      "state_reason",
      "instance_id",
      "kind",
      fn.countAll<number | string>().as("count"),
    ])
    .groupBy(["state", "state_reason", "instance_id", "kind"])
    .orderBy("state")
    .orderBy("state_reason")
    .orderBy("instance_id")
    .orderBy("kind")
    .execute();
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}

/**
 * Renewals between question and answer: `held` by a process whose lease runs, `interrupted` where none does. A lease is
 * claimed together with its intent, so that those with an intent are all there are.
 */
export async function countRenewals(
  db: Executor,
  now: string,
): Promise<{ readonly held: number; readonly interrupted: number }> {
  // A range, as SQLite reads the whole table for `is not null` beside another condition.
  const asked = () => countSecrets(db).where("asked_at", ">", "");
  const held = await asked().where("lease_expires_at", ">=", now).executeTakeFirstOrThrow();
  const all = await asked().executeTakeFirstOrThrow();
  return { held: Number(held.count), interrupted: Math.max(0, Number(all.count) - Number(held.count)) };
}

/** Former refresh tokens that are still kept. */
export async function countFormerTokens(db: Executor): Promise<number> {
  const row = await countSecrets(db).where("former_until", "is not", null).executeTakeFirstOrThrow();
  return Number(row.count);
}

function countSecrets(db: Executor) {
  return db.selectFrom("connection_secrets").select(({ fn }) => fn.countAll<number | string>().as("count"));
}

/** States in which nothing is renewed until a person does something. */
const endedStates = ["disconnected", "suspended", "reconnect"];

/** Credentials that are renewed though nobody uses them, in the order in which they are due. */
function keptAlive(db: Executor) {
  return db
    .selectFrom("connection_secrets")
    .innerJoin("connections", "connections.id", "connection_secrets.connection_id")
    .where("keep_alive_at", "is not", null)
    .where("connections.state", "not in", endedStates);
}

/** How many were due before `time`. */
export async function countKeepAlives(db: Executor, time: string): Promise<number> {
  const row = await keptAlive(db)
    .select(({ fn }) => fn.countAll<number | string>().as("count"))
    .where("keep_alive_at", "<", time)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

export interface DueToken {
  /** When it is renewed though nobody uses it. */
  readonly keepAliveAt: string;
  /** When Bitbucket gave it. */
  readonly updatedAt: string;
}

/** The credentials that are due next. */
export async function listNextKeepAlives(db: Executor, limit: number): Promise<DueToken[]> {
  const rows = await keptAlive(db)
    .select(["keep_alive_at", "connection_secrets.updated_at"])
    .orderBy("keep_alive_at")
    .limit(limit)
    .execute();
  return rows.map(readDue);
}

/** The one in the middle of that order; undefined when there is none. */
export async function findMiddleKeepAlive(db: Executor): Promise<DueToken | undefined> {
  const all = db.selectFrom("connection_secrets").where("keep_alive_at", "is not", null);
  const { count } = await all
    .select(({ fn }) => fn.countAll<number | string>().as("count"))
    .executeTakeFirstOrThrow();
  const place = await all
    .select("keep_alive_at")
    .orderBy("keep_alive_at")
    .limit(1)
    .offset(Math.floor(Number(count) / 2))
    .executeTakeFirst();
  if (place === undefined) return undefined;
  const row = await all
    .select(["keep_alive_at", "updated_at"])
    .where("keep_alive_at", "=", place.keep_alive_at)
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : readDue(row);
}

function readDue(row: { readonly keep_alive_at: string | null; readonly updated_at: string }): DueToken {
  return { keepAliveAt: row.keep_alive_at ?? row.updated_at, updatedAt: row.updated_at };
}

/** When the record's latest entry was made; null while there is none. */
export async function findLatestEntryTime(db: Executor): Promise<string | null> {
  const row = await db
    .selectFrom("audit_entries")
    .select("at")
    .orderBy("at", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.at ?? null;
}

/** When a connection whose latest renewals failed is tried again; null when none failed, or it holds nothing. */
export async function findNextTry(db: Executor, connectionId: string): Promise<string | null> {
  const row = await db
    .selectFrom("connection_secrets")
    .select("retry_at")
    .where("connection_id", "=", connectionId)
    .where("failures", ">", 0)
    .executeTakeFirst();
  return row?.retry_at ?? null;
}
