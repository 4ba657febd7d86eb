/** Owns what a session is to those who ask for one, and how its row is read. */
import type { SessionsTable, UsersTable } from "../storage/schema.ts";
import type { SessionRow } from "../storage/tables/sessions.ts";

/** A person, as Bitbucket last described them. */
export interface SessionUser {
  readonly id: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly avatarUrl: string | null;
  /** The catalog's user who this is, such as `user:default/john`; null where no resolver is configured. */
  readonly entityRef: string | null;
}

/** Who is signed in, in one browser. */
export interface Session {
  /** Names it to its person and to operators, and opens nothing. */
  readonly id: string;
  readonly user: SessionUser;
  /** At which Bitbucket the person signed in. */
  readonly instanceId: string;
  /** What the rules that let the person in made of them, such as `member`; empty where there are none. */
  readonly roles: readonly string[];
  /** Whether its token was made anew since it is used for what administrators do. */
  readonly isElevated: boolean;
  /** When it ends if nothing more is asked. */
  readonly expiresAt: Date;
}

/** One of a list. */
export interface ListedSession extends Session {
  /** `Firefox on Linux`; null when the browser did not say. */
  readonly browser: string | null;
  readonly startedAt: Date;
  /** To the minute. */
  readonly lastSeenAt: Date;
}

export function readSession(row: SessionRow): Session {
  return sessionOf(row, readSessionUser({ ...row, id: row.user_id }));
}

export function sessionOf(row: SessionsTable, user: SessionUser): Session {
  return {
    id: row.id,
    user,
    instanceId: row.instance_id,
    roles: readRoles(row),
    isElevated: row.elevated === 1,
    expiresAt: new Date(row.idle_expires_at),
  };
}

/** Written by this room alone. */
function readRoles({ roles }: Pick<SessionsTable, "roles">): readonly string[] {
  return JSON.parse(roles) as string[];
}

export function readSessionUser(
  row: Omit<UsersTable, "created_at" | "last_signed_in_at" | "confirmed_email">,
): SessionUser {
  return {
    id: row.id,
    displayName: row.display_name,
    email: row.email,
    emailVerified: row.email_verified === 1,
    avatarUrl: row.avatar_url,
    entityRef: row.entity_ref,
  };
}

export function readListedSession(row: SessionRow): ListedSession {
  return {
    ...readSession(row),
    browser: row.browser,
    startedAt: new Date(row.created_at),
    lastSeenAt: new Date(row.last_seen_at),
  };
}
