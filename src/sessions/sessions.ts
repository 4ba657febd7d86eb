/** Owns sessions: one signed-in browser each, known by a token of which only the hash is stored. */
import type { Clock } from "../base/clock.ts";
import { equalSecrets, sha256 } from "../base/digest.ts";
import { newId, randomToken } from "../base/random.ts";
import type { Database, Executor } from "../storage/database.ts";
import type { SessionsTable } from "../storage/schema.ts";
import {
  deleteEndedSessions,
  deleteSessions,
  findSessionByHash,
  insertSession,
  listSessions,
  listSessionTokens,
  replaceSession,
  type SessionChoice,
} from "../storage/tables/sessions.ts";
import { describeBrowser } from "./browser.ts";
import { createFinding, type JudgeOverdue } from "./finding.ts";
import { forwardTime } from "./forward-time.ts";
import { after, idleLimit, isAlive } from "./limits.ts";
import { type ListedSession, readListedSession, type Session, type SessionUser } from "./session.ts";

export type { SessionChoice } from "../storage/tables/sessions.ts";
export type { ListedSession, Session, SessionUser } from "./session.ts";

export interface SessionLimits {
  /** Ends when nothing was asked for this long. Default one day. */
  readonly idleSeconds?: number | undefined;
  /** Ends this long after signing in, whatever happens. Default 14 days. */
  readonly absoluteSeconds?: number | undefined;
}

export interface SessionOwner {
  readonly userId: string;
  readonly instanceId: string;
  /** The header of the browser that signs in. */
  readonly userAgent?: string | null | undefined;
  /** What the rules made of the person. Default: nothing. */
  readonly roles?: readonly string[] | undefined;
  /** From then on it is worth nothing until it has been judged again. Default: it is not judged. */
  readonly checkBy?: Date | undefined;
}

export interface OpenedSession {
  /** Its name. */
  readonly id: string;
  readonly token: string;
  /** For after the commit, where the user is at hand: what has just been written need not be read at once. */
  remember(user: SessionUser): void;
}

export interface Sessions {
  /**
   * Begins a session for a user; the token goes into the cookie and is never seen again here. Inside a transaction it is worth
   * nothing before the commit.
   */
  open(owner: SessionOwner, within?: Executor): Promise<OpenedSession>;
  /**
   * Null for a token that is unknown, ended or no token at all; otherwise the idle limit begins anew. One that was ended is
   * found no more: at once in this process, after a second at most in others. One whose judgement is overdue is judged first.
   * Throws `sessions.unavailable`, `sessions.unjudged`.
   */
  find(token: string): Promise<Session | null>;
  /** Whether the person's session lives at the moment of this transaction, whatever was found before. */
  isAlive(session: NamedSession, within: Executor): Promise<boolean>;
  /**
   * A new token for the same session, for whoever gains a right by it: `elevate` when it is an administrator's. Limits stay.
   * The former token is good for {@link graceSeconds} more, for requests that were under way, and gets no second successor:
   * null then, and for one that has ended.
   */
  rotate(token: string, change?: { readonly elevate?: boolean }): Promise<string | null>;
  /** From here on the session is worth nothing, in every copy. */
  end(token: string): Promise<void>;
  /**
   * Ends those of this choice; what ended. Inside a transaction the caller {@link Sessions.forget}s the same choice when it
   * is committed.
   */
  endThose(choice: SessionChoice, within?: Executor): Promise<readonly NamedSession[]>;
  /** Looks anew, whatever this process has found a moment ago. */
  forget(choice: SessionChoice): void;
  /** Those that live, the one that was used last in front: of one person, or of those whose name or e-mail has this text in it. */
  list(search: SessionSearch): Promise<readonly ListedSession[]>;
  /** For the hidden field of a form: bound to this session, tells nothing about its token. */
  csrfToken(token: string): string;
  csrfMatches(token: string, given: string): boolean;
}

export interface SessionSearch {
  readonly userId?: string | undefined;
  readonly text?: string | undefined;
  /** Default 100. */
  readonly limit?: number | undefined;
}

export interface NamedSession {
  readonly id: string;
  readonly userId: string;
}

export interface SessionParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly limits?: SessionLimits;
  /** Default: the machine's, in milliseconds. */
  readonly steady?: () => number;
  /** Default: a session that is overdue stays closed. */
  readonly judge?: JudgeOverdue | undefined;
}

