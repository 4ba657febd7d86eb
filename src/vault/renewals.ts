/**
 * Owns that a connection is renewed once, whoever asks and in however many processes: callers of one process share a
 * flight, processes share a lease, and the version decides what is kept.
 */
import { isWindlassError } from "../base/errors.ts";
import { newId, randomFraction } from "../base/random.ts";
import type { FindInstance } from "../bitbucket/instance.ts";
import { type AtMost, atMost } from "./at-most.ts";
import { vaultErrors } from "./errors.ts";
import { kindOf, pauseSeconds } from "./failures.ts";
import { insist } from "./insist.ts";
import { isAbandoned, leaseEnd, type WaitParts } from "./lease.ts";
import { isGood, type Need } from "./need.ts";
import type { OwnerCheck } from "./owner-check.ts";
import type { Permit, RegistrationJudge } from "./registration.ts";
import { type Answered, type RotationParts, rotate } from "./rotation.ts";
import type { HeldTokens } from "./saving.ts";
import type { StoredTokens } from "./stored.ts";
import { judge, obstacle } from "./verdict.ts";

export interface RenewalParts extends RotationParts, WaitParts {
  readonly instances: FindInstance;
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
    const stored = await parts.ownerCheck.ofStored(await store.load(flight.connectionId));
    if (need.isMet(stored)) return stored;
    // A process that ends begins nothing it could not save.
    const inTheWay = closing.aborted ? vaultErrors.fail("vault.not_renewed") : obstacle(stored, clock.now());
    if (inTheWay !== null) {
      if (!stored.isRenewable && !need.isUsable(stored)) await endUnrenewable(parts, stored);
      return aliveOr(need, stored, inTheWay);
    }
    if (stored.lease === null || (await isAbandoned(parts, stored))) {
      const renewed = await attempt(parts, stored, flight);
      // What came for a connection that was ended or suspended meanwhile is handed to nobody.
      if (renewed !== null && isGood(renewed, 0)) return renewed;
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

/** One try to renew under the lease. Null when somebody else was first. */
async function attempt(
  parts: RenewalParts,
  stored: StoredTokens,
  flight: Flight,
): Promise<StoredTokens | null> {
  const { meter, log, ownerCheck } = parts;
  const { need, limit } = flight;
  const begunAt = performance.now();
  const seconds = () => (performance.now() - begunAt) / 1000;
  // A place is for who asks Bitbucket: saving may take as long as the database is away.
  const asked = await limit(() => ask(parts, stored, flight));
  // Nor is one for who waits for another's trial.
  if (asked === null) await parts.registrations.underWay(stored.instanceId);
  if (asked === null) return null;
  const { held, answered, permit } = asked;
  try {
    const renewed = await answered.save();
    if (renewed !== null) await parts.registrations.renewed(permit).catch(() => {});
    meter.renewal(renewed === null ? "overtaken" : "renewed", seconds());
    if (renewed === null) return null;
    log.info("vault.refreshed", { connectionId: held.connectionId });
    return await ownerCheck.ofRenewed(renewed);
  } catch (error) {
    if (isWindlassError(error, "vault.other_person")) throw error;
    meter.renewal(isWindlassError(error) ? error.code : "unexpected", seconds());
    return await fail(parts, asked, { need, error });
  }
}

interface Asked {
  readonly permit: Permit;
  readonly held: HeldTokens;
  readonly answered: Answered;
}

/** Null when somebody else was first. Throws what keeps an answer from being saved, and then nothing was asked. */
async function ask(parts: RenewalParts, stored: StoredTokens, { owner }: Flight): Promise<Asked | null> {
  const { store, leaseMilliseconds } = parts;
  if (parts.registrations.underWay(stored.instanceId) !== undefined) return null;
  const { instance, refreshToken } = await prepare(parts, stored);
  const permit = await parts.registrations.admit(instance, stored);
  if (permit === null) return null;
  const claimedAt = performance.now();
  const held = await store.claim(stored, { owner, until: leaseEnd(parts), asks: true });
  const letGo = async () => {
    await parts.registrations.failed(permit, null);
    return null;
  };
  if (held === null) return letGo();
  // A process that was frozen meanwhile asks nothing before it knows that the lease is still its own.
  const wasFrozen = performance.now() - claimedAt > leaseMilliseconds / 3;
  if (wasFrozen && !(await store.extend(held, leaseEnd(parts)))) return letGo();
  const rotating = stored.lease === null ? held : await noteInterruption(parts, held);
  return {
    permit,
    held: rotating,
    answered: await rotate(parts, { instance, held: rotating, refreshToken }),
  };
}

/** Before the lease is taken: once Bitbucket has been asked, its answer has to be sealed and recorded. */
async function prepare(parts: RenewalParts, stored: StoredTokens) {
  const { store, clock, instances, meter, log } = parts;
  const { connectionId, instanceId, failures } = stored;
  try {
    const instance = await instances(instanceId);
    return { instance, refreshToken: await store.prepare(stored) };
  } catch (error) {
    const reason = isWindlassError(error) ? error.code : "unexpected";
    const seconds = pauseSeconds(failures, randomFraction());
    const retryAt = new Date(clock.now().getTime() + seconds * 1000);
    meter.failed(instanceId, reason);
    log.warn("vault.not_begun", { connectionId, code: reason });
    await store.postpone(stored, { reason, retryAt }).catch(() => {});
    throw error;
  }
}

/** Whoever held the lease before is gone, and nobody knows what Bitbucket answered: that is said until it is known. */
async function noteInterruption({ store }: RenewalParts, held: HeldTokens): Promise<HeldTokens> {
  const to = { state: "uncertain", reason: "vault.interrupted" } as const;
  return (await store.move(held, to)) ? { ...held, state: to.state, stateReason: to.reason } : held;
}

/** After so many leases another process has taken over, and finds out for itself. */
const mostLeasesInsisted = 2;

/** Judged by the row as it is now: a refusal of tokens that were replaced meanwhile says nothing about the new ones. */
async function fail(
  parts: RenewalParts,
  { held, permit }: Omit<Asked, "answered">,
  { need, error }: { readonly need: Need; readonly error: unknown },
): Promise<StoredTokens | null> {
  const { store, clock, registrations, log } = parts;
  const { product } = permit.instance;
  if (kindOf(error, product) !== "doubtful") await registrations.failed(permit, error).catch(() => {});
  const isAlive = need.isUsable(held);
  const { outcome, failure } = await judge({
    error,
    held,
    product,
    isAlive,
    registration: () => registrations.refused(permit).catch(() => "unknown" as const),
    now: clock.now(),
  });
  const { connectionId } = held;
  const isGivenUp = await insist(parts, () => store.giveUp(held, outcome), {
    event: "vault.give_up_failed",
    connectionId,
    milliseconds: mostLeasesInsisted * parts.leaseMilliseconds,
  });
  if (!isGivenUp) return null;
  parts.meter.failed(held.instanceId, outcome.reason);
  log.warn("vault.refresh_failed", { connectionId, code: outcome.reason, state: outcome.to?.state });
  if (need.isAlive(held) && outcome.to?.state !== "reconnect") return held;
  throw failure;
}
