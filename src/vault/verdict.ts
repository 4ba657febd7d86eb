/** Owns what follows from a renewal that failed: where the connection goes, when Bitbucket is asked again, what the caller is told. */
import { isWindlassError, type WindlassError } from "../base/errors.ts";
import { randomFraction } from "../base/random.ts";
import type { Product } from "../bitbucket/instance.ts";
import { vaultErrors } from "./errors.ts";
import {
  hasAnswered,
  kindOf,
  longestRetryAfterSeconds,
  mayHaveRotated,
  pauseSeconds,
  secondLookSeconds,
} from "./failures.ts";
import { restsUntil } from "./need.ts";
import type { Standing } from "./registration.ts";
import { reuseWindowSeconds } from "./rotation.ts";
import type { GivenUp, HeldTokens } from "./saving.ts";
import type { StoredTokens } from "./stored.ts";

/** What is known when a renewal has failed. */
export interface Failed {
  readonly error: unknown;
  readonly held: HeldTokens;
  readonly product: Product;
  /** Whether the old access token is still good. */
  readonly isAlive: boolean;
  /** Whether it is the registration that Bitbucket refuses. Asked only where its words leave it open. */
  readonly registration: () => Promise<Standing>;
  readonly now: Date;
}

export interface Verdict {
  readonly outcome: GivenUp;
  /** For the callers, when the old access token is no good any more. */
  readonly failure: unknown;
}

export async function judge(failed: Failed): Promise<Verdict> {
  const { error, held, product } = failed;
  const kind = kindOf(error, product);
  if (kind === "refused") return refused(failed);
  if (kind === "doubtful") {
    const registration = await failed.registration();
    if (registration === "unknown")
      return later(failed, vaultErrors.fail("vault.not_renewed", about(held, error)));
    if (registration === "refused")
      return later(failed, vaultErrors.fail("vault.consumer_refused", about(held, error)));
    return doubtful(failed, registration === "itself");
  }
  return later(failed, error, mayHaveRotated(error, kind));
}

/** The connection is not to blame: it stays as it is and is tried again. */
function later(failed: Failed, failure: unknown, hasPerhapsRotated = false): Verdict {
  const { held, now, error, product } = failed;
  const asked = isWindlassError(error) ? error.retryAfterSeconds : undefined;
  const seconds = pauseSeconds(held.failures, randomFraction(), asked);
  const reason = isWindlassError(failure) ? failure.code : "unexpected";
  const isUncertain = hasPerhapsRotated || held.wasAskedBefore;
  // Cloud takes the same refresh token once more; elsewhere the only access there was may be gone.
  const isOpen = hasPerhapsRotated && product === "data-center" && !hasAnswered(error);
  const to = isOpen ? ({ state: "uncertain", reason: "vault.interrupted" } as const) : undefined;
  return { failure, outcome: { to, reason, isUncertain, retryAt: after(now, seconds) } };
}

/** Bitbucket will not renew it. While the old access token is good, a second look costs nothing. */
function refused(failed: Failed): Verdict {
  return failed.isAlive && !failed.held.wasAskedBefore ? suspect(failed) : lost(failed);
}

/** While the client may be locked out, a refusal says nothing of this token; refused for itself, the second one is the last. */
function doubtful(failed: Failed, isItself: boolean): Verdict {
  const { held, isAlive, now } = failed;
  if (!isItself) return suspect(failed);
  const since = held.askedAt === null ? 0 : now.getTime() - held.askedAt.getTime();
  const isPastReuse = held.state !== "active" && held.wasAskedBefore && since > reuseWindowSeconds * 1000;
  if (isPastReuse) return lost(failed);
  if (held.state !== "suspect") return suspect(failed);
  return isAlive ? suspect(failed, untilItEnds(held, now)) : lost(failed);
}

/** Each look at a spent token may lock the others out, so the next one comes when there is nothing to be handed out any more. */
function untilItEnds({ expiresAt }: HeldTokens, now: Date): number {
  const left = expiresAt === null ? Number.POSITIVE_INFINITY : (expiresAt.getTime() - now.getTime()) / 1000;
  return Math.min(left, longestRetryAfterSeconds);
}

function suspect({ held, now, error }: Failed, seconds = secondLookSeconds(randomFraction())): Verdict {
  const to = { state: "suspect", reason: "vault.suspect" } as const;
  const failure = vaultErrors.fail("vault.suspect", {
    ...about(held, error),
    retryAfterSeconds: Math.ceil(seconds),
  });
  const isUncertain = held.wasAskedBefore;
  return { failure, outcome: { to, reason: "vault.suspect", isUncertain, retryAt: after(now, seconds) } };
}

function lost({ held, error }: Failed): Verdict {
  const reason = held.wasAskedBefore ? "vault.rotation_lost" : "vault.reconnect";
  const to = { state: "reconnect", reason } as const;
  return {
    failure: vaultErrors.fail(reason, about(held, error)),
    outcome: { to, reason, isUncertain: false, retryAt: null },
  };
}

function about({ connectionId }: StoredTokens, cause: unknown) {
  return { data: { connectionId }, cause };
}

function after(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}

/** Why a connection that is no good cannot be renewed now; null when it can be tried. */
export function obstacle(stored: StoredTokens, now: Date): WindlassError | null {
  const details = about(stored, undefined);
  const { state, stateReason } = stored;
  if (state === "disconnected") return vaultErrors.fail("vault.disconnected", details);
  if (state === "suspended")
    return vaultErrors.fail(stateReason === "vault.other_person" ? stateReason : "vault.suspended", details);
  if (state === "reconnect")
    return vaultErrors.fail(stateReason === "vault.rotation_lost" ? stateReason : "vault.reconnect", details);
  if (!stored.isRenewable) return vaultErrors.fail("vault.reconnect", details);
  const retryAt = restsUntil(stored, now);
  if (retryAt === null) return null;
  const retryAfterSeconds = Math.ceil((retryAt.getTime() - now.getTime()) / 1000);
  const code =
    state === "suspect" ? "vault.suspect" : state === "uncertain" ? "vault.interrupted" : "vault.not_renewed";
  return vaultErrors.fail(code, { ...details, retryAfterSeconds });
}
