/** Owns long work in slices, so that whoever asks the server meanwhile is not kept waiting. */
import { setImmediate } from "node:timers/promises";

/** A fraction of what a person would notice. */
const longestMilliseconds = 5;
const stepsBetween = 8;

/** Does all steps; what else there is to do comes in between. No single step may take long. */
export async function inSlices<Result>(steps: Generator<void, Result>): Promise<Result> {
  let begun = performance.now();
  for (let step = 1; ; step += 1) {
    const { done, value } = steps.next();
    if (done) return value;
    // Looking at the time costs as much as a short step.
    if (step % stepsBetween !== 0 || performance.now() - begun < longestMilliseconds) continue;
    await setImmediate();
    begun = performance.now();
  }
}
