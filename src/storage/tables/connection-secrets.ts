/**
 * Owns the rows of sealed tokens and of the lease under which they are renewed. Every change is one compare-and-swap that
 * names what it replaces, so that a late one loses whatever the engine.
 */
import { sql } from "kysely";
import type { Executor } from "../database.ts";
import { prepared, type Slots } from "../prepared.ts";
import type { ConnectionSecretsTable, ConnectionsTable } from "../schema.ts";

/** Sealed tokens with what they are bound to and where their connection stands. */
export type SecretsRow = ConnectionSecretsTable &
  Pick<
    ConnectionsTable,
    | "project_id"
    | "instance_id"
    | "kind"
    | "login"
    | "git_user"
    | "subject"
    | "scopes"
    | "state"
    | "state_reason"
  >;

/** The look-up of every hand-out. */
export async function findSecrets(db: Executor, connectionId: string): Promise<SecretsRow | undefined> {
  return (await find(db, { connection_id: connectionId })).rows[0];
}

const find = prepared((db, given: Slots<Pick<ConnectionSecretsTable, "connection_id">>) =>
  db
    .selectFrom("connection_secrets")
    .innerJoin("connections", "connections.id", "connection_secrets.connection_id")
    .selectAll("connection_secrets")
    .select([
      "connections.project_id",
      "connections.instance_id",
      "connections.kind",
      "connections.login",
      "connections.git_user",
      "connections.subject",
      "connections.scopes",
      "connections.state",
      "connections.state_reason",
    ])
    .where("connection_secrets.connection_id", "=", given("connection_id")),
);

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

/** What a save writes: the tokens, and an end to the lease and its intent. The fence is raised by the save itself. */
export type SavedSecrets = Omit<
  ConnectionSecretsTable,
  "lease_owner" | "lease_expires_at" | "lease_fence" | "asked_at"
>;

