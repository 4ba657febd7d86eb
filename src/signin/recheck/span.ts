/** Owns when a session is judged again, and how long it is believed meanwhile. */

export interface RecheckSpan {
  /** From one judgement to the next. */
  readonly everySeconds: number;
  /** How much longer a session is believed while Bitbucket does not answer. */
  readonly graceSeconds: number;
}

/** The moments that follow from a judgement at `now`; `lot` from 0 to 1 spreads those that were made together. */
export function nextMoments({ everySeconds, graceSeconds }: RecheckSpan, now: Date, lot: number) {
  const after = (seconds: number) => new Date(now.getTime() + seconds * 1000);
  return {
    dueAt: after(everySeconds * (1 - lot / 10)),
    /** From then on it is worth nothing until it is judged again. */
    checkBy: after(everySeconds + graceSeconds),
  };
}
