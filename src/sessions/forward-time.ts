/** Owns a time that is not set back: while the wall clock is, the machine's steady clock goes on, so no session lives longer. */
import type { Clock } from "../base/clock.ts";

/** More than this in front of the steady clock is no drift: the wall clock was set forward. */
const jumpMilliseconds = 1_000;

/** The present as the wall clock tells it, with what it was set back by added until it is set forward again. */
export function forwardTime(clock: Pick<Clock, "now">, steady: () => number): () => Date {
  let last = { wall: clock.now().getTime(), steady: steady() };
  let setBack = 0;
  return () => {
    const now = { wall: clock.now().getTime(), steady: steady() };
    const ahead = now.wall - last.wall - (now.steady - last.steady);
    if (now.wall < last.wall) setBack -= ahead;
    else if (ahead > jumpMilliseconds) setBack = Math.max(0, setBack - ahead);
    last = now;
    return new Date(now.wall + setBack);
  };
}
