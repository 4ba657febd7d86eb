/**
 * Owns that a connection is renewed once, whoever asks and in however many processes: callers of one process share a
 * flight, processes share a lease, and the version decides what is kept.
 */
import { isWindlassError } from "../base/errors.ts";
import { newId } from "../base/random.ts";
import type { FindInstance } from "../bitbucket/instance.ts";
import { type AtMost, atMost } from "./at-most.ts";
import { vaultErrors } from "./errors.ts";
import { shortestSecondLookSeconds } from "./failures.ts";
import type { Need } from "./need.ts";
import type { OwnerCheck } from "./owner-check.ts";
import type { RegistrationJudge } from "./registration.ts";
import { type RotationParts, rotate } from "./rotation.ts";
import type { HeldTokens } from "./saving.ts";
import type { StoredTokens } from "./stored.ts";
import { judge, obstacle } from "./verdict.ts";
import type { Watch } from "./watch.ts";

export interface RenewalParts extends RotationParts {
  readonly instances: FindInstance;
  readonly watch: Watch;
  readonly registrations: RegistrationJudge;
  readonly ownerCheck: OwnerCheck;
  readonly meter: RenewalMeter;
}

/** What is counted for operators. */
export interface RenewalMeter {
  /** A renewal by this process ended: `renewed`, `overtaken` or the failure's code, after so many seconds. */
  renewal(outcome: string, seconds: number): void;
  /** What was made of a renewal that failed: the code on record, such as `vault.consumer_refused`. */
  failed(instanceId: string, reason: string): void;
  /** A caller waited so long for a renewal, its own process's or another's. */
  waited(seconds: number): void;
}

export interface Renewals {
  /**
   * Gives tokens that meet the need, or that are at least alive while they cannot be renewed. Throws `vault.…` and, when
   * nothing is alive, what kept them from being renewed.
   */
  renew(connectionId: string, need: Need): Promise<StoredTokens>;
  /** Waits for what is under way. */
  settle(): Promise<void>;
}

/** So many requests for tokens a process has under way: a thousand connections that end together do not storm Bitbucket. */
const mostAtOnce = 16;

export function createRenewals(parts: RenewalParts): Renewals {
  const flights = new Map<string, Promise<StoredTokens>>();
  const owner = newId("process");
  const limit = atMost(mostAtOnce);
  const flyOnce = (connectionId: string, need: Need) => {
    const underWay = flights.get(connectionId);
    if (underWay !== undefined) return underWay;
    const flight = fly(parts, { connectionId, need, owner, limit }).finally(() =>
      flights.delete(connectionId),
    );
    flights.set(connectionId, flight);
    return flight;
  };
  return {
    async renew(connectionId, need) {
      const begun = performance.now();
      const joined = flights.has(connectionId);
      const landed = (flight: Promise<StoredTokens>) =>
        waitFor(flight, parts.leaseMilliseconds, connectionId);
      const orAlive = async (failure: unknown) =>
        aliveOr(need, await parts.store.load(connectionId), failure);
      try {
        const tokens = await landed(flyOnce(connectionId, need)).catch(orAlive);
        // The flight that was joined may have begun for another reason and have left what is wanted undone.
        return joined && !need.isMet(tokens)
          ? await landed(flyOnce(connectionId, need)).catch(orAlive)
          : tokens;
      } finally {
        parts.meter.waited((performance.now() - begun) / 1000);
      }
    },
    async settle() {
      await Promise.allSettled(flights.values());
    },
  };
}

