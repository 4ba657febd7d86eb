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
}

export interface RegistrationJudge {
  /**
   * Null when another's trial is under way: to be asked again. Throws why Bitbucket is left alone: `vault.not_renewed`,
   * `vault.suspect`, `vault.consumer_refused`.
   */
  admit(instance: Instance, stored: StoredTokens): Promise<Permit | null>;
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
  readonly log?: Log | undefined;
  readonly meter?: { failed(instanceId: string, reason: string): void } | undefined;
}

/** Whoever tries has so long, and may be gone after it. */
const trialMilliseconds = 60_000;
const lockOutMilliseconds = lockOutSeconds * 1000;
/** Where there is no lock-out, nobody rests for longer because another was refused. */
const scoutMilliseconds = 20_000;
/**
 * After so many refusals in a row it is not one connection: a backup was restored. Trying all of many one by one would take days,
 * so from here on all are tried together, and each is given up when it is refused for the second time.
 */
const missesOfMany = 5;

export function createRegistrationJudge(parts: JudgeParts): RegistrationJudge {
  const { kysely } = parts.database;
  const probe = rememberProbe(parts);
  const now = () => parts.clock.now();
  return {
    async admit(instance, stored) {
      await refuseLimited(parts, instance, stored);
      if (instance.product !== "cloud" || stored.kind !== "oauth2") return { instance, stored, doubt: null };
      const doubt = await readDoubt(kysely, instance.id);
      const way = wayOf(stored, doubt, now());
      if (way === "free") return { instance, stored, doubt };
      if (way === "scout") return sendScout(parts, { instance, stored, doubt });
      if (way === "wait") return pauseShortly();
      if (way === "rest") throw resting(stored, doubt, now());
      return beginTrial(parts, { instance, stored, doubt });
    },
    async refused({ instance, stored, doubt }) {
      const isScout = doubt?.kind === "resting" && now().getTime() < doubt.until;
      if (isTrialOf(doubt, stored)) {
        await endTrial(parts, instance, doubt);
        return "itself";
      }
      await beginRest(parts, instance, { isScout });
      const taken = await probe(instance);
      if (taken === null) return "unknown";
      const since = now().toISOString();
      return taken || (await isAnyRenewedSince(kysely, instance.id, since)) ? "taken" : "refused";
    },
    async failed({ instance, stored, doubt }, error) {
      const { product } = instance;
      if (isWindlassError(error, "bitbucket.rate_limited"))
        await noteLimit(kysely, { product, stored, now: now() }, error.retryAfterSeconds);
      if (doubt?.kind === "trial" && doubt.by === stored.connectionId)
        await writeDoubt(kysely, instance.id, { seen: doubt, next: rest(doubt.misses, now(), 0) });
    },
    async renewed({ instance, doubt }) {
      if (doubt !== null) await dropDoubt(kysely, instance.id);
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
  return sent === null ? pauseShortly() : { instance, stored, doubt: sent };
}

/** The made-up code is sent first: it spends nothing, and locks nobody out. */
async function beginTrial(parts: JudgeParts, { instance, stored, doubt }: Permit): Promise<Permit | null> {
  const { kysely } = parts.database;
  const now = parts.clock.now().getTime();
  const misses = doubt?.misses ?? 0;
  const by = misses >= missesOfMany ? null : stored.connectionId;
  const trial = { kind: "trial", until: now + trialMilliseconds, misses, scoutAt: null } as const;
  const own: Doubt = { ...trial, by: stored.connectionId };
  const begun = await writeDoubt(kysely, instance.id, { seen: doubt, next: own });
  if (begun === null) return pauseShortly();
  const taken = await askRegistration(parts, instance);
  if (taken === true) {
    if (by !== null) return { instance, stored, doubt: begun };
    const all = await writeDoubt(kysely, instance.id, { seen: begun, next: { ...trial, by } });
    return all === null ? pauseShortly() : { instance, stored, doubt: all };
  }
  const seconds = taken === null ? pauseSeconds(0, randomFraction()) : pauseSeconds(6, randomFraction());
  const kind = taken === null ? "resting" : "wrong";
  const until = now + seconds * 1000;
  const next: Doubt = { kind, until, misses, by: null, scoutAt: null };
  await writeDoubt(kysely, instance.id, { seen: begun, next });
  if (taken === null) throw left("vault.not_renewed", stored, seconds * 1000);
  parts.log?.error("vault.consumer_refused", { instanceId: instance.id });
  parts.meter?.failed(instance.id, "vault.consumer_refused");
  throw left("vault.consumer_refused", stored, seconds * 1000);
}

function isTrialOf(doubt: SeenDoubt | null, { connectionId }: StoredTokens): doubt is SeenDoubt {
  return doubt?.kind === "trial" && (doubt.by === null || doubt.by === connectionId);
}

/** It was refused for itself, and that may have locked the others out. A trial of all goes on to its end. */
async function endTrial({ database, clock }: JudgeParts, instance: Instance, doubt: SeenDoubt) {
  if (doubt.by === null) return;
  const next = rest(doubt.misses + 1, clock.now());
  await writeDoubt(database.kysely, instance.id, { seen: doubt, next });
}

/** From the first refusal on: those that were on their way already make it no longer. A scout's begins it anew, without another. */
async function beginRest(
  { database, clock }: JudgeParts,
  instance: Instance,
  { isScout }: { readonly isScout: boolean },
): Promise<void> {
  const now = clock.now().getTime();
  const seen = await readDoubt(database.kysely, instance.id);
  const isResting = seen !== null && now < seen.until && seen.until - now <= mostMilliseconds;
  if (isResting && !isScout) return;
  const next = rest(seen?.misses ?? 0, clock.now());
  await writeDoubt(database.kysely, instance.id, {
    seen,
    next: isScout ? { ...next, scoutAt: null } : next,
  });
}

function rest(misses: number, from: Date, milliseconds = lockOutMilliseconds): Doubt {
  const now = from.getTime();
  return { kind: "resting", until: now + milliseconds, misses, by: null, scoutAt: now + scoutMilliseconds };
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

/** A trial is one request long. */
async function pauseShortly(): Promise<null> {
  await new Promise((resolve) => setTimeout(resolve, 100));
  return null;
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
