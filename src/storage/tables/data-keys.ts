/** Owns the rows of data keys, wrapped, and finding and moving what is sealed with one that was replaced. */
import type { Executor } from "../database.ts";
import type { ConnectionSecretsTable, DataKeysTable, InstancesTable, SessionChecksTable } from "../schema.ts";

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

/** Each project that has a data key, and null where there is one that belongs to none. */
export async function listKeyOwners(db: Executor): Promise<(string | null)[]> {
  const rows = await db.selectFrom("data_keys").select("project_id").distinct().execute();
  return rows.map(({ project_id }) => project_id);
}

/** From now on they open and seal no more. */
export async function markReplaced(db: Executor, ids: readonly string[], now: string): Promise<void> {
  if (ids.length === 0) return;
  await db
    .updateTable("data_keys")
    .set({ replaced_at: now })
    .where("id", "in", ids)
    .where("replaced_at", "is", null)
    .execute();
}

/** Writes the key as another wrapped it, over exactly what was seen; `false`, with nothing written, when that has changed. */
export async function rewrapDataKey(
  db: Executor,
  seen: Pick<DataKeysTable, "id" | "wrapped_key" | "wrapping_key_id">,
  next: Pick<DataKeysTable, "wrapped_key" | "wrapping_key_id">,
): Promise<boolean> {
  const result = await db
    .updateTable("data_keys")
    .set(next)
    .where("id", "=", seen.id)
    .where("wrapping_key_id", "=", seen.wrapping_key_id)
    .where("wrapped_key", "=", seen.wrapped_key)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** How many data keys each key-encryption key wraps. */
export async function countWrapped(
  db: Executor,
): Promise<{ readonly wrappingKeyId: string; readonly isReplaced: boolean; readonly count: number }[]> {
  const rows = await db
    .selectFrom("data_keys")
    .select(({ eb, fn }) => [
      "wrapping_key_id",
      eb.case().when("replaced_at", "is", null).then(0).else(1).end().as("is_replaced"),
      fn.countAll<number | string>().as("count"),
    ])
    .groupBy(["wrapping_key_id", "is_replaced"])
    .execute();
  return rows.map((row) => ({
    wrappingKeyId: row.wrapping_key_id,
    isReplaced: Number(row.is_replaced) === 1,
    count: Number(row.count),
  }));
}

/** How many connections need each key-encryption key. */
export async function countConnectionsByWrapper(db: Executor): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom("connection_secrets")
    .innerJoin("data_keys", "data_keys.id", "connection_secrets.data_key_id")
    .select(({ fn }) => ["wrapping_key_id", fn.countAll<number | string>().as("count")])
    .groupBy("wrapping_key_id")
    .execute();
  return new Map(rows.map(({ wrapping_key_id, count }) => [wrapping_key_id, Number(count)]));
}

/** Connections that need one of these key-encryption keys and do not wait for a person. */
export async function listSealedUnder(
  db: Executor,
  wrapperIds: readonly string[],
  limit: number,
): Promise<string[]> {
  if (wrapperIds.length === 0) return [];
  const rows = await db
    .selectFrom("connection_secrets")
    .innerJoin("data_keys", "data_keys.id", "connection_secrets.data_key_id")
    .innerJoin("connections", "connections.id", "connection_secrets.connection_id")
    .select("connection_id")
    .where("wrapping_key_id", "in", wrapperIds)
    .where("connections.state", "not in", ["disconnected", "suspended", "reconnect"])
    .limit(limit)
    .execute();
  return rows.map(({ connection_id }) => connection_id);
}

