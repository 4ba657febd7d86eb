/** Owns which tokens will do: good now, for as long as is wanted, and not about to end. */
import type { Clock } from "../base/clock.ts";
import { equalSecrets } from "../base/digest.ts";
import type { Secret } from "../base/secret.ts";
import { originIn, originOf } from "../bitbucket/credential.ts";
import type { StoredTokens } from "./stored.ts";

/** Why somebody asks, told by what would do. */
export interface Need {
  /** Whether these tokens do. */
  isMet(stored: StoredTokens): boolean;
  /** Whether the access token is good at all, so that it goes on when it cannot be renewed. */
  isAlive(stored: StoredTokens): boolean;
}

/** What a caller wants of a token. */
export interface Wanted {
  readonly minimumSeconds: number;
  /** A header Bitbucket has just refused. */
  readonly rejected?: Secret | undefined;
}

export function needOf(clock: Clock, marginSeconds: number, { minimumSeconds, rejected }: Wanted): Need {
  const isAlive = (stored: StoredTokens) =>
    isGood(stored, clock.now().getTime() + minimumSeconds * 1000) && !isRejected(stored, rejected);
  const isMet = (stored: StoredTokens) =>
    isAlive(stored) && clock.now().getTime() < renewalDue(stored, marginSeconds);
  return { isAlive, isMet };
}

/** Not over at `until`, in milliseconds, and not of a connection that is to hand out nothing. */
export function isGood({ expiresAt, state }: StoredTokens, until: number): boolean {
  return (
    state !== "reconnect" && state !== "suspended" && (expiresAt === null || until < expiresAt.getTime())
  );
}

/** Whether there is no use in asking Bitbucket now. */
export function isResting({ isRenewable, retryAt }: StoredTokens, now: Date): boolean {
  return !isRenewable || (retryAt !== null && now < retryAt);
}

function isRejected(stored: StoredTokens, rejected: Secret | undefined): boolean {
  return rejected !== undefined && equalSecrets(originIn(stored).reveal(), originOf(rejected).reveal());
}

/** When to renew, in milliseconds; never, for a token whose end is unknown: it is renewed when it is rejected. */
export function renewalDue(
  { expiresAt, updatedAt, isRenewable }: StoredTokens,
  marginSeconds: number,
): number {
  if (expiresAt === null || !isRenewable) return Number.POSITIVE_INFINITY;
  return expiresAt.getTime() - Math.min(marginSeconds * 1000, lifeOf({ expiresAt, updatedAt }) / 2);
}

/** How long it lives from beginning to end, in milliseconds. */
export function lifeOf({ expiresAt, updatedAt }: Pick<StoredTokens, "expiresAt" | "updatedAt">): number {
  return expiresAt === null ? Number.POSITIVE_INFINITY : expiresAt.getTime() - updatedAt.getTime();
}
