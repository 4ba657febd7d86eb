/**
 * Owns judging whether a refusal is the connection's or the registration's. Cloud says the same of a refresh token that is spent
 * or revoked, of a wrong secret, and of everything a client sends while it is locked out. So after a refusal all
 * connections of the registration rest until a lock-out is over; then a made-up code tells whether the secret is taken, and one
 * connection at a time is tried. What is refused then, is refused for itself. Before that one scout goes, a connection that is
 * in order: when it gets new tokens there is no lock-out, and nobody rests any longer.
 */
import type { Clock } from "../base/clock.ts";
import { isWindlassError, type WindlassError } from "../base/errors.ts";
import type { Fetch } from "../base/http/door.ts";
import type { Log } from "../base/log.ts";
import { randomFraction } from "../base/random.ts";
import type { Instance } from "../bitbucket/instance.ts";
import { isRegistrationTaken } from "../bitbucket/oauth2/registration.ts";
import type { Database } from "../storage/database.ts";
import { isAnyRenewedSince } from "../storage/tables/connection-secrets.ts";
import { isAnotherRenewing } from "../storage/tables/leases.ts";
import { vaultErrors } from "./errors.ts";
import { lockOutSeconds, pauseSeconds } from "./failures.ts";
import {
  type Doubt,
  dropDoubt,
  limitedUntil,
  noteLimit,
  readDoubt,
  type SeenDoubt,
  writeDoubt,
} from "./limits.ts";
import { reuseWindowSeconds } from "./rotation.ts";
import type { StoredTokens } from "./stored.ts";

/**
 * What a refusal says. `refused`: key and secret are not taken, or the client is locked out · `taken`: they are taken, and the
 * refusal may have been a lock-out's · `itself`: they are taken and nothing was locked out · `unknown`: Bitbucket did not say.
 */
export type Standing = "taken" | "refused" | "itself" | "unknown";

/** Leave to ask Bitbucket once with a connection's own token. */
export interface Permit {
  readonly instance: Instance;
  readonly stored: StoredTokens;
  /** The doubt under which it was given; null where there is none. */
  readonly doubt: SeenDoubt | null;
  /** Whether it goes while the others rest. */
  readonly isScout?: boolean;
}

export interface RegistrationJudge {
  /**
   * Null when it was not to be, as while another's trial is under way: to be asked again. Throws why Bitbucket is left alone: `vault.not_renewed`,
   * `vault.suspect`, `vault.consumer_refused`.
   */
  admit(instance: Instance, stored: StoredTokens): Promise<Permit | null>;
  /** The end of another's trial that was met here, or some seconds, whichever is sooner; undefined while none is known. */
  underWay(instanceId: string): Promise<void> | undefined;
  /** After a refusal in doubtful words. */
  refused(permit: Permit): Promise<Standing>;
  /** After any other failure. */
  failed(permit: Permit, error: unknown): Promise<void>;
  /** After new tokens. */
  renewed(permit: Permit): Promise<void>;
}

interface JudgeParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly fetch: Fetch;
  /** When it is, nobody waits for a trial any longer. */
  readonly closing: AbortSignal;
  readonly log?: Log | undefined;
  readonly meter?: { failed(instanceId: string, reason: string): void } | undefined;
}

/** Whoever tries has so long, and may be gone after it. */
const trialMilliseconds = 60_000;
const lockOutMilliseconds = lockOutSeconds * 1000;
/** Where there is no lock-out, nobody rests for longer because another was refused. */
const scoutMilliseconds = 20_000;
/**
 * After so many refusals in a row, five hours without new tokens for anybody, it is not some of the connections: a backup was
 * restored. Trying all of thousands one by one would take weeks, so from here on all are tried together. Not sooner: whoever is
 * locked out by the first of them is taken for spent as well.
 */
const missesOfMany = 60;
/** After so many answers to the made-up code that say neither, one connection is tried without knowing. */
const mostUnclear = 3;

