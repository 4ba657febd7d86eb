/** Owns going round after round, and what a start has to look at: sessions that other rules let in. */
import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import { randomFraction } from "../../base/random.ts";
import type { Database } from "../../storage/database.ts";
import { hurrySessionChecks, listUncheckedSessions } from "../../storage/tables/session-checks.ts";
import { codeOf } from "./check.ts";

const secondsBetweenRounds = 15;

export interface Going {
  readonly clock: Clock;
  readonly log: Pick<Log, "warn">;
  readonly round: () => Promise<unknown>;
}

/** Until it is aborted. What a round throws is told, and the next one tries again. */
export async function goOn(closing: AbortSignal, { clock, log, round }: Going): Promise<void> {
  while (!closing.aborted) {
    // Spread, so that processes that were started together do not look at the same rows together.
    const seconds = secondsBetweenRounds * (0.5 + randomFraction());
    await clock.sleep(seconds * 1000, closing).catch(() => {});
    if (closing.aborted) return;
    await round().catch((error: unknown) => log.warn("signin.recheck_failed", { code: codeOf(error) }));
  }
}

export interface Ruled {
  readonly database: Database;
  readonly clock: Clock;
  /** The instances whose rules are asked again, each with the digest of its rules. */
  readonly digests: () => ReadonlyMap<string, string>;
}

/**
 * Whoever was let in by rules that have changed since is worth nothing until these rules have been asked; whoever came before
 * there were any is asked to sign in again. The first are judged in the rounds to come, or when they come.
 */
export async function lookAtOtherRules(
  { database, clock, digests }: Ruled,
  checkAll: (sessionIds: readonly string[]) => Promise<unknown>,
): Promise<void> {
  for (const [instanceId, digest] of digests()) {
    const now = clock.now().toISOString();
    await hurrySessionChecks(database.kysely, { instanceId, exceptDigest: digest }, now);
    await checkAll(await listUncheckedSessions(database.kysely, instanceId));
  }
}