/** The key-encryption keys without which something cannot be opened, or not be sealed as before. */
export async function listNeededWrappers(db: Executor): Promise<string[]> {
  const rows = await db
    .selectFrom("data_keys")
    .select("wrapping_key_id")
    .distinct()
    .where(({ or, eb, exists, selectFrom }) =>
      or([
        eb("replaced_at", "is", null),
        exists(
          selectFrom("connection_secrets")
            .select("connection_id")
            .whereRef("connection_secrets.data_key_id", "=", "data_keys.id"),
        ),
        exists(
          selectFrom("instances")
            .select("instances.id")
            .whereRef("instances.data_key_id", "=", "data_keys.id"),
        ),
        exists(
          selectFrom("session_checks")
            .select("session_checks.id")
            .whereRef("session_checks.data_key_id", "=", "data_keys.id"),
        ),
        exists(
          selectFrom("identity_keys")
            .select("identity_keys.id")
            .whereRef("identity_keys.data_key_id", "=", "data_keys.id"),
        ),
      ]),
    )
    .orderBy("wrapping_key_id")
    .execute();
  return rows.map(({ wrapping_key_id }) => wrapping_key_id);
}

/** Rows that are sealed with a replaced key. */
export async function countOnReplaced(
  db: Executor,
): Promise<Record<"connections" | "instances" | "sessions" | "identityKeys", number>> {
  const count = async (table: "connection_secrets" | "instances" | "session_checks" | "identity_keys") => {
    const row = await db
      .selectFrom(table)
      .innerJoin("data_keys", "data_keys.id", `${table}.data_key_id`)
      .select(({ fn }) => fn.countAll<number | string>().as("count"))
      .where("replaced_at", "is not", null)
      .executeTakeFirst();
    return Number(row?.count ?? 0);
  };
  return {
    connections: await count("connection_secrets"),
    instances: await count("instances"),
    sessions: await count("session_checks"),
    identityKeys: await count("identity_keys"),
  };
}

/** What is sealed of a connection, with all it is bound to. */
export type SealedSecrets = Pick<
  ConnectionSecretsTable,
  | "connection_id"
  | "version"
  | "data_key_id"
  | "sealed_access_token"
  | "sealed_refresh_token"
  | "sealed_former_refresh_token"
> & { readonly project_id: string };

/** A part of what is sealed with replaced keys. */
export interface ReplacedPage {
  /** By id, those after this one; empty for the first. */
  readonly after: string;
  readonly limit: number;
  /** Only what these key-encryption keys open; null for all. */
  readonly wrapperIds: readonly string[] | null;
}

export async function listSecretsOnReplaced(
  db: Executor,
  { after, limit, wrapperIds }: ReplacedPage,
): Promise<SealedSecrets[]> {
  return db
    .selectFrom("connection_secrets")
    .innerJoin("data_keys", "data_keys.id", "connection_secrets.data_key_id")
    .innerJoin("connections", "connections.id", "connection_secrets.connection_id")
    .select([
      "connection_id",
      "connections.project_id",
      "version",
      "data_key_id",
      "sealed_access_token",
      "sealed_refresh_token",
      "sealed_former_refresh_token",
    ])
    .where("replaced_at", "is not", null)
    .where("connection_id", ">", after)
    .$if(wrapperIds !== null, (query) => query.where("wrapping_key_id", "in", wrapperIds ?? []))
    .orderBy("connection_id")
    .limit(limit)
    .execute();
}

/** The sealed columns of a connection, and what seals them. */
export type Resealed = Pick<
  SealedSecrets,
  "data_key_id" | "sealed_access_token" | "sealed_refresh_token" | "sealed_former_refresh_token"
>;

/**
 * Writes the same secrets, sealed anew, over exactly what was seen; the version stays. `false`, with nothing written, when the
 * connection was renewed meanwhile, or its former token forgotten.
 */