export function createRegistrationJudge(parts: JudgeParts): RegistrationJudge {
  const { kysely } = parts.database;
  const probe = rememberProbe(parts);
  const trials = watchTrials(parts);
  const now = () => parts.clock.now();
  return {
    async admit(instance, stored) {
      await refuseLimited(parts, instance, stored);
      if (instance.product !== "cloud" || stored.kind !== "oauth2") return { instance, stored, doubt: null };
      const doubt = await readDoubt(kysely, instance.id);
      const way = wayOf(stored, doubt, now());
      if (way === "free") return { instance, stored, doubt };
      if (way === "scout") return sendScout(parts, { instance, stored, doubt });
      if (way === "wait") return trials.watch(instance.id);
      if (way === "rest") throw resting(stored, doubt, now());
      return beginTrial(parts, { instance, stored, doubt });
    },
    underWay: trials.underWay,
    async refused(permit) {
      const { instance, doubt } = permit;
      if (await endTrial(parts, permit)) return "itself";
      const isScout = permit.isScout === true;
      await beginRest(parts, instance, { isScout });
      if (doubt?.kind === "trial" && isBlind(doubt)) return "taken";
      const taken = await probe(instance);
      // A scout goes while the client may be locked out: that it is refused is nothing to be held against it.
      if (taken === null || (taken && isScout)) return "unknown";
      const since = now().toISOString();
      return taken || (await isAnyRenewedSince(kysely, instance.id, since)) ? "taken" : "refused";
    },
    async failed({ instance, stored, doubt }, error) {
      const { product } = instance;
      if (isWindlassError(error, "bitbucket.rate_limited"))
        await noteLimit(kysely, { product, stored, now: now() }, error.retryAfterSeconds);
      if (doubt?.kind === "trial" && doubt.by === stored.connectionId)
        await writeDoubt(kysely, instance.id, { seen: doubt, next: rest(doubt, now(), 0) });
    },
    async renewed({ instance, doubt }) {
      if (doubt !== null) await dropDoubt(kysely, instance.id, doubt);
    },
  };
}

async function refuseLimited({ database, clock }: JudgeParts, instance: Instance, stored: StoredTokens) {
  const now = clock.now();
  const until = await limitedUntil(database.kysely, { product: instance.product, stored, now });
  if (until !== null) throw left("vault.not_renewed", stored, until.getTime() - now.getTime());
}

/**
 * `free`: as if nothing had been refused · `wait`: for another's trial · `rest` · `scout`: to see whether the others have to ·
 * `try`: only under a trial of its own.
 */
function wayOf(
  stored: StoredTokens,
  doubt: SeenDoubt | null,
  at: Date,
): "free" | "wait" | "rest" | "scout" | "try" {
  const now = at.getTime();
  const isDoubted = stored.state === "suspect" || isPastReuse(stored, at);
  // Nothing rests for longer than this: what lies further ahead was written by a wrong clock.
  if (doubt === null || doubt.until - now > mostMilliseconds) return isDoubted ? "try" : "free";
  if (doubt.kind === "trial") {
    const isMine = doubt.by === null;
    if (now < doubt.until) return isMine ? "free" : "wait";
    // Whoever tried all together has locked the client out.
    return isMine && now < doubt.until + lockOutMilliseconds ? "rest" : "try";
  }
  if (now < doubt.until) return maySeek(stored, doubt, now) ? "scout" : "rest";
  const isLongOver = doubt.kind === "resting" && now > doubt.until + lockOutMilliseconds;
  return isLongOver && !isDoubted ? "free" : "try";
}

function maySeek({ state }: StoredTokens, { scoutAt }: Doubt, now: number): boolean {
  return state === "active" && scoutAt !== null && now >= scoutAt;
}

/** Whose answer was lost so long ago that a refusal is the last word: that must not be a lock-out's. */
function isPastReuse({ state, lease, askedAt }: StoredTokens, at: Date): boolean {
  if (askedAt === null || (state !== "uncertain" && lease === null)) return false;
  return at.getTime() - askedAt.getTime() > reuseWindowSeconds * 1000;
}

const mostMilliseconds = 3_600_000;

