/** Owns a clock that tells who sleeps by it, so that a test waits for a sleeper instead of for a while. */
import { type ShiftableClock, shiftableClock } from "../src/base/clock.ts";

export interface WatchedClock extends ShiftableClock {
  /** Every sleep so far, in milliseconds, in the order they began. */
  readonly sleeps: readonly number[];
  /** Resolves once so many sleeps have begun since the clock was made. */
  asleep(count: number): Promise<void>;
}

/** Runs as the machine's does, until it is moved. */
export function watchedClock(): WatchedClock {
  const clock = shiftableClock();
  const sleeps: number[] = [];
  const waiting = new Set<() => void>();
  return {
    sleeps,
    now: clock.now,
    advance: clock.advance,
    sleep(milliseconds, signal) {
      const sleeping = clock.sleep(milliseconds, signal);
      sleeps.push(milliseconds);
      for (const look of [...waiting]) look();
      return sleeping;
    },
    asleep: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (sleeps.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}
