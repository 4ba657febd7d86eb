/** Owns running again what PostgreSQL took back because two transactions met. */
import { setTimeout as sleep } from "node:timers/promises";
import { randomFraction } from "../../base/random.ts";
import { codeOf, isCollision } from "./failures.ts";

/** Some five seconds of waiting, as long as a statement waits on SQLite. */
const mostAttempts = 40;
const longestWaitMilliseconds = 250;

/** Runs `work` until it collides with no other, forty times at most. Throws what the last attempt threw. */
export async function untilItPasses<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(isCollision(error) || isStalePlan(error)) || attempt === mostAttempts) throw error;
      await sleep(Math.min(longestWaitMilliseconds, 2 ** attempt) * randomFraction());
    }
  }
}

/**
 * {@link untilItPasses} for a transaction. One that looked before it wrote may be told of a broken unique key in place of a
 * collision: that is believed the second time.
 */
export async function untilItIsKept<Result>(transaction: () => Promise<Result>): Promise<Result> {
  return untilItPasses(transaction).catch((error) => {
    if (codeOf(error) !== "23505") throw error;
    return untilItPasses(transaction);
  });
}

/** A statement that was prepared before another process changed the table. */
export function isStalePlan(error: unknown): boolean {
  return codeOf(error) === "0A000" && String(error).includes("cached plan");
}
