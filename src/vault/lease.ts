/** Owns holding a lease for as long as something takes, and waiting for whoever else holds one. */
import type { Clock } from "../base/clock.ts";
import type { HeldTokens } from "./saving.ts";
import type { TokenStore } from "./store.ts";
import type { SeenTokens } from "./stored.ts";
import type { Watch } from "./watch.ts";

export interface LeaseParts {
  readonly store: TokenStore;
  readonly clock: Clock;
  /** How long a lease lasts that is not extended; extended each third of it. */
  readonly leaseMilliseconds: number;
}

/** When a lease that is taken or extended now is over. */
export function leaseEnd({ clock, leaseMilliseconds }: Omit<LeaseParts, "store">): Date {
  return new Date(clock.now().getTime() + leaseMilliseconds);
}

/**
 * Until what it gives is called. A lease that could not be extended is not given up: what comes of it is judged by the version
 * when it is saved.
 */
export function keepExtending(parts: LeaseParts, held: HeldTokens): () => void {
  const timer = setInterval(() => {
    parts.store.extend(held, leaseEnd(parts)).catch(() => false);
  }, parts.leaseMilliseconds / 3);
  return () => clearInterval(timer);
}

export interface WaitParts extends Omit<LeaseParts, "store"> {
  readonly watch: Watch;
  /** Aborted when the process ends. */
  readonly closing: AbortSignal;
}

/**
 * Waits for the process that holds the lease. True when it is gone: it extends a lease each third of it, so a lease that is
 * over has to stay untouched for two thirds more, and one that is dated by a wrong clock for a whole one.
 */
export async function isAbandoned(
  { watch, clock, leaseMilliseconds, closing }: WaitParts,
  { lease, row }: SeenTokens,
): Promise<boolean> {
  const left = (lease?.expiresAt.getTime() ?? 0) - clock.now().getTime();
  if (left <= 0) {
    const isTouched = await watch.forChange(row, (leaseMilliseconds * 2) / 3);
    return !(isTouched || closing.aborted);
  }
  const whole = left >= leaseMilliseconds;
  const changed = await watch.forChange(row, whole ? leaseMilliseconds : left);
  return !changed && whole && !closing.aborted;
}
