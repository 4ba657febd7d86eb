/** Owns ending several things one after another, though one of them fails. */

/** Takes every step, whatever became of those before it. Throws what the first one that failed threw. */
export async function inTurn(steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
