/** Owns what a command is, and how it says that it was called wrongly. */

/** One command, in a file of its own under `commands/`, loaded only when it is called. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `--help` prints: usage, options, an example. */
  readonly help: string;
  /** Runs until the work is done or the process is told to stop. Returns the exit code: 0 fine, 1 refused or a problem found. */
  run(args: readonly string[]): Promise<number>;
}

/** Thrown for wrong use: the dispatcher prints the sentence and ends with 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Thrown when what was asked for cannot be done now: the dispatcher prints the sentence and ends with 1. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}
