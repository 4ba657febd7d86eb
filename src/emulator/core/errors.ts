/** Owns the emulator's own failures, each a sentence for the person who started it. */

export type EmulatorFailureCode =
  | "port_taken"
  | "bad_seed"
  | "unknown_person"
  | "unknown_workspace"
  | "unknown_repository"
  | "bad_token"
  | "slug_taken"
  | "name_taken"
  | "bad_history"
  | "bad_option";

/** A failure of starting or seeding. `problems` holds every mistake of a seed, each with its path. */
export class EmulatorFailure extends Error {
  override readonly name = "EmulatorFailure";
  readonly code: EmulatorFailureCode;
  readonly problems: readonly string[];

  constructor(code: EmulatorFailureCode, message: string, problems: readonly string[] = []) {
    super(message);
    this.code = code;
    this.problems = problems;
  }
}
