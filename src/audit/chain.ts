/** Owns how one entry hangs on the one before it: the exact text that is signed, and with which key. */
import type { KeyObject } from "node:crypto";
import { mac, macKey } from "../base/digest.ts";
import type { AuditCheckpointsTable, AuditEntriesTable } from "../storage/schema.ts";

/** What signs the record. It is the database's own and never leaves the process unsealed. */
export interface AuditKey {
  /** Ends the id of each writer that signed with it, so that a chain says which key it needs. */
  readonly id: string;
  readonly key: KeyObject;
}

/** Where the record's keys come from. */
export interface AuditKeys {
  /** Signs; made when the database has none. Throws `sealing.…`. */
  current(): Promise<AuditKey>;
  /** All that can be opened, to check with; none is made. */
  all(): Promise<readonly AuditKey[]>;
  /** Whether those that cannot be opened were given up as lost, every one: what they signed will never be checked again. */
  areOthersLost(): Promise<boolean>;
}

/** How far a chain goes: what its next entry hangs on. */
export interface ChainHead {
  readonly writerId: string;
  /** 0 before the first entry. */
  readonly sequence: number;
  readonly mac: string;
}

/** An entry before it has its place in a chain. */
export type LooseEntry = Omit<AuditEntriesTable, "writer_id" | "sequence" | "mac">;

/** From 32 random bytes. */
export function auditKey(bytes: Uint8Array): AuditKey {
  const key = macKey(bytes);
  return {
    id: mac(key, "windlass audit key")
      .replaceAll(/[^A-Za-z0-9]/g, "")
      .slice(0, 8),
    key,
  };
}

/** The key a writer signed with, by its id; undefined when it is none of these. */
export function keyOf(writerId: string, keys: readonly AuditKey[]): AuditKey | undefined {
  return keys.find(({ id }) => writerId.endsWith(`.${id}`));
}

/** What the first entry of a chain hangs on. */
export function beginning({
  id,
  started_at,
}: {
  readonly id: string;
  readonly started_at: string;
}): ChainHead {
  return { writerId: id, sequence: 0, mac: started_at };
}

/** Gives the entry its place behind `head`. */
export function chained(key: KeyObject, head: ChainHead, entry: LooseEntry): AuditEntriesTable {
  const placed = { ...entry, writer_id: head.writerId, sequence: head.sequence + 1 };
  return { ...placed, mac: macOf(key, placed, head.mac) };
}

export function headOf({ writer_id, sequence, mac }: AuditEntriesTable): ChainHead {
  return { writerId: writer_id, sequence, mac };
}

/** Over every column and the mac before: a JSON list, so that no two entries have the same text. */
export function macOf(key: KeyObject, entry: Omit<AuditEntriesTable, "mac">, macBefore: string): string {
  const { writer_id, sequence, at, event, actor, project_id, connection_id, reason, facts_json } = entry;
  const columns = [writer_id, sequence, at, event, actor, project_id, connection_id, reason, facts_json];
  return mac(key, JSON.stringify(["windlass audit entry 1", ...columns, macBefore]));
}

/** Under another first word than an entry's, so that neither can be taken for the other. */
export function signatureOf(key: KeyObject, checkpoint: Omit<AuditCheckpointsTable, "signature">): string {
  const { writer_id, sequence, mac: last, at } = checkpoint;
  return mac(key, JSON.stringify(["windlass audit checkpoint 1", writer_id, sequence, last, at]));
}

/**
 * For a chain whose own key was lost: signed with another, which is named. It says that nobody could check what was deleted.
 * Under a first word of its own.
 */
export function lostSignatureOf(
  { id, key }: AuditKey,
  checkpoint: Omit<AuditCheckpointsTable, "signature">,
): string {
  const { writer_id, sequence, mac: last, at } = checkpoint;
  return `lost.${id}.${mac(key, JSON.stringify(["windlass audit checkpoint of a lost key 1", writer_id, sequence, last, at]))}`;
}

/** The key such a signature names; undefined when it is none of these, or the signature is a chain's own. */
export function lostSignerOf(signature: string, keys: readonly AuditKey[]): AuditKey | undefined {
  return keys.find(({ id }) => signature.startsWith(`lost.${id}.`));
}
