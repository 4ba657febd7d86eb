/** Owns the pace of a run: so many calls side by side, and one pause for all of them when Bitbucket says stop. */
import type { Clock } from "../base/clock.ts";
import { isWindlassError, type WindlassError } from "../base/errors.ts";
import { randomFraction } from "../base/random.ts";

export interface PaceParts {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly parallelCalls: number;
  /** When the hourly limit has room again by our own count; the present or the past when it has now. */
  readonly nextFreeAt: () => Promise<Date>;
  /** Told when the run begins to wait, and waited for. */
  readonly onPause: (until: Date, reason: WindlassError) => Promise<void>;
  readonly onResume: () => Promise<void>;
  /** A pause that a restart fell into. */
  readonly pausedUntil?: Date | null;
}

export interface Pace {
  /**
   * Does the work when its turn comes, and again after each pause it runs into. Throws what is no passing trouble, a passing
   * one at the fifth time for the same work (the hourly limit never), and the signal's reason.
   */
  call<Result>(work: () => Promise<Result>): Promise<Result>;
}

const mostAttempts = 5;
const firstBackOffMilliseconds = 10_000;
const longestBackOffMilliseconds = 15 * 60_000;
/** Bitbucket's own word is taken, but a run that slept a day over a slip would be no use. */
const longestRetryAfterSeconds = 2 * 60 * 60;

export function createPace(parts: PaceParts): Pace {
  const slots = createSlots(parts.parallelCalls);
  const rest = createRest(parts);

  const attempt = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    let failures = 0;
    for (;;) {
      const period = await rest.over();
      parts.signal.throwIfAborted();
      try {
        const result = await work();
        rest.wentWell(period);
        return result;
      } catch (error) {
        parts.signal.throwIfAborted();
        if (!isPassing(error)) throw error;
        if (error.code !== "bitbucket.rate_limited") failures += 1;
        if (failures >= mostAttempts || isHopeless(error)) throw error;
        rest.begin(period, error);
      }
    }
  };
  return {
    async call(work) {
      await slots.take();
      try {
        return await attempt(work);
      } finally {
        slots.give();
      }
    },
  };
}

function isPassing(error: unknown): error is WindlassError {
  return isWindlassError(error) && error.reaction === "unreachable";
}

/** 555: this one change is too large to answer in time, now and later. @see "diffstat", REST API */
export function isHopeless(error: unknown): boolean {
  return isWindlassError(error, "bitbucket.unavailable") && error.data.status === 555;
}

/** The pauses of one run. A period is the time between two; failures of an earlier period begin no further pause. */
function createRest(parts: PaceParts) {
  const { clock, signal } = parts;
  let period = 0;
  let inARow = 0;
  let pause: Promise<void> | null = null;

  const wait = async (until: () => Promise<Date>, reason: WindlassError | null) => {
    const end = await until();
    if (reason !== null) await parts.onPause(end, reason);
    await clock.sleep(Math.max(0, end.getTime() - clock.now().getTime()), signal);
    await parts.onResume();
    period += 1;
    pause = null;
  };
  const start = (until: () => Promise<Date>, reason: WindlassError | null) => {
    pause = wait(until, reason);
    // Everyone who asks awaits it; nobody may be asking when the run is stopped.
    pause.catch(() => {});
  };
  const { pausedUntil } = parts;
  if (pausedUntil) start(async () => pausedUntil, null);

  return {
    /** Resolves between pauses with the number of the period that has begun. */
    async over(): Promise<number> {
      while (pause !== null) await pause;
      return period;
    },
    wentWell(since: number) {
      if (since === period) inARow = 0;
    },
    begin(since: number, reason: WindlassError) {
      if (since !== period || pause !== null) return;
      inARow += 1;
      const pauses = inARow;
      start(() => endOfPause(parts, reason, pauses), reason);
    },
  };
}

async function endOfPause(parts: PaceParts, reason: WindlassError, pauses: number): Promise<Date> {
  const inMilliseconds = (wait: number) => new Date(parts.clock.now().getTime() + wait);
  const told = reason.retryAfterSeconds;
  if (told !== undefined) return inMilliseconds(Math.min(Math.max(told, 1), longestRetryAfterSeconds) * 1000);
  if (reason.code === "bitbucket.rate_limited") {
    const free = await parts.nextFreeAt();
    if (free > parts.clock.now()) return free;
  }
  const exact = Math.min(firstBackOffMilliseconds * 2 ** (pauses - 1), longestBackOffMilliseconds);
  return inMilliseconds(exact * (0.8 + 0.4 * randomFraction()));
}

/** Places for so many at once; who comes later waits in line. */
function createSlots(free: number) {
  const line: (() => void)[] = [];
  return {
    take(): Promise<void> | undefined {
      if (free > 0) {
        free -= 1;
        return undefined;
      }
      return new Promise((resolve) => line.push(resolve));
    },
    give() {
      const next = line.shift();
      if (next === undefined) free += 1;
      else next();
    },
  };
}