/** Whoever writes down that it goes, goes. */
async function sendScout({ database }: JudgeParts, permit: Permit): Promise<Permit | null> {
  const { instance, stored, doubt } = permit;
  if (doubt === null) return permit;
  const { text: _, ...known } = doubt;
  const sent = await writeDoubt(database.kysely, instance.id, {
    seen: doubt,
    next: { ...known, scoutAt: null },
  });
  return sent === null ? pauseShortly() : { instance, stored, doubt: sent, isScout: true };
}

/** The made-up code is sent first: it spends nothing, and locks nobody out. */
async function beginTrial(parts: JudgeParts, { instance, stored, doubt }: Permit): Promise<Permit | null> {
  const { kysely } = parts.database;
  const now = parts.clock.now().getTime();
  const misses = doubt?.misses ?? 0;
  const trial: Doubt = {
    kind: "trial",
    until: now + trialMilliseconds,
    misses,
    by: stored.connectionId,
    scoutAt: null,
  };
  const begun = await writeDoubt(kysely, instance.id, { seen: doubt, next: trial });
  if (begun === null) return pauseShortly();
  const taken = await askRegistration(parts, instance);
  const unclear = taken === null ? (doubt?.unclear ?? 0) + 1 : 0;
  const known: Doubt = unclear === 0 ? trial : { ...trial, unclear };
  if (taken === false || (taken === null && !isBlind(known))) {
    const seconds = pauseSeconds(taken === null ? unclear - 1 : 6, randomFraction());
    const pause = {
      ...rest(known, new Date(now), seconds * 1000),
      kind: taken === null ? "resting" : "wrong",
    } as const;
    await writeDoubt(kysely, instance.id, { seen: begun, next: pause });
    throw notTaken(parts, { instance, stored, taken, milliseconds: seconds * 1000 });
  }
  if (taken === null) parts.log?.error("vault.registration_unclear", { instanceId: instance.id, unclear });
  const isOfAll = taken === true && misses >= missesOfMany;
  if (taken === true && !isOfAll) return { instance, stored, doubt: begun };
  const next = isOfAll ? { ...trial, by: null } : known;
  const changed = await writeDoubt(kysely, instance.id, { seen: begun, next });
  return changed === null ? pauseShortly() : { instance, stored, doubt: changed };
}

/** Whether nobody could say for so long whether key and secret are taken that one is tried all the same. */
function isBlind({ unclear = 0 }: Doubt): boolean {
  return unclear >= mostUnclear;
}

function notTaken(
  parts: JudgeParts,
  refusal: {
    readonly instance: Instance;
    readonly stored: StoredTokens;
    readonly taken: boolean | null;
    readonly milliseconds: number;
  },
): WindlassError {
  const { instance, stored, taken, milliseconds } = refusal;
  if (taken === null) return left("vault.not_renewed", stored, milliseconds);
  parts.log?.error("vault.consumer_refused", { instanceId: instance.id });
  parts.meter?.failed(instance.id, "vault.consumer_refused");
  return left("vault.consumer_refused", stored, milliseconds);
}

/**
 * Whether it was refused for itself: in a trial that is not over, with nobody else's refusal meanwhile. Its own may have locked
 * the others out. A trial of all goes on to its end.
 */
async function endTrial(
  { database, clock }: JudgeParts,
  { instance, stored, doubt }: Permit,
): Promise<boolean> {
  const { kysely } = database;
  const { connectionId } = stored;
  const now = clock.now();
  if (doubt?.kind !== "trial" || now.getTime() >= doubt.until || isBlind(doubt)) return false;
  if (doubt.by === null) return (await readDoubt(kysely, instance.id))?.text === doubt.text;
  if (doubt.by !== connectionId) return false;
  // Whoever was on the way when the trial began may have been refused first, and not have written it down yet.
  const at = { instanceId: instance.id, connectionId, now: now.toISOString() };
  if (await isAnotherRenewing(kysely, at)) return false;
  const next = rest({ ...doubt, misses: doubt.misses + 1 }, now);
  return (await writeDoubt(kysely, instance.id, { seen: doubt, next })) !== null;
}

