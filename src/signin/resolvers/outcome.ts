/** Owns what one resolver says of one profile, and how an operator is told. */

/** For the operator alone: it names annotations and addresses. */
export interface Attempt {
  /** Its name; `function` for one of the operator's own. */
  readonly resolver: string;
  /** Where it looked: an annotation or a field of the entity. */
  readonly lookedFor: string;
  /** With what; null when the profile has nothing of the kind. */
  readonly value: string | null;
  readonly outcome: string;
}

/** What an attempt came to. */
export type Outcome =
  /** The user of the catalog, or a name of who is in none; null is somebody without either. */
  | { readonly kind: "found"; readonly entityRef: string | null; readonly attempts: readonly Attempt[] }
  /** The next one is asked. */
  | { readonly kind: "missed"; readonly attempts: readonly Attempt[] }
  /** Nobody is signed in, and no other one is asked: the code of one's own said no. */
  | { readonly kind: "refused"; readonly attempts: readonly Attempt[] }
  /** Nobody is signed in. */
  | { readonly kind: "several"; readonly attempts: readonly Attempt[] }
  /** The code of one's own is broken: nobody is signed in. */
  | { readonly kind: "failed"; readonly attempts: readonly Attempt[]; readonly cause?: unknown };

/** One line for the log. */
export function tellAttempt({ resolver, lookedFor, value, outcome }: Attempt): string {
  const what = value === null ? "(nothing)" : JSON.stringify(value);
  return `${resolver} looked for ${lookedFor}: ${what}: ${outcome}`;
}
