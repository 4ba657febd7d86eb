/** Owns the shape of a failure: what went wrong, who can mend it and how. Each room lists its own in `errors.ts`. */

/**
 * What the caller can do about it:
 * `configuration` fix the set-up · `refused` the person or Bitbucket said no · `unreachable` try again later ·
 * `malformed` nonsense was answered or entered · `stale` the connection or session is over, begin anew.
 */
export type Reaction = "configuration" | "refused" | "unreachable" | "malformed" | "stale";

/** One line of a room's catalogue. Message and cure are shown to people: whole sentences, no secrets. */
export interface ErrorEntry {
  readonly reaction: Reaction;
  readonly message: string;
  readonly cure: string;
}

/** What a single failure adds to its catalogue entry. */
export interface FailureDetails {
  /** For the operator's log: what exactly happened. Never a secret. */
  readonly detail?: string;
  /** For the person, in place of the catalogue's message, when the case can be named better. */
  readonly message?: string;
  /** For the person, in place of the catalogue's cure. */
  readonly cure?: string;
  /** Machine-readable facts, such as the scope that is missing. Never a secret. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

const brand = Symbol.for("windlass.error");

/** A failure with a code of the catalogue. Tell it by {@link isWindlassError}, not by `instanceof`. */
export class WindlassError extends Error {
  override readonly name = "WindlassError";
  readonly [brand] = true;
  readonly code: string;
  readonly reaction: Reaction;
  readonly cure: string;
  readonly detail: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: string, entry: ErrorEntry, details: FailureDetails = {}) {
    super(
      details.message ?? entry.message,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.code = code;
    this.reaction = entry.reaction;
    this.cure = details.cure ?? entry.cure;
    this.detail = details.detail;
    this.data = details.data ?? {};
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

/** True for a Windlass failure, also one thrown by another copy of the package; narrows to `code` when given. */
export function isWindlassError(error: unknown, code?: string): error is WindlassError {
  if (typeof error !== "object" || error === null || !(brand in error)) return false;
  return code === undefined || (error as WindlassError).code === code;
}

/** A room's catalogue and the one way to make its failures: `throw fail("vault.key_missing", { detail })`. */
export interface Catalogue<Code extends string> {
  readonly entries: Readonly<Record<Code, ErrorEntry>>;
  readonly fail: (code: Code, details?: FailureDetails) => WindlassError;
}

/** Makes a room's catalogue. Codes read `room.what_happened`. */
export function defineErrors<Code extends string>(
  entries: Readonly<Record<Code, ErrorEntry>>,
): Catalogue<Code> {
  return { entries, fail: (code, details) => new WindlassError(code, entries[code], details) };
}
