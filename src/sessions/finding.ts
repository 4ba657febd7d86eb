/** Owns the look-up of every request: which session a token is of, and that it goes on living while it is used. */
import { sha256 } from "../base/digest.ts";
import { isWindlassError } from "../base/errors.ts";
import type { Executor } from "../storage/database.ts";
import type { SessionsTable } from "../storage/schema.ts";
import {
  findSession,
  type SessionChoice,
  type SessionRow,
  touchSession,
} from "../storage/tables/sessions.ts";
import { sessionErrors } from "./errors.ts";
import { idleLimit, isAlive } from "./limits.ts";
import { createSessionMemory, type Remembered } from "./remembered.ts";
import { readSession, type Session, type SessionUser, sessionOf } from "./session.ts";

export interface FindingParts {
  readonly kysely: Executor;
  readonly time: () => Date;
  readonly steady: () => number;
  readonly idleSeconds: number;
  readonly judge?: JudgeOverdue | undefined;
}

/**
 * Judges a session anew whose `check_by` has passed: when this resolves it has been judged, or is no more. What it throws keeps
 * the session closed, and alive.
 */
export type JudgeOverdue = (sessionId: string) => Promise<void>;

/**
 * A session's end is written again at most this often, so that reading pages does not mean writing each time; with a
 * short idle limit, as often as a tenth of it. By so much a session may end early.
 */
const slideEverySeconds = 60;

const tokenShape = /^[\w-]{43}$/;

export function createFinding({ kysely, time, steady, idleSeconds, judge }: FindingParts) {
  const slideMilliseconds = Math.min(slideEverySeconds, idleSeconds / 10) * 1000;
  const memory = createSessionMemory(steady);

  const slidesAt = (row: SessionsTable) =>
    row.replaced_at === null ? Date.parse(row.last_seen_at) + slideMilliseconds : Number.POSITIVE_INFINITY;

  /** Moves the idle limit on; gives the row as it now is, if it still is. */
  const slide = async (row: SessionRow, now: Date): Promise<SessionRow | undefined> => {
    if (now.getTime() < slidesAt(row)) return row;
    const touched = { id_hash: row.id_hash, ...idleLimit(now, idleSeconds, new Date(row.expires_at)) };
    if (await touchSession(kysely, touched)) return { ...row, ...touched };
    return findSession(kysely, row.id_hash);
  };

  const remembered = (session: Session, row: SessionsTable): Remembered => ({
    session,
    endsAt: Math.min(Date.parse(row.idle_expires_at), Date.parse(row.check_by ?? row.idle_expires_at)),
    slidesAt: slidesAt(row),
  });

  const isOverdue = ({ check_by: by }: SessionsTable) => by !== null && time() >= new Date(by);

  /** The row of a session that may be answered for; judged first where that is overdue. */
  const findJudged = async (idHash: string): Promise<SessionRow | undefined> => {
    const found = await findSession(kysely, idHash);
    if (found === undefined || !isAlive(found, time()) || !isOverdue(found)) return found;
    await (judge?.(found.id) ?? Promise.reject(sessionErrors.fail("sessions.unjudged")));
    const judged = await findSession(kysely, idHash);
    if (judged !== undefined && isOverdue(judged)) throw sessionErrors.fail("sessions.unjudged");
    return judged;
  };

  const lookUp = async (idHash: string): Promise<Remembered | null> => {
    const found = await findJudged(idHash);
    const now = time();
    if (found === undefined || !isAlive(found, now)) return null;
    const row = await slide(found, now);
    if (row === undefined) return null;
    return remembered(readSession(row), row);
  };

  return {
    async find(token: string): Promise<Session | null> {
      if (!tokenShape.test(token)) return null;
      const [idHash, now] = [sha256(token), time().getTime()];
      const known = memory.find(idHash);
      if (known !== undefined && now < Math.min(known.slidesAt, known.endsAt)) return known.session;
      const found = await memory
        .lookUp(idHash, () => lookUp(idHash))
        .catch((error: unknown) => {
          memory.forgetThose(() => true);
          throw unavailable(error);
        });
      return found?.session ?? null;
    },
    /** A row that is about to be written: gives what remembers it afterwards, unless anything was forgotten meanwhile. */
    opening(row: SessionsTable): (user: SessionUser) => void {
      const keep = memory.noting(row.id_hash);
      return (user) => keep(remembered(sessionOf(row, user), row));
    },
    forget: (choice: SessionChoice) => memory.forgetThose((session) => isChosen(session, choice)),
  };
}

function isChosen(session: Session, choice: SessionChoice): boolean {
  if ("id" in choice) return session.id === choice.id;
  return session.user.id === choice.userId && session.id !== choice.exceptId;
}

/** Whatever the store's failure is: nobody is let in, and nobody is told to be signed out. */
function unavailable(error: unknown): Error {
  if (isWindlassError(error, "sessions.unjudged")) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return sessionErrors.fail("sessions.unavailable", { cause: error, detail, retryAfterSeconds: 5 });
}