export async function resealSecrets(db: Executor, seen: SealedSecrets, next: Resealed): Promise<boolean> {
  const former = seen.sealed_former_refresh_token;
  const result = await db
    .updateTable("connection_secrets")
    .set(next)
    .where("connection_id", "=", seen.connection_id)
    .where("version", "=", seen.version)
    .where("data_key_id", "=", seen.data_key_id)
    .where("sealed_access_token", "=", seen.sealed_access_token)
    .where("sealed_former_refresh_token", former === null ? "is" : "=", former)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** A Server's private key, with all it is bound to. */
export type SealedPrivateKey = Pick<
  InstancesTable,
  "id" | "project_id" | "data_key_id" | "sealed_private_key"
>;

export async function listPrivateKeysOnReplaced(
  db: Executor,
  { after, limit, wrapperIds }: ReplacedPage,
): Promise<SealedPrivateKey[]> {
  return db
    .selectFrom("instances")
    .innerJoin("data_keys", "data_keys.id", "instances.data_key_id")
    .select(["instances.id", "instances.project_id", "data_key_id", "sealed_private_key"])
    .where("replaced_at", "is not", null)
    .where("instances.id", ">", after)
    .$if(wrapperIds !== null, (query) => query.where("wrapping_key_id", "in", wrapperIds ?? []))
    .orderBy("instances.id")
    .limit(limit)
    .execute();
}

/** As {@link resealSecrets}. */
export async function resealPrivateKey(
  db: Executor,
  seen: SealedPrivateKey,
  next: Pick<SealedPrivateKey, "data_key_id" | "sealed_private_key">,
): Promise<boolean> {
  const result = await db
    .updateTable("instances")
    .set(next)
    .where("id", "=", seen.id)
    .where("data_key_id", "=", seen.data_key_id)
    .where("sealed_private_key", "=", seen.sealed_private_key)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** What a session is judged by again, with all it is bound to. It belongs to no project. */
export type SealedCheck = Pick<SessionChecksTable, "id" | "version" | "data_key_id" | "sealed_tokens"> & {
  readonly project_id: null;
};

export async function listSessionChecksOnReplaced(
  db: Executor,
  { after, limit, wrapperIds }: ReplacedPage,
): Promise<SealedCheck[]> {
  const rows = await db
    .selectFrom("session_checks")
    .innerJoin("data_keys", "data_keys.id", "session_checks.data_key_id")
    .select(["session_checks.id", "version", "data_key_id", "sealed_tokens"])
    .where("replaced_at", "is not", null)
    .where("session_checks.id", ">", after)
    .$if(wrapperIds !== null, (query) => query.where("wrapping_key_id", "in", wrapperIds ?? []))
    .orderBy("session_checks.id")
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...row, project_id: null }));
}

/** As {@link resealSecrets}. Whoever is at it keeps its claim: the version stays. */
export async function resealSessionCheck(
  db: Executor,
  seen: SealedCheck,
  next: Pick<SealedCheck, "data_key_id" | "sealed_tokens">,
): Promise<boolean> {
  const result = await db
    .updateTable("session_checks")
    .set(next)
    .where("id", "=", seen.id)
    .where("data_key_id", "=", seen.data_key_id)
    .where("sealed_tokens", "=", seen.sealed_tokens)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Keys that are deleted in one statement: others wait to write meanwhile. */
export const mostDeletedAtOnce = 500;

/**
 * Deletes keys that were replaced before `before` and that seal nothing, but those of `kept`; gives how many,
 * {@link mostDeletedAtOnce} at most. Handshakes are over long before.
 */
export async function deleteUnusedDataKeys(
  db: Executor,
  before: string,
  kept: readonly string[],
): Promise<number> {
  const unused = db
    .selectFrom("data_keys")
    .select("data_keys.id")
    .where("replaced_at", "<=", before)
    .$if(kept.length > 0, (query) => query.where("data_keys.id", "not in", kept))
    .where(({ and, not, exists, selectFrom }) =>
      and([
        not(
          exists(
            selectFrom("connection_secrets")
              .select("connection_id")
              .whereRef("connection_secrets.data_key_id", "=", "data_keys.id"),
          ),
        ),
        not(
          exists(
            selectFrom("instances")
              .select("instances.id")
              .whereRef("instances.data_key_id", "=", "data_keys.id"),
          ),
        ),
        not(
          exists(
            selectFrom("identity_keys")
              .select("identity_keys.id")
              .whereRef("identity_keys.data_key_id", "=", "data_keys.id"),
          ),
        ),
        not(
          exists(
            selectFrom("session_checks")
              .select("session_checks.id")
              .whereRef("session_checks.data_key_id", "=", "data_keys.id"),
          ),
        ),
      ]),
    )
    .limit(mostDeletedAtOnce);
  const result = await db.deleteFrom("data_keys").where("id", "in", unused).executeTakeFirst();
  return Number(result.numDeletedRows);
}