/** Writes `secrets` over version `replaced`; `false`, with nothing written, when another version lies there. */
export async function replaceSecrets(
  db: Executor,
  secrets: SavedSecrets,
  replaced: number,
): Promise<boolean> {
  const { connection_id, ...columns } = secrets;
  const result = await db
    .updateTable("connection_secrets")
    .set((select) => ({
      ...columns,
      lease_owner: null,
      lease_expires_at: null,
      lease_fence: select("lease_fence", "+", 1),
      asked_at: null,
    }))
    .where("connection_id", "=", connection_id)
    .where("version", "=", replaced)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** The part of a row that tells whether anything has happened to it. */
export type LeaseRow = Pick<
  ConnectionSecretsTable,
  | "connection_id"
  | "version"
  | "lease_owner"
  | "lease_expires_at"
  | "lease_fence"
  | "retry_at"
  | "owner_unchecked"
>;

/** How the leases of these connections stand, in one question; those that hold nothing are missing. */
export async function listLeases(db: Executor, connectionIds: readonly string[]): Promise<LeaseRow[]> {
  return db
    .selectFrom("connection_secrets")
    .select([
      "connection_id",
      "version",
      "lease_owner",
      "lease_expires_at",
      "lease_fence",
      "retry_at",
      "owner_unchecked",
    ])
    .where("connection_id", "in", connectionIds)
    .execute();
}

/** Who claims, until when, and since when Bitbucket may have been asked. */
export type LeaseClaim = Pick<ConnectionSecretsTable, "lease_owner" | "lease_expires_at" | "asked_at">;

/**
 * Takes the lease and notes the intent to ask, over exactly the row that was seen: its version, its fence and its lease's
 * end. `false`, with nothing written, when any of them has changed.
 */
export async function claimLease(
  db: Executor,
  seen: Pick<ConnectionSecretsTable, "connection_id" | "version" | "lease_fence" | "lease_expires_at">,
  claim: LeaseClaim,
): Promise<boolean> {
  const { connection_id, version, lease_fence, lease_expires_at } = seen;
  const result = await db
    .updateTable("connection_secrets")
    .set({ ...claim, lease_fence: lease_fence + 1 })
    .where("connection_id", "=", connection_id)
    .where("version", "=", version)
    .where("lease_fence", "=", lease_fence)
    .where("lease_expires_at", lease_expires_at === null ? "is" : "=", lease_expires_at)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** A lease as its holder knows it. */
export type HeldLease = Pick<ConnectionSecretsTable, "connection_id" | "lease_owner" | "lease_fence">;

/** Gives the holder more time, or ends its lease with what came of it. `false` when it holds nothing any more. */
export async function changeLease(
  db: Executor,
  { connection_id, lease_owner, lease_fence }: HeldLease,
  changes: Partial<
    Pick<
      ConnectionSecretsTable,
      "lease_owner" | "lease_expires_at" | "asked_at" | "failures" | "retry_at" | "keep_alive_at"
    >
  >,
): Promise<boolean> {
  const result = await db
    .updateTable("connection_secrets")
    .set(changes)
    .where("connection_id", "=", connection_id)
    .where("lease_owner", "=", lease_owner)
    .where("lease_fence", "=", lease_fence)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Puts a renewal off that was not begun, over exactly the row that was seen; `false` when it has changed since. */
export async function postponeRenewal(
  db: Executor,
  seen: Pick<ConnectionSecretsTable, "connection_id" | "version" | "lease_fence">,
  rest: Pick<ConnectionSecretsTable, "failures" | "retry_at">,
): Promise<boolean> {
  const result = await db
    .updateTable("connection_secrets")
    .set(rest)
    .where("connection_id", "=", seen.connection_id)
    .where("version", "=", seen.version)
    .where("lease_fence", "=", seen.lease_fence)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Whose these tokens are is known, or cannot be known. */
export async function noteOwnerChecked(
  db: Executor,
  { connection_id, version }: Pick<ConnectionSecretsTable, "connection_id" | "version">,
): Promise<void> {
  await db
    .updateTable("connection_secrets")
    .set({ owner_unchecked: 0 })
    .where("connection_id", "=", connection_id)
    .where("version", "=", version)
    .execute();
}

/** Which of those that were interrupted are looked for. */
export interface InterruptedSearch {
  readonly now: string;
  /** Bitbucket was asked at `time` or later, or earlier than that. */
  readonly asked: "since" | "before";
  readonly time: string;
  readonly limit: number;
  /** So many of one instance at most: one that does not answer leaves places for the others. */
  readonly limitPerInstance: number;
}

/**
 * Connections a stopped process may have left between question and answer: asked, and their lease is over. Those nobody has
 * tried since come first, then those that have waited longest.
 */
export async function listInterrupted(db: Executor, search: InterruptedSearch): Promise<string[]> {
  const { now, asked, time, limit, limitPerInstance } = search;
  const rows = await db
    .selectFrom((from) =>
      from
        .selectFrom("connection_secrets")
        .innerJoin("connections", "connections.id", "connection_secrets.connection_id")
        .select(["connection_id", "asked_at", leftAloneUntil.as("left_alone_until")])
        .select(({ fn }) =>
          fn
            .agg<number>("row_number")
            .over((over) =>
              over
                .partitionBy("instance_id")
                .orderBy(leftAloneUntil)
                .orderBy("asked_at")
                .orderBy("connection_id"),
            )
            .as("place"),
        )
        .where("asked_at", asked === "since" ? ">=" : "<", time)
        .where((where) =>
          where.or([where("lease_expires_at", "is", null), where("lease_expires_at", "<", now)]),
        )
        .where((where) => where.or([where("retry_at", "is", null), where("retry_at", "<=", now)]))
        .where("connections.state", "not in", endedStates)
        .as("interrupted"),
    )
    .select("connection_id")
    .where("place", "<=", limitPerInstance)
    .orderBy("left_alone_until")
    .orderBy("asked_at")
    .orderBy("connection_id")
    .limit(limit)
    .execute();
  return rows.map(({ connection_id }) => connection_id);
}

/** After a try since Bitbucket was asked; empty when there was none. */
const leftAloneUntil = sql<string>`case when retry_at > asked_at then retry_at else '' end`;

/** Connections somebody wished to end, at whose end nobody is at work: no lease runs. */
export async function listUnfinishedFarewells(db: Executor, now: string, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom("connections")
    .leftJoin("connection_secrets", "connection_secrets.connection_id", "connections.id")
    .select("connections.id")
    .where("connections.state", "=", "disconnected")
    .where("connections.state_reason", "=", "vault.disconnecting")
    .where((where) => where.or([where("lease_expires_at", "is", null), where("lease_expires_at", "<", now)]))
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

/** A connection whose credential wants to be renewed although nobody uses it, and since when. */
export interface DueKeepAlive {
  readonly connectionId: string;
  readonly keepAliveAt: string;
}

/** The longest due first; those behind `after`, from the first one on when that is null. */
export async function listKeepAliveDue(
  db: Executor,
  now: string,
  { after, limit }: { readonly after: DueKeepAlive | null; readonly limit: number },
): Promise<DueKeepAlive[]> {
  const rows = await db
    .selectFrom("connection_secrets")
    .innerJoin("connections", "connections.id", "connection_secrets.connection_id")
    .select(["connection_secrets.connection_id", "keep_alive_at"])
    .where("keep_alive_at", "<=", now)
    .where("keep_alive_at", ">=", after?.keepAliveAt ?? "")
    .where(({ or, eb }) =>
      or([
        eb("keep_alive_at", ">", after?.keepAliveAt ?? ""),
        eb("connection_secrets.connection_id", ">", after?.connectionId ?? ""),
      ]),
    )
    .where((where) => where.or([where("retry_at", "is", null), where("retry_at", "<=", now)]))
    .where("lease_owner", "is", null)
    .where("connections.state", "not in", endedStates)
    .orderBy("keep_alive_at")
    .orderBy("connection_secrets.connection_id")
    .limit(limit)
    .execute();
  return rows.map(({ connection_id, keep_alive_at }) => ({
    connectionId: connection_id,
    keepAliveAt: keep_alive_at ?? now,
  }));
}

/**
 * Has the two lists above leave the connection out until then, so that one nothing can be done with does not stand before
 * the others; with `keepAliveAt` null the first of them only. One that is being renewed is left as it is.
 */
export async function setAside(
  db: Executor,
  connectionId: string,
  until: { readonly now: string; readonly retryAt: string; readonly keepAliveAt: string | null },
): Promise<void> {
  await db
    .updateTable("connection_secrets")
    .set(({ ref, eb }) => ({
      retry_at: eb.case().when("asked_at", "is", null).then(ref("retry_at")).else(until.retryAt).end(),
      ...(until.keepAliveAt !== null && {
        keep_alive_at: eb
          .case()
          .when("keep_alive_at", "is", null)
          .then(ref("keep_alive_at"))
          .else(until.keepAliveAt)
          .end(),
      }),
    }))
    .where("connection_id", "=", connectionId)
    .where((where) =>
      where.or([where("lease_expires_at", "is", null), where("lease_expires_at", "<", until.now)]),
    )
    .execute();
}

/** States in which nothing is asked of Bitbucket any more until a person does something. */
const endedStates = ["disconnected", "suspended", "reconnect"];

/** Forgets former refresh tokens Bitbucket takes no more; gives how many. */
export async function dropFormerTokens(db: Executor, now: string): Promise<number> {
  const result = await db
    .updateTable("connection_secrets")
    .set({ sealed_former_refresh_token: null, former_until: null })
    .where("former_until", "<=", now)
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/** Whether another connection of the instance was renewed after `since`: then the instance's registration is in order. */
export async function isAnyRenewedSince(db: Executor, instanceId: string, since: string): Promise<boolean> {
  const found = await db
    .selectFrom("connection_secrets")
    .innerJoin("connections", "connections.id", "connection_secrets.connection_id")
    .select("connection_secrets.connection_id")
    .where("connections.instance_id", "=", instanceId)
    .where("connections.kind", "=", "oauth2")
    .where("connection_secrets.updated_at", ">", since)
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
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
