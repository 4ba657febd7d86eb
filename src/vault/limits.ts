/**
 * Owns how long all connections of a registration leave Bitbucket alone: after too many requests, and after a refusal that may
 * have locked the whole client out. It stands in the database, so that every process knows it and a restart forgets nothing.
 */
import type { Product } from "../bitbucket/instance.ts";
import type { Executor } from "../storage/database.ts";
import { addMeta, deleteSeenMeta, raiseTimeMeta, readMeta, swapMeta } from "../storage/tables/meta.ts";
import { longestRestSeconds, longestRetryAfterSeconds } from "./failures.ts";
import type { StoredTokens } from "./stored.ts";

/** Bitbucket's own wait where it tells none. @see "Rate limiting", Bitbucket Data Center */
const shortestLimitSeconds = 15;

/** Cloud counts by consumer; Data Center has a bucket for each user. @see "Rate limits" of each product */
function limitNote(product: Product, { instanceId, subject }: StoredTokens): string {
  return product === "cloud" || subject === null
    ? `renewals-limited:${instanceId}`
    : `renewals-limited:${instanceId}:${subject}`;
}

/** Until when nothing is renewed because Bitbucket was asked too often; null when it was not. */
export async function limitedUntil(
  db: Executor,
  { product, stored, now }: { readonly product: Product; readonly stored: StoredTokens; readonly now: Date },
): Promise<Date | null> {
  const note = limitNote(product, stored);
  const text = await readMeta(db, note);
  if (text === undefined) return null;
  const until = new Date(text);
  if (now < until && until <= latestAt(now)) return until;
  await deleteSeenMeta(db, note, text);
  return null;
}

/** What lies further ahead than any pause was written by a wrong clock. */
function latestAt(now: Date): Date {
  return new Date(now.getTime() + longestRestSeconds * 1000);
}

/**
 * Bitbucket has said that it was asked too often, and perhaps for how long it wants to be left alone: an hour at most. A longer
 * pause that was asked for before goes on.
 */
export async function noteLimit(
  db: Executor,
  at: { readonly product: Product; readonly stored: StoredTokens; readonly now: Date },
  retryAfterSeconds = shortestLimitSeconds,
): Promise<void> {
  const seconds = Math.min(Math.max(retryAfterSeconds, 1), longestRetryAfterSeconds);
  const until = new Date(at.now.getTime() + seconds * 1000);
  const times = { time: until.toISOString(), latest: latestAt(at.now).toISOString() };
  await raiseTimeMeta(db, limitNote(at.product, at.stored), times);
}

/** What is known of a registration of which something was refused; nothing is known of most. */
export interface Doubt {
  /**
   * `resting` until a lock-out is over · `trial` one connection asks, or all do · `wrong` key and secret themselves were refused
   * after that.
   */
  readonly kind: "resting" | "trial" | "wrong";
  /** In milliseconds of the clock. */
  readonly until: number;
  /** Refusals in a row that no lock-out explains. */
  readonly misses: number;
  /** Whose trial it is; null for everybody's. */
  readonly by: string | null;
  /** While it rests: from when on a scout may go, in milliseconds of the clock; null when one went, or none is to. */
  readonly scoutAt: number | null;
  /** How often in a row the made-up code was answered with neither yes nor no; left out for never. */
  readonly unclear?: number;
}

/** A doubt as it was read; the text is what a change replaces. */
export interface SeenDoubt extends Doubt {
  readonly text: string;
}

const doubtNote = (instanceId: string) => `renewals-in-doubt:${instanceId}`;

export async function readDoubt(db: Executor, instanceId: string): Promise<SeenDoubt | null> {
  const text = await readMeta(db, doubtNote(instanceId));
  if (text === undefined) return null;
  const doubt = JSON.parse(text) as Doubt; // only `writeDoubt` writes it
  return { ...doubt, text };
}

/** Over exactly what was seen. Null, with nothing written, when something else stands there. */
export async function writeDoubt(
  db: Executor,
  instanceId: string,
  change: { readonly seen: SeenDoubt | null; readonly next: Doubt },
): Promise<SeenDoubt | null> {
  const { seen, next } = change;
  const text = JSON.stringify(next);
  if (seen !== null)
    return (await swapMeta(db, doubtNote(instanceId), seen.text, text)) ? { ...next, text } : null;
  await addMeta(db, doubtNote(instanceId), text);
  return (await readMeta(db, doubtNote(instanceId))) === text ? { ...next, text } : null;
}

/** A doubt that came up meanwhile stays. */
export async function dropDoubt(db: Executor, instanceId: string, seen: SeenDoubt): Promise<void> {
  await deleteSeenMeta(db, doubtNote(instanceId), seen.text);
}
