/** Owns the rows of the record: writers, their entries, and the checkpoints that stand for deleted ones. */
import { type CompiledQuery, sql } from "kysely";
import type { Executor } from "../database.ts";
import type { AuditCheckpointsTable, AuditEntriesTable, AuditWritersTable } from "../schema.ts";

/** A statement of more parameters takes longer to build than to run. */
const entriesAtOnce = 50;

export async function insertAuditWriter(db: Executor, writer: AuditWritersTable): Promise<void> {
  await db.insertInto("audit_writers").values(writer).execute();
}

/**
 * The write of every hand-out, compiled once for each number of entries.
 * It fails when a writer's number is taken: nothing is ever written over.
 */
export function prepareInsertAuditEntries(
  database: Executor,
): (db: Executor, entries: readonly AuditEntriesTable[]) => Promise<void> {
  const compiled = new Map<number, CompiledQuery>();
  const compile = (entries: readonly AuditEntriesTable[]) => {
    const query = database.insertInto("audit_entries").values(entries).compile();
    compiled.set(entries.length, query);
    return query;
  };
  return async (db, entries) => {
    for (let start = 0; start < entries.length; start += entriesAtOnce) {
      const some = entries.slice(start, start + entriesAtOnce).map(inOrder);
      const parameters = some.flatMap((entry) => Object.values(entry));
      await db.executeQuery({ ...(compiled.get(some.length) ?? compile(some)), parameters });
    }
  };
}

/** The parameters of a statement stand in the order of its first row's columns. */
function inOrder(entry: AuditEntriesTable): AuditEntriesTable {
  const { writer_id, sequence, at, event, actor, project_id, connection_id, reason, facts_json, mac } = entry;
  return { writer_id, sequence, at, event, actor, project_id, connection_id, reason, facts_json, mac };
}

/** Oldest first. */
export async function listAuditWriters(db: Executor): Promise<AuditWritersTable[]> {
  return db.selectFrom("audit_writers").selectAll().orderBy("started_at").orderBy("id").execute();
}

/** Those that wrote anything before `olderThan`, by id. */
export async function listOldAuditWriters(db: Executor, olderThan: string): Promise<AuditWritersTable[]> {
  const old = db.selectFrom("audit_entries").select("writer_id").distinct().where("at", "<", olderThan);
  return db.selectFrom("audit_writers").selectAll().where("id", "in", old).orderBy("id").execute();
}

/** Ids under which there are entries or a checkpoint, but no writer. */
export async function listLostAuditWriters(db: Executor): Promise<string[]> {
  const writers = db.selectFrom("audit_writers").select("id");
  const entries = db
    .selectFrom("audit_entries")
    .select("writer_id")
    .distinct()
    .where("writer_id", "not in", writers);
  const checkpoints = db
    .selectFrom("audit_checkpoints")
    .select("writer_id")
    .where("writer_id", "not in", writers);
  const found = [...(await entries.execute()), ...(await checkpoints.execute())];
  return [...new Set(found.map(({ writer_id }) => writer_id))].sort();
}

/** In order, those numbered above `after`; from the very first when that is null. */
export async function readAuditChain(
  db: Executor,
  writerId: string,
  { after, limit }: { readonly after: number | null; readonly limit: number },
): Promise<AuditEntriesTable[]> {
  const chain = db.selectFrom("audit_entries").selectAll().where("writer_id", "=", writerId);
  const rest = after === null ? chain : chain.where("sequence", ">", after);
  return rest.orderBy("sequence").limit(limit).execute();
}

/** How many there were: fewer than expected when another process was first. */
export async function deleteAuditEntries(db: Executor, writerId: string, upTo: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom("audit_entries")
    .where("writer_id", "=", writerId)
    .where("sequence", "<=", upTo)
    .executeTakeFirst();
  return Number(numDeletedRows);
}

export async function findAuditCheckpoint(
  db: Executor,
  writerId: string,
): Promise<AuditCheckpointsTable | undefined> {
  return db.selectFrom("audit_checkpoints").selectAll().where("writer_id", "=", writerId).executeTakeFirst();
}

/** Only ever goes forward: of two processes that prune at once, the one that came further counts. */
export async function saveAuditCheckpoint(db: Executor, checkpoint: AuditCheckpointsTable): Promise<void> {
  const { writer_id: _, ...changes } = checkpoint;
  await db
    .insertInto("audit_checkpoints")
    .values(checkpoint)
    .onConflict((conflict) =>
      conflict
        .column("writer_id")
        .doUpdateSet(changes)
        .where("audit_checkpoints.sequence", "<", checkpoint.sequence),
    )
    .execute();
}

export interface AuditSearch {
  readonly connectionId?: string | undefined;
  readonly projectId?: string | undefined;
  /** An event, or what stands before the point of several: `signin.done`, `signin`. */
  readonly event?: string | undefined;
  /** The earliest time, as stored. */
  readonly since?: string | undefined;
  readonly limit: number;
}

/** The latest ones, newest first. */
export async function listAuditEntries(db: Executor, search: AuditSearch): Promise<AuditEntriesTable[]> {
  const { connectionId, projectId, event, since, limit } = search;
  let entries = db.selectFrom("audit_entries").selectAll();
  if (connectionId !== undefined) entries = entries.where("connection_id", "=", connectionId);
  if (projectId !== undefined) entries = entries.where("project_id", "=", projectId);
  if (event !== undefined)
    entries = entries.where(sql<boolean>`(event = ${event} or event like ${below(event)} escape '!')`);
  if (since !== undefined) entries = entries.where("at", ">=", since);
  return entries
    .orderBy("at", "desc")
    .orderBy("writer_id")
    .orderBy("sequence", "desc")
    .limit(limit)
    .execute();
}

/** The pattern of all whose name goes on after the event's. */
function below(event: string): string {
  return `${event.replace(/[%_!]/g, "!$&")}.%`;
}
