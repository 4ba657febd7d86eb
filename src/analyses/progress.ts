/** Owns how the walk over pages tells the counting of commits that there is more, no more, or that something failed. */

export interface Progress {
  /** Whether no more commits will be listed. */
  readonly finished: boolean;
  /** Raised whenever there is something to look at. */
  readonly turns: number;
  /** Resolves when {@link Progress.turns} is past `seen`. */
  turned(seen: number): Promise<void>;
  turn(): void;
  finish(): void;
  /** The first failure counts: it stops both sides. */
  fail(error: unknown): void;
  throwIfFailed(): void;
}

export function createProgress(): Progress {
  let turns = 0;
  let finished = false;
  let failure: { readonly error: unknown } | null = null;
  let wake: () => void = () => {};
  const turn = () => {
    turns += 1;
    wake();
  };
  return {
    get finished() {
      return finished;
    },
    get turns() {
      return turns;
    },
    turn,
    async turned(seen) {
      if (turns > seen) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    },
    finish() {
      finished = true;
      turn();
    },
    fail(error) {
      failure ??= { error };
      turn();
    },
    throwIfFailed() {
      if (failure !== null) throw failure.error;
    },
  };
}

/** Of a list that is complete from the start. */
export function finishedProgress(): Progress {
  const progress = createProgress();
  progress.finish();
  return progress;
}
