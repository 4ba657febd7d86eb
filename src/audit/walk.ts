/** Owns one walk along a chain: entry by entry, whether each hangs on the one before it. */
import { equalSecrets } from "../base/digest.ts";
import type { AuditCheckpointsTable, AuditEntriesTable } from "../storage/schema.ts";
import {
  type AuditKey,
  beginning,
  type ChainHead,
  lostSignatureOf,
  lostSignerOf,
  macOf,
  signatureOf,
} from "./chain.ts";

/**
 * `gap` entries are missing before this one · `changed` an entry is not as it was written, or not where it was ·
 * `foreign` an entry lies before the chain's beginning · `missing_tail` the chain went further than it does ·
 * `other_head` a head that was noted is not in it · `forged_checkpoint` its checkpoint was not signed with its key ·
 * `unknown_key` no key at hand can check it · `lost_writer` the writer's row is gone.
 */
export type ChainProblemKind =
  | "gap"
  | "changed"
  | "foreign"
  | "missing_tail"
  | "other_head"
  | "forged_checkpoint"
  | "unknown_key"
  | "lost_writer";

export interface ChainProblem {
  readonly kind: ChainProblemKind;
  /** The entry it shows at; null when it is about the whole chain. */
  readonly sequence: number | null;
  readonly sentence: string;
}

/** A writer whose row is gone has no `started_at`. */
export interface ChainWriter {
  readonly id: string;
  readonly started_at: string | null;
}

export interface WalkParts {
  readonly writer: ChainWriter;
  readonly checkpoint: AuditCheckpointsTable | undefined;
  /** The one the chain was signed with; without it only numbers are checked. */
  readonly key: AuditKey | undefined;
  /** All there are: one of them may have signed the checkpoint of a chain whose own is lost. */
  readonly keys?: readonly AuditKey[];
  /** Heads that were noted of this chain. */
  readonly heads?: readonly ChainHead[];
}

export interface Walk {
  /** The first few; empty as long as all is as it was written. */
  readonly problems: readonly ChainProblem[];
  /** The next entry, by number. */
  take(entry: AuditEntriesTable): void;
  /** After the last one. */
  end(): void;
}

/** More than these tell nothing new. */
const mostProblems = 20;

/** Begins at the chain's checkpoint, or at its first entry. */
export function beginWalk({ writer, checkpoint, key, keys = [], heads = [] }: WalkParts): Walk {
  const problems: ChainProblem[] = [];
  const report = (kind: ChainProblemKind, sequence: number | null, sentence: string) => {
    if (problems.length < mostProblems) problems.push({ kind, sequence, sentence });
  };
  const noted = Map.groupBy(heads, ({ sequence }) => sequence);
  const compareHead = (sequence: number, mac: string) => {
    if (noted.get(sequence)?.some((head) => !equalSecrets(head.mac, mac)))
      report("other_head", sequence, `Entry ${sequence} is not the one whose head was noted.`);
  };
  const lost = signedForLost(checkpoint, keys);
  if (key === undefined && lost !== true) report("unknown_key", null, unproved);
  const start = startOf({ writer, checkpoint, key }, lost, report);
  if (checkpoint !== undefined) compareHead(start.sequence, checkpoint.mac);
  let [last, macBefore] = [start.sequence, start.mac];

  return {
    problems,
    take(entry) {
      const { sequence } = entry;
      if (sequence <= last) return report("foreign", sequence, foreign(sequence, last));
      if (sequence > last + 1) {
        report("gap", sequence, `${numbered(last + 1, sequence - 1)} missing.`);
        macBefore = null;
      }
      if (lost === true && key === undefined && last === start.sequence)
        report("unknown_key", sequence, unproved);
      const isWrong = key !== undefined && macBefore !== null && !isAsSigned(key, entry, macBefore);
      if (isWrong) report("changed", sequence, `Entry ${sequence} is not the one that was written there.`);
      compareHead(sequence, entry.mac);
      [last, macBefore] = [sequence, entry.mac];
    },
    end() {
      const furthest = Math.max(0, ...noted.keys());
      if (furthest > last)
        report("missing_tail", furthest, `${numbered(last + 1, furthest)} missing at the end.`);
    },
  };
}

const unproved = "The key it was signed with is not at hand, so nothing is proved.";

/** Whether the checkpoint was signed in place of a lost key; undefined when it was not, or by a key that is not at hand. */
function signedForLost(
  checkpoint: AuditCheckpointsTable | undefined,
  keys: readonly AuditKey[],
): boolean | undefined {
  if (checkpoint === undefined) return undefined;
  const signer = lostSignerOf(checkpoint.signature, keys);
  return signer && equalSecrets(lostSignatureOf(signer, checkpoint), checkpoint.signature);
}

/** The mac is null where what the first entry hangs on cannot be known. */
function startOf(
  { writer, checkpoint, key }: Pick<WalkParts, "writer" | "checkpoint" | "key">,
  lost: boolean | undefined,
  report: (kind: ChainProblemKind, sequence: number | null, sentence: string) => void,
): { readonly sequence: number; readonly mac: string | null } {
  const { id, started_at } = writer;
  if (started_at === null) report("lost_writer", null, "The row of its writer is missing.");
  if (checkpoint !== undefined) {
    const isOwn = () =>
      key === undefined || equalSecrets(signatureOf(key.key, checkpoint), checkpoint.signature);
    const isSigned = lost ?? isOwn();
    if (!isSigned)
      report("forged_checkpoint", checkpoint.sequence, "Its checkpoint was not signed with its key.");
    return { sequence: checkpoint.sequence, mac: isSigned ? checkpoint.mac : null };
  }
  return started_at === null ? { sequence: 0, mac: null } : beginning({ id, started_at });
}

function isAsSigned({ key }: AuditKey, entry: AuditEntriesTable, macBefore: string): boolean {
  return equalSecrets(macOf(key, entry, macBefore), entry.mac);
}

function foreign(sequence: number, last: number): string {
  return `Entry ${sequence} lies where there can be none: what comes next there is ${last + 1}.`;
}

function numbered(first: number, last: number): string {
  return first === last ? `Entry ${first} is` : `Entries ${first} to ${last} are`;
}