/**
 * From the first refusal on: those that were on their way already make it no longer. A trial that is under way ends with it, for
 * it proves nothing any more. A scout's begins it anew, without another.
 */
async function beginRest(
  { database, clock }: JudgeParts,
  instance: Instance,
  { isScout }: { readonly isScout: boolean },
): Promise<void> {
  for (;;) {
    const now = clock.now().getTime();
    const seen = await readDoubt(database.kysely, instance.id);
    const isAhead = seen !== null && now < seen.until && seen.until - now <= mostMilliseconds;
    if (isAhead && seen.kind !== "trial" && !isScout) return;
    const begun = rest(seen, clock.now());
    const next = isScout ? { ...begun, scoutAt: null } : begun;
    if ((await writeDoubt(database.kysely, instance.id, { seen, next })) !== null) return;
  }
}

/** What was counted so far goes on. */
function rest(known: Doubt | null, from: Date, milliseconds = lockOutMilliseconds): Doubt {
  const now = from.getTime();
  const { misses = 0, unclear = 0 } = known ?? {};
  return {
    kind: "resting",
    until: now + milliseconds,
    misses,
    by: null,
    scoutAt: now + scoutMilliseconds,
    ...(unclear > 0 && { unclear }),
  };
}

function resting(stored: StoredTokens, doubt: SeenDoubt | null, now: Date): WindlassError {
  const code =
    doubt?.kind === "wrong"
      ? "vault.consumer_refused"
      : stored.state === "suspect"
        ? "vault.suspect"
        : "vault.not_renewed";
  return left(code, stored, Math.max((doubt?.until ?? 0) - now.getTime(), 1_000));
}

function left(
  code: "vault.not_renewed" | "vault.suspect" | "vault.consumer_refused",
  { connectionId }: StoredTokens,
  milliseconds: number,
): WindlassError {
  return vaultErrors.fail(code, {
    data: { connectionId },
    retryAfterSeconds: Math.ceil(milliseconds / 1000),
  });
}

/** Another has just written. */
async function pauseShortly(): Promise<null> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  return null;
}

/** How often is looked whether a trial, which is one request long, is over; and for how long at most. */
const lookMilliseconds = 100;
const mostLooks = 50;

/** One look a time in a process, however many wait. */
function watchTrials({ database, clock, closing }: JudgeParts) {
  const watched = new Map<string, Promise<void>>();
  const watch = async (instanceId: string) => {
    for (let looks = 0; looks < mostLooks && !closing.aborted; looks++) {
      await new Promise((resolve) => setTimeout(resolve, lookMilliseconds));
      const doubt = await readDoubt(database.kysely, instanceId);
      const isUnderWay = doubt?.kind === "trial" && doubt.by !== null && clock.now().getTime() < doubt.until;
      if (!isUnderWay) return;
    }
  };
  return {
    underWay: (instanceId: string) => watched.get(instanceId),
    watch(instanceId: string): null {
      if (watched.has(instanceId)) return null;
      const ended = watch(instanceId)
        .catch(() => {})
        .finally(() => watched.delete(instanceId));
      watched.set(instanceId, ended);
      return null;
    },
  };
}

function askRegistration(parts: JudgeParts, instance: Instance): Promise<boolean | null> {
  return instance.product === "server" ? Promise.resolve(true) : isRegistrationTaken({ ...parts, instance });
}

const memoryMilliseconds = 60_000;

/** Asked at Bitbucket once a minute at most; an answer that says neither is not remembered. */
function rememberProbe(parts: JudgeParts): (instance: Instance) => Promise<boolean | null> {
  const asked = new Map<string, { readonly at: number; readonly taken: Promise<boolean | null> }>();
  return async (instance) => {
    const now = parts.clock.now().getTime();
    const known = asked.get(instance.id);
    if (known !== undefined && Math.abs(now - known.at) < memoryMilliseconds) return known.taken;
    const taken = askRegistration(parts, instance);
    asked.set(instance.id, { at: now, taken });
    if ((await taken) === null) asked.delete(instance.id);
    return taken;
  };
}
