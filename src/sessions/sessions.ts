/** Owns sessions: one signed-in browser each, known by a token of which only the hash is stored. */
import type { Clock } from "../base/clock.ts";
import { equalSecrets, mac, macKey, sha256 } from "../base/digest.ts";
import { randomToken } from "../base/random.ts";
import type { Database } from "../storage/database.ts";
import {
  deleteEndedSessions,
  deleteSession,
  insertSession,
  prepareFindSession,
  type SessionRow,
  touchSession,
} from "../storage/tables/sessions.ts";

export interface SessionLimits {
  /** Ends when nothing was asked for this long. Default one day. */
  readonly idleSeconds?: number | undefined;
  /** Ends this long after signing in, whatever happens. Default 14 days. */
  readonly absoluteSeconds?: number | undefined;
}

export interface SessionUser {
  readonly id: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly avatarUrl: string | null;
  /** The catalog's user who this is, such as `user:default/john`; null where no resolver is configured. */
  readonly entityRef: string | null;
}

export interface Session {
  readonly user: SessionUser;
  /** At which Bitbucket the person signed in. */
  readonly instanceId: string;
  /** When it ends if nothing more is asked. */
  readonly expiresAt: Date;
}

export interface Sessions {
  /** Begins a session for a known user; the token goes into the cookie and is never seen again here. */
  open(owner: { userId: string; instanceId: string }): Promise<string>;
  /** Null for a token that is unknown, ended or no token at all; otherwise the idle limit begins anew. */
  find(token: string): Promise<Session | null>;
  /** From here on the token is worth nothing, in every copy. */
  end(token: string): Promise<void>;
  /** For the hidden field of a form: bound to this session, tells nothing about its token. */
  csrfToken(token: string): string;
  csrfMatches(token: string, given: string): boolean;
}

/**
 * A session's end is written again at most this often, so that reading pages does not mean writing each time; with a
 * short idle limit, as often as a tenth of it. By so much a session may end early.
 */
const slideEverySeconds = 60;

const tokenShape = /^[\w-]{43}$/;

export function createSessions(options: {
  database: Database;
  clock: Clock;
  limits?: SessionLimits;
}): Sessions {
  const { clock, limits = {} } = options;
  const { kysely } = options.database;
  const { idleSeconds = 24 * 3600, absoluteSeconds = 14 * 24 * 3600 } = limits;
  const slideMilliseconds = Math.min(slideEverySeconds, idleSeconds / 10) * 1000;
  const findRow = prepareFindSession(kysely);

  /** Moves the idle limit on, never past the absolute one; gives the row as it now is. */
  const slide = async (row: SessionRow, now: Date): Promise<SessionRow> => {
    if (now.getTime() - Date.parse(row.last_seen_at) < slideMilliseconds) return row;
    const touched = { id_hash: row.id_hash, ...idleLimit(now, idleSeconds, new Date(row.expires_at)) };
    await touchSession(kysely, touched);
    return { ...row, ...touched };
  };

  return {
    async open({ userId, instanceId }) {
      const [token, now] = [randomToken(), clock.now()];
      const expiresAt = after(now, absoluteSeconds);
      await deleteEndedSessions(kysely, now);
      await insertSession(kysely, {
        id_hash: sha256(token),
        user_id: userId,
        instance_id: instanceId,
        created_at: now.toISOString(),
        expires_at: expiresAt.toISOString(),
        ...idleLimit(now, idleSeconds, expiresAt),
      });
      return token;
    },
    async find(token) {
      if (!tokenShape.test(token)) return null;
      const [row, now] = [await findRow(sha256(token)), clock.now()];
      if (row === undefined || now.toISOString() >= row.idle_expires_at) return null;
      return readSession(await slide(row, now));
    },
    async end(token) {
      await deleteSession(kysely, sha256(token));
    },
    csrfToken,
    csrfMatches: (token, given) => equalSecrets(csrfToken(token), given),
  };
}

/** The session token is the key, so no further secret has to be kept and each session has its own. */
function csrfToken(token: string): string {
  return mac(macKey(Buffer.from(token)), "windlass csrf");
}

function idleLimit(now: Date, idleSeconds: number, expiresAt: Date) {
  const idleExpiresAt = Math.min(after(now, idleSeconds).getTime(), expiresAt.getTime());
  return { last_seen_at: now.toISOString(), idle_expires_at: new Date(idleExpiresAt).toISOString() };
}

function after(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}

function readSession(row: SessionRow): Session {
  return {
    user: {
      id: row.user_id,
      displayName: row.display_name,
      email: row.email,
      emailVerified: row.email_verified === 1,
      avatarUrl: row.avatar_url,
      entityRef: row.entity_ref,
    },
    instanceId: row.instance_id,
    expiresAt: new Date(row.idle_expires_at),
  };
}
