/** Owns time: every room asks a clock that is handed in, so that tests, the emulator and the demo can move it. */

/** Where the time comes from. Rooms never call `Date.now` themselves. */
export interface Clock {
  /** The present instant. */
  now(): Date;
  /** Resolves when this clock (not the wall clock) has moved on by `milliseconds`; rejects with the signal's reason. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** A clock that can be moved forward by hand and otherwise runs with the system's. */
export interface ShiftableClock extends Clock {
  /** Moves the clock forward at once and wakes every sleeper whose time has come. */
  advance(seconds: number): void;
}

/** setTimeout fires at once for longer waits than this (2^31 - 1 ms). */
const longestTimerMilliseconds = 2_147_483_647;

/** The machine's own clock. */
export function systemClock(): Clock {
  return shiftableClock();
}

/** A clock that starts at `start` (default: now), runs at normal speed and can be advanced. */
export function shiftableClock(start?: Date): ShiftableClock {
  let offsetMilliseconds = start === undefined ? 0 : start.getTime() - Date.now();
  const sleepers = new Set<() => void>();
  const now = () => new Date(Date.now() + offsetMilliseconds);

  return {
    now,
    advance(seconds) {
      offsetMilliseconds += seconds * 1000;
      for (const wakeIfDue of [...sleepers]) wakeIfDue();
    },
    sleep(milliseconds, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const dueAt = now().getTime() + milliseconds;
        let timer: ReturnType<typeof setTimeout>;
        const settle = (finish: () => void) => {
          clearTimeout(timer);
          sleepers.delete(wakeIfDue);
          signal?.removeEventListener("abort", abort);
          finish();
        };
        const abort = () => settle(() => reject(signal?.reason));
        const wakeIfDue = () => {
          const leftMilliseconds = dueAt - now().getTime();
          if (leftMilliseconds <= 0) return settle(resolve);
          clearTimeout(timer);
          timer = setTimeout(wakeIfDue, Math.min(leftMilliseconds, longestTimerMilliseconds));
        };
        sleepers.add(wakeIfDue);
        signal?.addEventListener("abort", abort, { once: true });
        wakeIfDue();
      });
    },
  };
}
