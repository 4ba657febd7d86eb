/** Owns checking the record: each chain from its beginning or checkpoint to its end, with what is wrong in it. */
import type { Database } from "../storage/database.ts";
import type { AuditCheckpointsTable, AuditEntriesTable } from "../storage/schema.ts";
import {
  findAuditCheckpoint,
  listAuditWriters,
  listLostAuditWriters,
  readAuditChain,
} from "../storage/tables/audit.ts";
import { type AuditKey, type AuditKeys, type ChainHead, keyOf } from "./chain.ts";
import { beginWalk, type ChainProblem, type ChainWriter } from "./walk.ts";

export interface ChainReport {
  readonly writerId: string;
  readonly entries: number;
  readonly firstAt: string | null;
  readonly lastAt: string | null;
  /** Where the chain ends today; noted elsewhere, it shows a tail that is cut off later. Null when there is none. */
  readonly head: ChainHead | null;
  /** The last entry that was deleted when its time was over; 0 when none was. */
  readonly prunedTo: number;
  /** Empty when all is as it was written. */
  readonly problems: readonly ChainProblem[];
}

export interface VerifyParts {
  readonly database: Database;
  readonly keys: AuditKeys;
  /** Heads known from elsewhere: those that were noted, and this process's own. */
  readonly heads?: readonly ChainHead[];
}

const entriesAtOnce = 1_000;
/** A chain whose beginning is deleted while it is walked is walked again. */
const mostWalks = 5;

/**
 * One report a writer, the oldest first; what is written meanwhile may be in it or not.
 * Throws `storage.…`, and `sealing.does_not_open` when the sealed key itself was changed.
 */
export async function* verifyAudit({ database, keys, heads = [] }: VerifyParts): AsyncGenerator<ChainReport> {
  const atHand = await keys.all();
  for (const writer of await listChains(database, heads)) {
    const itsHeads = heads.filter(({ writerId, sequence }) => writerId === writer.id && sequence > 0);
    yield verifyChain({ database, key: keyOf(writer.id, atHand), keys: atHand, heads: itsHeads }, writer);
  }
}

/** Also those of which only entries, a checkpoint or a noted head are left. */
async function listChains({ kysely }: Database, heads: readonly ChainHead[]): Promise<ChainWriter[]> {
  const writers: ChainWriter[] = await listAuditWriters(kysely);
  const known = new Set(writers.map(({ id }) => id));
  const others = [...(await listLostAuditWriters(kysely)), ...heads.map(({ writerId }) => writerId)];
  const lost = [...new Set(others)].filter((id) => !known.has(id));
  return [...writers, ...lost.map((id) => ({ id, started_at: null }))];
}

interface ChainParts {
  readonly database: Database;
  readonly key: AuditKey | undefined;
  readonly keys: readonly AuditKey[];
  readonly heads: readonly ChainHead[];
}

async function verifyChain(parts: ChainParts, writer: ChainWriter): Promise<ChainReport> {
  const { kysely } = parts.database;
  let checkpoint = await findAuditCheckpoint(kysely, writer.id);
  for (let walks = 1; ; walks++) {
    const report = await walkChain(parts, writer, checkpoint);
    const later = await findAuditCheckpoint(kysely, writer.id);
    if (walks === mostWalks || later?.sequence === checkpoint?.sequence) return report;
    checkpoint = later;
  }
}

async function walkChain(
  { database, key, keys, heads }: ChainParts,
  writer: ChainWriter,
  checkpoint: AuditCheckpointsTable | undefined,
): Promise<ChainReport> {
  const walk = beginWalk({ writer, checkpoint, key, keys, heads });
  let entries = 0;
  let first: AuditEntriesTable | null = null;
  let last: AuditEntriesTable | null = null;
  for await (const entry of entriesOf(database, writer.id)) {
    entries += 1;
    first ??= entry;
    last = entry;
    walk.take(entry);
  }
  walk.end();
  const end = last ?? checkpoint ?? null;
  return {
    writerId: writer.id,
    entries,
    firstAt: first?.at ?? null,
    lastAt: last?.at ?? null,
    head: end === null ? null : { writerId: writer.id, sequence: end.sequence, mac: end.mac },
    prunedTo: checkpoint?.sequence ?? 0,
    problems: walk.problems,
  };
}

async function* entriesOf({ kysely }: Database, writerId: string): AsyncGenerator<AuditEntriesTable> {
  let after: number | null = null;
  for (;;) {
    const entries: AuditEntriesTable[] = await readAuditChain(kysely, writerId, {
      after,
      limit: entriesAtOnce,
    });
    yield* entries;
    if (entries.length < entriesAtOnce) return;
    after = entries.at(-1)?.sequence ?? null;
  }
}
