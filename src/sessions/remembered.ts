/**
 * Owns the sessions that were looked up a moment ago: for a second at most, so that what another process ended is seen
 * within one, and not a moment longer once this process ended it.
 */
import type { Session } from "./session.ts";

export interface Remembered {
  readonly session: Session;
  /** When it ends, and when its end has to be moved on, in milliseconds of the clock. */
  readonly endsAt: number;
  readonly slidesAt: number;
}

export interface SessionMemory {
  /** What was found by the hash of this token less than a second ago. */
  find(idHash: string): Remembered | undefined;
  /** Looks it up, once for all that ask meanwhile. What is forgotten while the answer is awaited is not kept. */
  lookUp(idHash: string, ask: () => Promise<Remembered | null>): Promise<Remembered | null>;
  /** Gives what keeps a session that is being made. Once anything was forgotten meanwhile, it keeps nothing. */
  noting(idHash: string): (made: Remembered) => void;
  forgetThose(isMeant: (session: Session) => boolean): void;
}

const longestMilliseconds = 1_000;
const mostRemembered = 10_000;

/** Age is measured by the process's steady clock: the machine's may jump. */
export function createSessionMemory(steady: () => number): SessionMemory {
  const sessions = new Map<string, Remembered & { readonly askedAt: number }>();
  const asked = new Map<string, Promise<Remembered | null>>();
  let forgotten = 0;

  const keep = (idHash: string, found: Remembered & { readonly askedAt: number }) => {
    sessions.delete(idHash);
    sessions.set(idHash, found);
    const oldest = sessions.size > mostRemembered ? sessions.keys().next().value : undefined;
    if (oldest !== undefined) sessions.delete(oldest);
  };
  return {
    find(idHash) {
      const found = sessions.get(idHash);
      return found !== undefined && steady() - found.askedAt < longestMilliseconds ? found : undefined;
    },
    lookUp(idHash, ask) {
      const same = asked.get(idHash);
      if (same !== undefined) return same;
      // What is found is as old as the question.
      const [asOf, askedAt] = [forgotten, steady()];
      const answer = ask()
        .then((found) => {
          if (found !== null && asOf === forgotten) keep(idHash, { ...found, askedAt });
          return found;
        })
        .finally(() => {
          if (asked.get(idHash) === answer) asked.delete(idHash);
        });
      asked.set(idHash, answer);
      return answer;
    },
    noting(idHash) {
      const [asOf, askedAt] = [forgotten, steady()];
      return (made) => {
        if (asOf === forgotten) keep(idHash, { ...made, askedAt });
      };
    },
    forgetThose(isMeant) {
      forgotten += 1;
      // Whoever asks from now on is not given an answer to a question from before.
      asked.clear();
      for (const [idHash, { session }] of sessions) if (isMeant(session)) sessions.delete(idHash);
    },
  };
}
