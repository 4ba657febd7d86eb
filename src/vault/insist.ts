/** Owns writing what must not be lost: tried again and again, whatever is wrong with the database meanwhile. */
import { isWindlassError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";

export interface InsistParts {
  readonly log: Log;
  /** Aborted when the process ends: it is not tried for long then. */
  readonly closing: AbortSignal;
}

/** What is written, as the log names it when it fails. */
export interface Insisted {
  readonly event: string;
  readonly connectionId: string;
  /** For so long; default until it is written. */
  readonly milliseconds?: number | undefined;
}

const longestPauseMilliseconds = 5_000;
const secondsAtTheEnd = 10;

/**
 * A database that is gone, full or held comes back. A process that ends gives it some seconds more.
 * Throws what the last try threw when the time is over.
 */
export async function insist<Result>(
  { log, closing }: InsistParts,
  write: () => Promise<Result>,
  { event, connectionId, milliseconds = Number.POSITIVE_INFINITY }: Insisted,
): Promise<Result> {
  let lastAt = performance.now() + milliseconds;
  for (let attempt = 0; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      if (closing.aborted) lastAt = Math.min(lastAt, performance.now() + secondsAtTheEnd * 1000);
      if (performance.now() >= lastAt) throw error;
      const code = isWindlassError(error) ? error.code : String(error);
      if (attempt % 10 === 0) log.error(event, { connectionId, attempt, code });
      const left = lastAt - performance.now();
      await pause(Math.min(50 * 2 ** attempt, longestPauseMilliseconds, Math.max(left, 0)), closing);
    }
  }
}

/** A process that ends waits no longer than it must. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, 250)));
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", go);
      resolve();
    };
    const timer = setTimeout(go, milliseconds);
    signal.addEventListener("abort", go, { once: true });
  });
}
