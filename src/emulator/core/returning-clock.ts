/** Owns the emulator's clock: one that remembers how far it was moved, and can be put back. */
import type { ShiftableClock } from "../../base/clock.ts";

/** A clock that can be put back to where it would be had nobody moved it. */
export interface ReturningClock extends ShiftableClock {
  putBack(): void;
}

/** Moves `clock` and remembers it; what is moved past this one stays. */
export function returningClock(clock: ShiftableClock): ReturningClock {
  let movedSeconds = 0;
  const advance = (seconds: number) => {
    movedSeconds += seconds;
    clock.advance(seconds);
  };
  return {
    now: () => clock.now(),
    sleep: (milliseconds, signal) => clock.sleep(milliseconds, signal),
    advance,
    putBack: () => advance(-movedSeconds),
  };
}
