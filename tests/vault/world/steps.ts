/** Owns the places at which a process can be told to die in the middle of a renewal, in the order they come. */

export const steps = [
  /** The connection was read, its lease is not taken. */
  "before-claim",
  /** The lease and the intent are written; nothing was sent. */
  "before-send",
  /** Bitbucket has the request and does its work. */
  "after-send",
  /** Bitbucket's answer is here, and nowhere else. */
  "after-answer",
  /** Sealed, the transaction is about to begin. */
  "before-save",
  /** Every row is written, the commit is not. */
  "before-commit",
  /** Committed; nobody was told. */
  "after-commit",
  /** Saved, and Bitbucket is asked whose it is. */
  "owner-check",
] as const;

export type Step = (typeof steps)[number];
