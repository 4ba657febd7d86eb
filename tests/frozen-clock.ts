/** Owns a clock that stands still until it is told to move, so that a test can stand exactly on a boundary. */
import type { ShiftableClock } from "../src/base/clock.ts";

/** Starts at `start`; `advance` takes negative seconds too. Nobody can sleep by it. */
export function frozenClock(start = new Date("2026-11-20T08:00:00Z")): ShiftableClock {
  let milliseconds = start.getTime();
  return {
    now: () => new Date(milliseconds),
    advance(seconds) {
      milliseconds += seconds * 1000;
    },
    sleep: () => Promise.reject(new Error("a frozen clock wakes nobody")),
  };
}
