/** Owns what a renewal that failed means: which of five kinds of failure it is, by product, and what follows from it. */
import { isWindlassError } from "../base/errors.ts";
import type { Product } from "../bitbucket/instance.ts";

/**
 * - `refused`: Bitbucket takes this refresh token no more.
 * - `doubtful`: Cloud's words for that, which it also says of a wrong consumer secret and of every refresh token for some
 *   minutes after a spent one.
 * - `configuration`: the registration at the instance, not the connection.
 * - `unreachable`: no answer, or none that says anything about the connection.
 * - `malformed`: an answer nobody can use.
 */
export type FailureKind = "refused" | "doubtful" | "configuration" | "unreachable" | "malformed";

/** Reads what a renewal threw. @see "OAuth 2.0" of each product; RFC 6749 section 5.2 */
export function kindOf(error: unknown, product: Product): FailureKind {
  if (!isWindlassError(error)) return "malformed";
  if (error.code === "bitbucket.refresh_refused")
    return product === "cloud" && error.data.error === "unauthorized_client" ? "doubtful" : "refused";
  if (error.reaction === "stale") return "refused";
  if (error.reaction === "configuration") return "configuration";
  return error.reaction === "unreachable" ? "unreachable" : "malformed";
}

/** Whether Bitbucket may have rotated although we have no answer to show for it. */
export function mayHaveRotated(error: unknown, kind: FailureKind): boolean {
  if (kind !== "unreachable" && kind !== "malformed") return false;
  return !isWindlassError(error, "bitbucket.rate_limited") && !wasNeverSent(error);
}

/** Whether something at Bitbucket's place answered that it is not able to: nothing says that it rotated before. */
export function hasAnswered(error: unknown): boolean {
  return isWindlassError(error, "bitbucket.unavailable");
}

/** What the operating system says when there was nobody to send to. */
const neverSent = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

function wasNeverSent(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && typeof cause.code === "string" && neverSent.has(cause.code)) return true;
  }
  return false;
}

const firstPauseSeconds = 15;
const longestPauseSeconds = 15 * 60;
/** Bitbucket's `Retry-After` counts for so long. */
export const longestRetryAfterSeconds = 3600;

/**
 * How long to leave Bitbucket alone after `failures` in a row: twice as long each time, spread so that many connections do
 * not come back at the same moment, and never shorter than Bitbucket asked for (an hour at most).
 */
export function pauseSeconds(failures: number, fraction: number, retryAfterSeconds = 0): number {
  const longest = Math.min(firstPauseSeconds * 2 ** Math.min(failures, 10), longestPauseSeconds);
  const wanted = Math.min(retryAfterSeconds, longestRetryAfterSeconds);
  return Math.max(longest * (0.5 + fraction / 2), wanted * (1 + fraction / 10));
}

/** No pause is longer than this. */
export const longestRestSeconds = longestRetryAfterSeconds * 1.1;

/**
 * Bitbucket locks a client out for some minutes after a spent refresh token; how many is told nowhere. So long nothing of a
 * registration is sent after a refusal.
 */
export const lockOutSeconds = 300;

/** The second look comes when a lock-out is over, and after the others, that may be in order. */
export function secondLookSeconds(fraction: number): number {
  return lockOutSeconds + 60 * fraction;
}