/** A flight that cannot save what it has goes on without those who asked. */
async function waitFor(
  flight: Promise<StoredTokens>,
  leaseMilliseconds: number,
  connectionId: string,
): Promise<StoredTokens> {
  const late = Promise.withResolvers<never>();
  const tell = () => late.reject(vaultErrors.fail("vault.not_renewed", { data: { connectionId } }));
  const timer = setTimeout(tell, (mostLeasesWaited + 1) * leaseMilliseconds);
  try {
    return await Promise.race([flight, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

interface Flight {
  readonly connectionId: string;
  readonly need: Need;
  readonly owner: string;
  readonly limit: AtMost;
}

/** No caller waits longer than this many leases for other processes. */
const mostLeasesWaited = 3;

async function fly(parts: RenewalParts, flight: Flight): Promise<StoredTokens> {
  const { store, clock, leaseMilliseconds, closing } = parts;
  const { need } = flight;
  const giveUpAt = performance.now() + mostLeasesWaited * leaseMilliseconds;
  for (;;) {
    const stored = await store.load(flight.connectionId);
    if (need.isMet(stored)) return stored;
    // A process that ends begins nothing it could not save.
    const inTheWay = closing.aborted ? vaultErrors.fail("vault.not_renewed") : obstacle(stored, clock.now());
    if (inTheWay !== null) {
      if (!stored.isRenewable && !need.isUsable(stored)) await endUnrenewable(parts, stored);
      return aliveOr(need, stored, inTheWay);
    }
    if (stored.lease === null || (await isAbandoned(parts, stored))) {
      const renewed = await flight.limit(() => attempt(parts, stored, flight));
      if (renewed !== null) return renewed;
    }
    if (performance.now() > giveUpAt) return aliveOr(need, stored, vaultErrors.fail("vault.not_renewed"));
  }
}

/** What a person entered and Bitbucket takes no more: only a person can mend it. */
async function endUnrenewable({ store, log }: RenewalParts, stored: StoredTokens): Promise<void> {
  if (stored.state === "suspended") return;
  await store.move(stored, { state: "reconnect", reason: "vault.reconnect" });
  log.warn("vault.refused", { connectionId: stored.connectionId });
}

function aliveOr({ isAlive }: Need, stored: StoredTokens, failure: unknown): StoredTokens {
  if (isAlive(stored)) return stored;
  throw failure;
}

/**
 * Waits for the process that holds the lease. True when it is gone: it extends a lease each third of it, so a lease that is
 * over has to stay untouched for two thirds more, and one that is dated by a wrong clock for a whole one.
 */
async function isAbandoned(
  { watch, clock, leaseMilliseconds, closing }: RenewalParts,
  { lease, row }: StoredTokens,
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

/** One try to renew under the lease. Null when somebody else was first. */
async function attempt(
  parts: RenewalParts,
  stored: StoredTokens,
  { need, owner }: Flight,
): Promise<StoredTokens | null> {
  const { store, clock, leaseMilliseconds } = parts;
  const until = new Date(clock.now().getTime() + leaseMilliseconds);
  const claimedAt = performance.now();
  const held = await store.claim(stored, owner, until);
  if (held === null) return null;
  // A process that was frozen meanwhile asks nothing before it knows that the lease is still its own.
  const wasFrozen = performance.now() - claimedAt > leaseMilliseconds / 3;
  if (wasFrozen && !(await store.extend(held, new Date(clock.now().getTime() + leaseMilliseconds))))
    return null;
  const rotating = stored.lease === null ? held : await noteInterruption(parts, held);
  const seconds = () => (performance.now() - claimedAt) / 1000;
  try {
    const instance = await parts.instances(rotating.instanceId);
    const renewed = await rotate(parts, instance, rotating);
    parts.meter.renewal(renewed === null ? "overtaken" : "renewed", seconds());
    if (renewed === null) return null;
    parts.log.info("vault.refreshed", { connectionId: held.connectionId });
    return await parts.ownerCheck(instance, renewed);
  } catch (error) {
    if (isWindlassError(error, "vault.other_person")) throw error;
    parts.meter.renewal(isWindlassError(error) ? error.code : "unexpected", seconds());
    return await fail(parts, rotating, { need, error });
  }
}

/** Whoever held the lease before is gone, and nobody knows what Bitbucket answered: that is said until it is known. */
async function noteInterruption({ store }: RenewalParts, held: HeldTokens): Promise<HeldTokens> {
  const to = { state: "uncertain", reason: "vault.interrupted" } as const;
  return (await store.move(held, to)) ? { ...held, state: to.state, stateReason: to.reason } : held;
}

/** Judged by the row as it is now: a refusal of tokens that were replaced meanwhile says nothing about the new ones. */
async function fail(
  parts: RenewalParts,
  held: HeldTokens,
  { need, error }: { readonly need: Need; readonly error: unknown },
): Promise<StoredTokens | null> {
  const { store, clock, instances, registrations, log } = parts;
  const instance = await instances(held.instanceId).catch(() => null);
  const isAlive = need.isUsable(held);
  const { outcome, failure } = await judge({
    error,
    held,
    product: instance?.product ?? "cloud",
    isAlive,
    registration: async () =>
      instance === null ? "unknown" : registrations.standing(instance, firstRefusal(held, clock.now())),
    now: clock.now(),
  });
  if (!(await store.giveUp(held, outcome))) return null;
  parts.meter.failed(held.instanceId, outcome.reason);
  const { connectionId } = held;
  log.warn("vault.refresh_failed", { connectionId, code: outcome.reason, state: outcome.to?.state });
  if (need.isAlive(held) && outcome.to?.state !== "reconnect") return held;
  throw failure;
}

/** The latest moment at which the connection can have become suspect. */
function firstRefusal({ state, retryAt }: HeldTokens, now: Date): Date {
  if (state !== "suspect" || retryAt === null) return now;
  return new Date(retryAt.getTime() - shortestSecondLookSeconds * 1000);
}
