/** Owns the wiring of the record: who writes it, who is given it to read, and for how long it is kept. */
import { createAudit } from "../audit/audit.ts";
import type { ChainHead } from "../audit/chain.ts";
import { createHandOuts } from "../audit/hand-outs.ts";
import { pruneAudit } from "../audit/prune.ts";
import { createRefusals } from "../audit/refusals.ts";
import { verifyAudit } from "../audit/verify.ts";
import type { Clock } from "../base/clock.ts";
import { isWindlassError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Keyrings } from "../sealing/keyrings.ts";
import type { Database } from "../storage/database.ts";
import { type AuditSearch, listAuditEntries } from "../storage/tables/audit.ts";
import { auditKeys } from "./audit-key.ts";
import { watchAudit } from "./audit-watch.ts";

export type { ChainHead } from "../audit/chain.ts";
export type { ChainReport } from "../audit/verify.ts";

export interface RecordParts {
  readonly database: Database;
  readonly keyrings: Keyrings;
  readonly clock: Clock;
  readonly log: Log;
  readonly keepDays: number;
}

const dayMilliseconds = 24 * 3_600_000;

export function createRecord(parts: RecordParts) {
  const { database, keyrings, clock } = parts;
  const keys = auditKeys(database, keyrings);
  const { audit, standing } = watchAudit(createAudit({ database, keys, clock }), clock);
  const prune = () => {
    const olderThan = new Date(clock.now().getTime() - parts.keepDays * dayMilliseconds);
    return pruneAudit({ database, keys, audit, clock }, olderThan);
  };
  const retention = keepForDays(parts, prune);
  const refusals = createRefusals({ audit, clock }, (error) => {
    parts.log.error("audit.refusal_not_written", {
      code: isWindlassError(error) ? error.code : "unexpected",
    });
  });
  return {
    audit,
    /** Of sign-ins. */
    refusals,
    /** Whether it can be written, as this process sees it. */
    standing,
    handOuts: createHandOuts(audit, clock),
    /** Every chain, also against heads that were noted elsewhere. */
    verify: (noted: readonly ChainHead[] = []) =>
      verifyAudit({ database, keys, heads: [...audit.heads(), ...noted] }),
    /** The latest entries, newest first. */
    list: (search: AuditSearch) => listAuditEntries(database.kysely, search),
    prune,
    /** From now on, old entries are deleted once a day. */
    start: retention.start,
    async close() {
      await refusals.close();
      await retention.close();
    },
  };
}

function keepForDays({ clock, log }: RecordParts, prune: () => ReturnType<typeof pruneAudit>) {
  const closing = new AbortController();
  let running: Promise<void> | undefined;
  const pruneOnce = async () => {
    const { entries, kept } = await prune();
    if (entries > 0) log.info("audit.pruned", { entries });
    if (kept.length > 0) log.warn("audit.not_pruned", { writers: kept });
  };
  const goOn = async () => {
    while (!closing.signal.aborted) {
      await pruneOnce().catch((error: unknown) => {
        log.error("audit.prune_failed", { code: isWindlassError(error) ? error.code : "unexpected" });
      });
      await clock.sleep(dayMilliseconds, closing.signal).catch(() => closing.abort());
    }
  };
  return {
    start() {
      running ??= goOn();
    },
    async close() {
      closing.abort();
      await running;
    },
  };
}
