/** Owns the rows of signed-in browsers, found by the hash of their token, listed and ended by what names them. */
import { sql } from "kysely";
import type { Executor } from "../database.ts";
import { prepared, type Slots, slots } from "../prepared.ts";
import type { SessionsTable, UsersTable } from "../schema.ts";

/** A session with the person it belongs to. */
export type SessionRow = SessionsTable &
  Pick<UsersTable, "display_name" | "email" | "email_verified" | "avatar_url" | "entity_ref">;

export async function insertSession(db: Executor, session: SessionsTable): Promise<void> {
  await insert(db, session);
}

const insert = prepared((db, given: Slots<SessionsTable>) =>
  db
    .insertInto("sessions")
    .values(
      slots(given, [
        "id_hash",
        "id",
        "user_id",
        "instance_id",
        "browser",
        "elevated",
        "created_at",
        "last_seen_at",
        "idle_expires_at",
        "expires_at",
        "replaced_at",
        "roles",
        "check_by",
      ]),
    ),
);

/** The look-up of every request. */
export async function findSession(db: Executor, idHash: string): Promise<SessionRow | undefined> {
  return (await find(db, { id_hash: idHash })).rows[0];
}

const find = prepared((db, given: Slots<Pick<SessionsTable, "id_hash">>) =>
  withPerson(db).where("sessions.id_hash", "=", given("id_hash")),
);

function withPerson(db: Executor) {
  return db
    .selectFrom("sessions")
    .innerJoin("users", "users.id", "sessions.user_id")
    .selectAll("sessions")
    .select([
      "users.display_name",
      "users.email",
      "users.email_verified",
      "users.avatar_url",
      "users.entity_ref",
    ]);
}

/** Moves the idle limit on; a later one that another process wrote stays. False when it was replaced, or is gone. */
export async function touchSession(
  db: Executor,
  session: Pick<SessionsTable, "id_hash" | "last_seen_at" | "idle_expires_at">,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("sessions")
    .set({ last_seen_at: session.last_seen_at, idle_expires_at: session.idle_expires_at })
    .where("id_hash", "=", session.id_hash)
    .where("replaced_at", "is", null)
    .where("last_seen_at", "<=", session.last_seen_at)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Lets a token make room for another; it ends with `idle_expires_at`. False when another was made before, or it is gone. */
export async function replaceSession(
  db: Executor,
  session: Pick<SessionsTable, "id_hash" | "idle_expires_at" | "replaced_at">,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("sessions")
    .set({ replaced_at: session.replaced_at, idle_expires_at: session.idle_expires_at })
    .where("id_hash", "=", session.id_hash)
    .where("replaced_at", "is", null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function findSessionByHash(db: Executor, idHash: string): Promise<SessionsTable | undefined> {
  return db.selectFrom("sessions").selectAll().where("id_hash", "=", idHash).executeTakeFirst();
}

/** The tokens a person's session has: one, and for moments those it has replaced. */
export async function listSessionTokens(
  db: Executor,
  { id, userId }: { readonly id: string; readonly userId: string },
): Promise<SessionsTable[]> {
  return chosen(db, { id, userId }).selectAll().execute();
}

/** Which sessions: one by its name, a person's, or a person's but one. */
export type SessionChoice =
  | { readonly id: string; readonly userId?: string }
  | { readonly userId: string; readonly exceptId?: string };

/** Deletes them, and what they are judged by; one `{ id, user_id }` for each that there was. */
export async function deleteSessions(
  db: Executor,
  choice: SessionChoice,
): Promise<readonly Pick<SessionsTable, "id" | "user_id">[]> {
  const found = await chosen(db, choice).select(["id", "user_id"]).distinct().orderBy("id").execute();
  const ids = found.map(({ id }) => id);
  for (let at = 0; at < ids.length; at += 500) {
    const some = ids.slice(at, at + 500);
    await db.deleteFrom("session_checks").where("session_id", "in", some).execute();
    await db.deleteFrom("sessions").where("id", "in", some).execute();
  }
  return found;
}

function chosen(db: Executor, choice: SessionChoice) {
  const all = db.selectFrom("sessions");
  if ("id" in choice) {
    const one = all.where("id", "=", choice.id);
    return choice.userId === undefined ? one : one.where("user_id", "=", choice.userId);
  }
  const own = all.where("user_id", "=", choice.userId);
  return choice.exceptId === undefined ? own : own.where("id", "!=", choice.exceptId);
}

export interface SessionListSearch {
  readonly userId?: string | undefined;
  /** Part of the name or e-mail of whom they belong to. */
  readonly text?: string | undefined;
  readonly now: Date;
  readonly limit: number;
}

/** Those that live at `now`: a person's, or anybody's; the one that was used last in front. */
export async function listSessions(db: Executor, search: SessionListSearch): Promise<SessionRow[]> {
  const { userId, text = "", now, limit } = search;
  const pattern = `%${text.toLowerCase().replace(/[%_!]/g, "!$&")}%`;
  return withPerson(db)
    .where("sessions.idle_expires_at", ">", now.toISOString())
    .where("sessions.replaced_at", "is", null)
    .$if(userId !== undefined, (query) => query.where("sessions.user_id", "=", userId ?? ""))
    .$if(text !== "", (query) =>
      query.where((or) =>
        or.or([
          sql<boolean>`lower(users.display_name) like ${pattern} escape '!'`,
          sql<boolean>`lower(users.email) like ${pattern} escape '!'`,
        ]),
      ),
    )
    .orderBy("sessions.idle_expires_at", "desc")
    .orderBy("sessions.id")
    .limit(limit)
    .execute();
}

/** Forgets every session that had ended by `now`, and what it was judged by. A token that made room for another is no session's end. */
export async function deleteEndedSessions(db: Executor, now: Date): Promise<void> {
  const ended = db
    .selectFrom("sessions")
    .select("id")
    .where("idle_expires_at", "<=", now.toISOString())
    .where("replaced_at", "is", null);
  await db.deleteFrom("session_checks").where("session_id", "in", ended).execute();
  await db.deleteFrom("sessions").where("idle_expires_at", "<=", now.toISOString()).execute();
}
