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
import { type AuditKey, type AuditKeys, keyOf, lostSignatureOf, signatureOf } from "./chain.ts";
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
  /** Writers whose chain is broken, or whose key is not at hand and may come back: theirs is left as it is. */
  readonly kept: readonly string[];
}

const entriesInOneCommit = 1_000;
/** Each call of a command that records leaves a chain of its own: most are short. */
const chainsInOneCommit = 100;

/**
 * Deletes what was written before `olderThan`. Each piece is checked before a checkpoint is signed for it, so that
 * deleting never makes a changed chain look whole; of a chain whose key was lost, which nobody can check any more, the
 * checkpoint says so. Throws `storage.…`, `sealing.…`.
 */
export async function pruneAudit(parts: PruneParts, olderThan: Date): Promise<Pruned> {
  const keys = await parts.keys.all();
  const inPlaceOfLost = (await parts.keys.areOthersLost()) ? await parts.keys.current() : undefined;
  const before = olderThan.toISOString();
  const writers = await listOldAuditWriters(parts.database.kysely, before);
  let left: readonly Old[] = writers.map((writer) => ({
    writer,
    key: keyOf(writer.id, keys),
    keys,
    inPlaceOfLost,
    olderThan: before,
  }));
  const kept: string[] = [];
  let entries = 0;
  while (left.length > 0) {
    const pieces = await pruneSome(parts, left.slice(0, chainsInOneCommit));
    for (const { writerId, deleted } of pieces) {
      if (deleted === null) kept.push(writerId);
      else entries += deleted;
    }
    left = left.slice(pieces.filter(({ isDone }) => isDone).length);
  }
  return { entries, kept };
}

interface Old {
  readonly writer: ChainWriter;
  readonly key: AuditKey | undefined;
  readonly keys: readonly AuditKey[];
  /** Signs for a chain whose own key was lost; undefined while one that is missing may come back. */
  readonly inPlaceOfLost: AuditKey | undefined;
  readonly olderThan: string;
}

/** What became of a chain's beginning in one commit. */
interface Piece {
  readonly writerId: string;
  /** The number of the last one. */
  readonly upTo: number;
  /** Null for a chain that has to be left. */
  readonly deleted: number | null;
  /** Whether nothing that is old is left of it. */
  readonly isDone: boolean;
}

/** As many chains in order as one commit holds; of the last there may be more. */
function pruneSome({ audit, clock }: PruneParts, chains: readonly Old[]): Promise<readonly Piece[]> {
  return audit.transaction(async (transaction, record) => {
    const pieces: Piece[] = [];
    let room = entriesInOneCommit;
    for (const old of chains) {
      if (room === 0) break;
      const piece = await pruneChain(transaction, old, { at: clock.now().toISOString(), limit: room });
      room -= piece.deleted ?? 0;
      pieces.push(piece);
    }
    const facts = factsOf(pieces);
    if (facts !== null) await record({ event: "audit.pruned", actor: "retention", facts });
    return pieces;
  });
}

/** One entry a commit: were there one for each short chain, the record would never get shorter. */
function factsOf(pieces: readonly Piece[]): Record<string, string | number> | null {
  const pruned = pieces.filter(({ deleted }) => deleted !== null && deleted > 0);
  const [only] = pruned;
  if (only === undefined) return null;
  if (pruned.length === 1) return { writer: only.writerId, upTo: only.upTo, entries: only.deleted ?? 0 };
  return { chains: pruned.length, entries: pruned.reduce((sum, { deleted }) => sum + (deleted ?? 0), 0) };
}

async function pruneChain(
  transaction: Transaction<Schema>,
  old: Old,
  { at, limit }: { readonly at: string; readonly limit: number },
): Promise<Piece> {
  const { entries, isWhole } = await readOld(transaction, old, limit);
  const last = entries.at(-1);
  const piece = { writerId: old.writer.id, upTo: last?.sequence ?? 0 };
  if (last === undefined) return { ...piece, deleted: 0, isDone: true };
  const sign = signerOf(old);
  if (!isWhole || sign === null) return { ...piece, deleted: null, isDone: true };
  const { writer_id, sequence, mac } = last;
  const checkpoint = { writer_id, sequence, mac, at };
  const deleted = await deleteAuditEntries(transaction, writer_id, sequence);
  // Where it is none, another process did it meanwhile, and its checkpoint stands.
  if (deleted > 0) await saveAuditCheckpoint(transaction, { ...checkpoint, signature: sign(checkpoint) });
  return { ...piece, deleted, isDone: deleted < limit };
}

/** Null for a chain whose key may come back. */
function signerOf({ key, inPlaceOfLost }: Old) {
  type Unsigned = Parameters<typeof lostSignatureOf>[1];
  if (key !== undefined) return (checkpoint: Unsigned) => signatureOf(key.key, checkpoint);
  if (inPlaceOfLost === undefined) return null;
  return (checkpoint: Unsigned) => lostSignatureOf(inPlaceOfLost, checkpoint);
}

/** The old entries at the chain's beginning, and whether they are as they were written, as far as that can be told. */
async function readOld(
  transaction: Transaction<Schema>,
  { writer, key, keys, olderThan }: Old,
  limit: number,
): Promise<{ readonly entries: readonly AuditEntriesTable[]; readonly isWhole: boolean }> {
  const checkpoint = await findAuditCheckpoint(transaction, writer.id);
  const beginning = await readAuditChain(transaction, writer.id, { after: null, limit });
  const firstKept = beginning.findIndex(({ at }) => at >= olderThan);
  const entries = firstKept === -1 ? beginning : beginning.slice(0, firstKept);
  const walk = beginWalk({ writer, checkpoint, key, keys });
  for (const entry of entries) walk.take(entry);
  if (walk.problems.every(({ kind }) => kind === "unknown_key")) return { entries, isWhole: true };
  const later = await findAuditCheckpoint(transaction, writer.id);
  // Another process that prunes was between the two readings: the rest is its own.
  if (later?.sequence !== checkpoint?.sequence) return { entries: [], isWhole: true };
  return { entries, isWhole: false };
}