/** Long enough for requests that were sent together with the one that replaced the token. */
export const graceSeconds = 10;
const sweepEveryMilliseconds = 60_000;

export function createSessions(parts: SessionParts): Sessions {
  const { clock, database, limits = {}, steady = () => performance.now() } = parts;
  const { kysely } = database;
  const { idleSeconds = 24 * 3600, absoluteSeconds = 14 * 24 * 3600 } = limits;
  const time = forwardTime(clock, steady);
  const { find, forget, opening } = createFinding({ kysely, time, steady, idleSeconds, judge: parts.judge });
  let sweptAt = Number.NEGATIVE_INFINITY;

  const sweep = async (db: Executor, now: Date) => {
    if (now.getTime() - sweptAt < sweepEveryMilliseconds) return;
    sweptAt = now.getTime();
    await deleteEndedSessions(db, now);
  };
  const endThose = async (choice: SessionChoice, db: Executor = kysely) => {
    const ended = await deleteSessions(db, choice);
    forget(choice);
    return ended.map(({ id, user_id }) => ({ id, userId: user_id }));
  };

  return {
    find,
    forget,
    endThose,
    async open(owner, db = kysely) {
      const [token, now] = [randomToken(), time()];
      const row = newRow(token, owner, { now, idleSeconds, absoluteSeconds });
      const remember = opening(row);
      await sweep(db, now);
      await insertSession(db, row);
      return { id: row.id, token, remember };
    },
    async isAlive(session, db) {
      const rows = await listSessionTokens(db, session);
      return rows.some((row) => row.replaced_at === null && isAlive(row, time()));
    },
    async rotate(token, { elevate = false } = {}) {
      const order = { former: token, next: randomToken(), elevate, now: time(), idleSeconds };
      const id = await database.transaction((db) => makeRoom(db, order));
      if (id === null) return null;
      forget({ id });
      return order.next;
    },
    async end(token) {
      // A token that is just being replaced must not leave its successor behind.
      const ended = await database.transaction(async (db) => {
        const row = await findSessionByHash(db, sha256(token));
        if (row !== undefined) await endThose({ id: row.id }, db);
        return row;
      });
      if (ended !== undefined) forget({ id: ended.id });
    },
    async list({ userId, text, limit = 100 }) {
      return (await listSessions(kysely, { userId, text, limit, now: time() })).map(readListedSession);
    },
    csrfToken,
    csrfMatches: (token, given) => equalSecrets(csrfToken(token), given),
  };
}

interface Span {
  readonly now: Date;
  readonly idleSeconds: number;
  readonly absoluteSeconds: number;
}

function newRow(
  token: string,
  owner: SessionOwner,
  { now, idleSeconds, absoluteSeconds }: Span,
): SessionsTable {
  const expiresAt = after(now, absoluteSeconds);
  return {
    id_hash: sha256(token),
    id: newId("ses"),
    user_id: owner.userId,
    instance_id: owner.instanceId,
    browser: describeBrowser(owner.userAgent),
    elevated: 0,
    created_at: now.toISOString(),
    expires_at: expiresAt.toISOString(),
    ...idleLimit(now, idleSeconds, expiresAt),
    replaced_at: null,
    roles: JSON.stringify(owner.roles ?? []),
    check_by: owner.checkBy?.toISOString() ?? null,
  };
}

interface RotationOrder {
  readonly former: string;
  readonly next: string;
  readonly elevate: boolean;
  readonly now: Date;
  readonly idleSeconds: number;
}

/** Puts the next token in the place of the former one; the session's name, or null when it has ended or another was faster. */
async function makeRoom(db: Executor, order: RotationOrder): Promise<string | null> {
  const { now } = order;
  const row = await findSessionByHash(db, sha256(order.former));
  if (row === undefined || !isAlive(row, now)) return null;
  const { idle_expires_at } = idleLimit(now, graceSeconds, new Date(row.idle_expires_at));
  const replaced = { id_hash: row.id_hash, replaced_at: now.toISOString(), idle_expires_at };
  if (!(await replaceSession(db, replaced))) return null;
  const limit = idleLimit(now, order.idleSeconds, new Date(row.expires_at));
  const elevated = order.elevate ? 1 : row.elevated;
  await insertSession(db, { ...row, id_hash: sha256(order.next), elevated, ...limit });
  return row.id;
}

/** Made of the session token, so that no further secret has to be kept and each session has its own. */
function csrfToken(token: string): string {
  return sha256(`windlass csrf ${token}`);
}
