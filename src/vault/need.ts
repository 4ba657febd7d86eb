/** Owns which tokens will do: good now, for as long as is wanted, and not about to end. */
import type { Clock } from "../base/clock.ts";
import { equalSecrets } from "../base/digest.ts";
import type { Secret } from "../base/secret.ts";
import { originIn, originOf } from "../bitbucket/credential.ts";
import { longestRestSeconds } from "./failures.ts";
import type { SeenTokens, StoredTokens } from "./stored.ts";

/** Why somebody asks, told by what would do. */
export interface Need {
  /** Whether these tokens do. */
  isMet(stored: StoredTokens): boolean;
  /** Whether the access token is good for as long as is wanted, so that it goes on when it cannot be renewed. */
  isAlive(stored: StoredTokens): boolean;
  /** Whether it is good now, for however short. */
  isUsable(stored: StoredTokens): boolean;
}

/** What a caller wants of a token. */
export interface Wanted {
  readonly minimumSeconds: number;
  /** A header Bitbucket has just refused. */
  readonly rejected?: Secret | undefined;
}

export function needOf(clock: Clock, marginSeconds: number, { minimumSeconds, rejected }: Wanted): Need {
  const isGoodFor = (stored: StoredTokens, seconds: number) =>
    isGood(stored, clock.now().getTime() + seconds * 1000) && !isRejected(stored, rejected);
  const isUsable = (stored: StoredTokens) => isGoodFor(stored, 0);
  const isAlive = (stored: StoredTokens) => isGoodFor(stored, minimumSeconds);
  const isMet = (stored: StoredTokens) =>
    isAlive(stored) && clock.now().getTime() < renewalDue(stored, marginSeconds);
  return { isAlive, isMet, isUsable };
}

const silentStates: ReadonlySet<string> = new Set(["reconnect", "suspended", "disconnected"]);

/** Not over at `until`, in milliseconds, and not of a connection that is to hand out nothing. */
export function isGood({ expiresAt, state }: SeenTokens, until: number): boolean {
  return !silentStates.has(state) && (expiresAt === null || until < expiresAt.getTime());
}

/** Whether there is no use in asking Bitbucket now. */
export function isResting(stored: StoredTokens, now: Date): boolean {
  return !stored.isRenewable || restsUntil(stored, now) !== null;
}

/** Until when Bitbucket is left alone; null when it is not. What lies further ahead than any pause was written by a wrong clock. */
export function restsUntil({ retryAt }: StoredTokens, now: Date): Date | null {
  if (retryAt === null || retryAt <= now) return null;
  return retryAt.getTime() - now.getTime() > longestRestSeconds * 1000 ? null : retryAt;
}

function isRejected(stored: StoredTokens, rejected: Secret | undefined): boolean {
  return rejected !== undefined && equalSecrets(originIn(stored).reveal(), originOf(rejected).reveal());
}

/** When to renew, in milliseconds; never, for a token whose end is unknown: it is renewed when it is rejected. */
export function renewalDue({ expiresAt, updatedAt, isRenewable }: SeenTokens, marginSeconds: number): number {
  if (expiresAt === null || !isRenewable) return Number.POSITIVE_INFINITY;
  return expiresAt.getTime() - Math.min(marginSeconds * 1000, lifeOf({ expiresAt, updatedAt }) / 2);
}

/** How long it lives from beginning to end, in milliseconds. */
export function lifeOf({ expiresAt, updatedAt }: Pick<StoredTokens, "expiresAt" | "updatedAt">): number {
  return expiresAt === null ? Number.POSITIVE_INFINITY : expiresAt.getTime() - updatedAt.getTime();
}
