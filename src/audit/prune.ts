/** Owns the record's end of time: old entries are deleted from a chain's beginning, and a signed checkpoint stands for them. */
import type { Transaction } from "kysely";
import type { Clock } from "../base/clock.ts";
import type { Database } from "../storage/database.ts";
import type { AuditEntriesTable, Schema } from "../storage/schema.ts";
import {
  deleteAuditEntries,
  findAuditCheckpoint,
  listOldAuditWriters,
  readAuditChain,
  saveAuditCheckpoint,
} from "../storage/tables/audit.ts";
import type { Audit } from "./audit.ts";
import { type AuditKey, type AuditKeys, keyOf, signatureOf } from "./chain.ts";
import { beginWalk, type ChainWriter } from "./walk.ts";

export interface PruneParts {
  readonly database: Database;
  readonly keys: AuditKeys;
  readonly audit: Audit;
  readonly clock: Clock;
}

export interface Pruned {
  /** Entries that were deleted. */
  readonly entries: number;
  /** Writers whose chain is broken, or whose key is not at hand: theirs is left as it is. */
  readonly kept: readonly string[];
}

const entriesInOneCommit = 1_000;

/**
 * Deletes what was written before `olderThan`. Each piece is checked before a checkpoint is signed for it, so that
 * deleting never makes a changed chain look whole. Throws `storage.…`, `sealing.…`.
 */
export async function pruneAudit(parts: PruneParts, olderThan: Date): Promise<Pruned> {
  const keys = await parts.keys.all();
  const kept: string[] = [];
  let entries = 0;
  const before = olderThan.toISOString();
  for (const writer of await listOldAuditWriters(parts.database.kysely, before)) {
    const key = keyOf(writer.id, keys);
    for (;;) {
      const deleted = await pruneSome(parts, { writer, key, olderThan: before });
      if (deleted === null) kept.push(writer.id);
      else entries += deleted;
      if (deleted === null || deleted < entriesInOneCommit) break;
    }
  }
  return { entries, kept };
}

interface Old {
  readonly writer: ChainWriter;
  readonly key: AuditKey | undefined;
  readonly olderThan: string;
}

/** How many were deleted; null for a chain that has to be left. */
function pruneSome({ audit, clock }: PruneParts, old: Old): Promise<number | null> {
  return audit.transaction(async (transaction, record) => {
    const { entries, isWhole } = await readOld(transaction, old);
    const last = entries.at(-1);
    if (last === undefined) return 0;
    if (!isWhole || old.key === undefined) return null;
    const { writer_id, sequence, mac } = last;
    const checkpoint = { writer_id, sequence, mac, at: clock.now().toISOString() };
    const deleted = await deleteAuditEntries(transaction, writer_id, sequence);
    // Another process did it meanwhile, and its checkpoint stands.
    if (deleted === 0) return 0;
    await saveAuditCheckpoint(transaction, {
      ...checkpoint,
      signature: signatureOf(old.key.key, checkpoint),
    });
    const facts = { writer: writer_id, upTo: sequence, entries: deleted };
    await record({ event: "audit.pruned", actor: "retention", facts });
    return deleted;
  });
}

/** The old entries at the chain's beginning, and whether they are as they were written. */
async function readOld(
  transaction: Transaction<Schema>,
  { writer, key, olderThan }: Old,
): Promise<{ readonly entries: readonly AuditEntriesTable[]; readonly isWhole: boolean }> {
  const checkpoint = await findAuditCheckpoint(transaction, writer.id);
  const some = { after: null, limit: entriesInOneCommit };
  const beginning = await readAuditChain(transaction, writer.id, some);
  const firstKept = beginning.findIndex(({ at }) => at >= olderThan);
  const entries = firstKept === -1 ? beginning : beginning.slice(0, firstKept);
  const walk = beginWalk({ writer, checkpoint, key });
  for (const entry of entries) walk.take(entry);
  if (walk.problems.length === 0) return { entries, isWhole: true };
  const later = await findAuditCheckpoint(transaction, writer.id);
  // Another process that prunes was between the two readings: the rest is its own.
  if (later?.sequence !== checkpoint?.sequence) return { entries: [], isWhole: true };
  return { entries, isWhole: false };
}
