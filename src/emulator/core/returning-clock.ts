/** Owns the emulator's clock: one that remembers how far it was moved, and can be put back. */
import type { ShiftableClock } from "../../base/clock.ts";
import { EmulatorFailure } from "./errors.ts";

const [firstDate, lastDate] = [new Date("1970-01-01T00:00:00Z"), new Date("9999-12-31T00:00:00Z")];

/** A clock that can be put back to where it would be had nobody moved it. */
export interface ReturningClock extends ShiftableClock {
  putBack(): void;
}

/** Moves `clock` and remembers it; what is moved past this one stays. `advance` throws {@link EmulatorFailure} `bad_option` for what leads to no date. */
export function returningClock(clock: ShiftableClock): ReturningClock {
  let movedSeconds = 0;
  const advance = (seconds: number) => {
    const to = new Date(clock.now().getTime() + Number(seconds) * 1000);
    if (typeof seconds !== "number" || !(to > firstDate && to < lastDate))
      throw new EmulatorFailure(
        "bad_option",
        `The clock cannot be moved by ${String(seconds)} seconds: it goes from 1970 to 9999.`,
      );
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
