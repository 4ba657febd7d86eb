/**
 * Owns what has to be done though nobody asks: finding out what a stopped process left behind, renewing what nobody uses
 * before Bitbucket lets it end, and forgetting what is kept for a while only.
 */
import type { Clock } from "../base/clock.ts";
import { isWindlassError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { randomFraction } from "../base/random.ts";
import type { Database } from "../storage/database.ts";
import {
  type DueKeepAlive,
  dropFormerTokens,
  type InterruptedSearch,
  listInterrupted,
  listKeepAliveDue,
  listUnfinishedFarewells,
  setAside,
} from "../storage/tables/connection-secrets.ts";
import { listSealedUnder } from "../storage/tables/data-keys.ts";
import { atMost } from "./at-most.ts";
import { reuseWindowSeconds } from "./rotation.ts";
import type { Vault } from "./vault.ts";

export interface KeeperParts {
  readonly database: Database;
  readonly vault: Pick<Vault, "renew" | "finishForgetting">;
  readonly clock: Clock;
  readonly log: Log;
  /** Key-encryption keys that were given up as lost. Default: none. */
  readonly lostKeys?: (() => Promise<readonly string[]>) | undefined;
  /** Renewals a minute of what nobody uses, in this process. Default 60: a hundred thousand connections take a day, and have two months. */
  readonly renewalsPerMinute?: number | undefined;
}

/** What one round did. */
export interface Round {
  /** Connections a stopped process had left between question and answer. */
  readonly interrupted: number;
  /** Connections nobody had used. */
  readonly keptAlive: number;
  /** Former refresh tokens that were forgotten. */
  readonly forgotten: number;
}

export interface Keeper {
  /** One round now. Throws what the database throws. */
  round(): Promise<Round>;
  /** Goes round after round until it is closed. */
  start(): void;
  close(): Promise<void>;
}

const secondsBetweenRounds = 15;
const mostInterrupted = 50;
/** In a round: as many as hang for a minute, four at once, before the others have their turn again. */
const mostInterruptedOfOneInstance = 12;
const mostFarewells = 50;
const mostLost = 500;
const mostAtOnce = 4;

export function createKeeper(parts: KeeperParts): Keeper {
  const { clock, log } = parts;
  const closing = new AbortController();
  const work = workOf(parts, closing.signal);
  let running: Promise<unknown> = Promise.resolve();
  const goOn = async (round: () => Promise<unknown>) => {
    while (!closing.signal.aborted) {
      // Spread, so that processes that were started together do not look at the same rows together.
      const seconds = secondsBetweenRounds * (0.5 + randomFraction());
      await clock.sleep(seconds * 1000, closing.signal).catch(() => {});
      if (closing.signal.aborted) return;
      await round().catch((error: unknown) => {
        log.error("vault.keeper_failed", { code: isWindlassError(error) ? error.code : "unexpected" });
      });
    }
  };
  return {
    async round() {
      const [recent, rest] = await Promise.all([work.recent(), work.rest(), work.farewells()]);
      return { ...rest, interrupted: recent + rest.interrupted };
    },
    start() {
      running = Promise.all(Object.values(work).map(goOn));
    },
    async close() {
      closing.abort();
      await running;
    },
  };
}

/** What goes on side by side, each in rounds and places of its own, so that none waits for another's Bitbucket to answer. */
function workOf(parts: KeeperParts, signal: AbortSignal) {
  const { database } = parts;
  const tour: Tour = { after: null, tried: new Set(), lost: new Set() };
  return {
    /** What Cloud's reuse window can still save: it does not stay open for what else there is to do. */
    recent: () => findOut(parts, "since", signal),
    rest: () => doTheRest(parts, tour, signal),
    /** What a stopped process began to end. */
    async farewells() {
      const now = parts.clock.now().toISOString();
      const ids = await listUnfinishedFarewells(database.kysely, now, mostFarewells);
      await sideBySide(ids, signal, (connectionId) => finishFarewell(parts, connectionId));
    },
  };
}

/** What was interrupted since the reuse window that ends now began, or before it; gives how many. */
async function findOut(
  parts: KeeperParts,
  asked: InterruptedSearch["asked"],
  signal: AbortSignal,
): Promise<number> {
  const now = parts.clock.now();
  const interrupted = await listInterrupted(parts.database.kysely, {
    now: now.toISOString(),
    asked,
    time: new Date(now.getTime() - reuseWindowSeconds * 1000).toISOString(),
    limit: mostInterrupted,
    limitPerInstance: mostInterruptedOfOneInstance,
  });
  await renewAll(parts, interrupted, signal);
  return interrupted.length;
}

async function doTheRest(parts: KeeperParts, tour: Tour, signal: AbortSignal): Promise<Round> {
  const { database, clock, renewalsPerMinute = 60 } = parts;
  await renewAll(parts, await listLost(parts, tour), signal);
  const interrupted = await findOut(parts, "before", signal);
  const now = clock.now().toISOString();
  const allowed = Math.max(1, Math.round((renewalsPerMinute * secondsBetweenRounds) / 60));
  const due = await nextDue(parts, tour, { now, count: allowed });
  await renewAll(parts, due, signal);
  const forgotten = await dropFormerTokens(database.kysely, now);
  if (forgotten > 0) await database.scrub();
  return { interrupted, keptAlive: due.length, forgotten };
}

async function finishFarewell({ vault, log }: KeeperParts, connectionId: string): Promise<void> {
  await vault.finishForgetting(connectionId).catch((error: unknown) => {
    const code = isWindlassError(error) ? error.code : "unexpected";
    log.warn("vault.not_forgotten", { connectionId, code });
  });
}

/** How far this process has come along those that are due: what cannot be renewed now stays due, and must not keep the others waiting. */
interface Tour {
  /** All up to this one have been tried. */
  after: DueKeepAlive | null;
  /** And these behind it. */
  readonly tried: Set<string>;
  /** Sealed under a lost key: once is enough. */
  readonly lost: Set<string>;
}

/** Connections that do not open any more: that is said where it is seen. */
async function listLost({ database, lostKeys }: KeeperParts, { lost }: Tour): Promise<readonly string[]> {
  const ids = await listSealedUnder(database.kysely, (await lostKeys?.()) ?? [], mostLost);
  const seenFirst = ids.filter((id) => !lost.has(id));
  for (const id of seenFirst) lost.add(id);
  return seenFirst;
}

/** Some of those that have been due longest and were not tried on this tour, by lot: several processes seldom choose the same. */
async function nextDue(
  { database }: KeeperParts,
  tour: Tour,
  { now, count }: { readonly now: string; readonly count: number },
): Promise<readonly string[]> {
  const limit = count * 10;
  // Through the part that has been tried, to the end, and from the beginning.
  for (let parts = 0; parts < 3; parts++) {
    const page = await listKeepAliveDue(database.kysely, now, { after: tour.after, limit });
    const left = page.map(({ connectionId }) => connectionId).filter((id) => !tour.tried.has(id));
    if (left.length > 0) {
      const due = chosen(left, count);
      for (const id of due) tour.tried.add(id);
      return due;
    }
    tour.tried.clear();
    tour.after = page.length === limit ? (page.at(-1) ?? null) : null;
  }
  return [];
}

function chosen(ids: readonly string[], count: number): readonly string[] {
  const shuffled = ids
    .map((id) => ({ id, lot: randomFraction() }))
    .sort((left, right) => left.lot - right.lot);
  return shuffled.slice(0, count).map(({ id }) => id);
}

/** Its key is lost or missing, or somebody has changed the row. A key service that is away comes back. */
function isSealedOff(error: unknown): boolean {
  return isWindlassError(error) && error.code.startsWith("sealing.") && error.reaction !== "unreachable";
}

/** So that what cannot be tried now does not stand before the others. */
async function leaveAlone({ database, clock }: KeeperParts, connectionId: string, error: unknown) {
  const now = clock.now();
  const after = (seconds: number) => new Date(now.getTime() + seconds * 1000).toISOString();
  const leave = (seconds: number, keepAliveAt: string | null) =>
    setAside(database.kysely, connectionId, { now: now.toISOString(), retryAt: after(seconds), keepAliveAt });
  if (isSealedOff(error)) return leave(hourSeconds, after(24 * hourSeconds));
  const seconds = isWindlassError(error) ? error.retryAfterSeconds : undefined;
  if (seconds !== undefined) await leave(Math.min(seconds, hourSeconds), null);
}

const hourSeconds = 3_600;

/** What fails is judged and recorded where it fails; only what does not even open is set aside here. */
async function renewAll(
  parts: KeeperParts,
  connectionIds: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { vault, log } = parts;
  await sideBySide(connectionIds, signal, (connectionId) =>
    vault.renew(connectionId).catch(async (error: unknown) => {
      const code = isWindlassError(error) ? error.code : "unexpected";
      log.warn("vault.not_kept_alive", { connectionId, code });
      await leaveAlone(parts, connectionId, error);
    }),
  );
}

/** A few at once; what has not begun when the keeper is closed does not begin. */
async function sideBySide(
  connectionIds: readonly string[],
  signal: AbortSignal,
  work: (connectionId: string) => Promise<unknown>,
): Promise<void> {
  const limit = atMost(mostAtOnce);
  const unlessClosed = async (id: string) => {
    if (!signal.aborted) await work(id);
  };
  await Promise.all(connectionIds.map((id) => limit(() => unlessClosed(id))));
}
