/**
 * Owns the rows of what sessions are judged by again. Each change is one compare-and-swap on the version. They end with
 * their session: `sessions.ts` beside this file deletes both.
 */
import type { Executor } from "../database.ts";
import type { SessionChecksTable, SessionsTable } from "../schema.ts";

export async function insertSessionCheck(db: Executor, check: SessionChecksTable): Promise<void> {
  await db.insertInto("session_checks").values(check).execute();
}

export async function findSessionCheck(
  db: Executor,
  sessionId: string,
): Promise<SessionChecksTable | undefined> {
  return db.selectFrom("session_checks").selectAll().where("session_id", "=", sessionId).executeTakeFirst();
}

/** The sessions that are to be judged by `now` and that no process is at, the longest due first. */
export async function listSessionChecksDue(db: Executor, now: string, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom("session_checks")
    .select("session_id")
    .where("due_at", "<=", now)
    .where((where) => where.or([where("claimed_until", "is", null), where("claimed_until", "<=", now)]))
    .orderBy("due_at")
    .orderBy("session_id")
    .limit(limit)
    .execute();
  return rows.map(({ session_id }) => session_id);
}

/** What a change is made over: the row as it was seen. */
export type SeenCheck = Pick<SessionChecksTable, "id" | "version">;

/** Writes `changes` over exactly the row that was seen and raises its version; `false`, with nothing written, when that has changed or is gone. */
export async function changeSessionCheck(
  db: Executor,
  { id, version }: SeenCheck,
  changes: Partial<Omit<SessionChecksTable, "id" | "session_id" | "instance_id" | "subject" | "version">>,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("session_checks")
    .set({ ...changes, version: version + 1 })
    .where("id", "=", id)
    .where("version", "=", version)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Deletes exactly the row that was seen; `false` when it has changed or is gone. */
export async function deleteSessionCheck(db: Executor, { id, version }: SeenCheck): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom("session_checks")
    .where("id", "=", id)
    .where("version", "=", version)
    .executeTakeFirst();
  return numDeletedRows === 1n;
}

/** What a session is worth from now on, in all its tokens. */
export async function noteJudged(
  db: Executor,
  sessionId: string,
  judged: Partial<Pick<SessionsTable, "roles" | "check_by">>,
): Promise<void> {
  await db.updateTable("sessions").set(judged).where("id", "=", sessionId).execute();
}

/** Which sessions are to be judged at once: those of an instance that other rules let in, a person's, one, or all. */
export type CheckChoice =
  | { readonly instanceId: string; readonly exceptDigest: string }
  | { readonly userId: string }
  | { readonly sessionId: string }
  | { readonly all: true };

/** Has those be judged before they are worth anything again; gives their names. What a process is at stays with it. */
export async function hurrySessionChecks(db: Executor, choice: CheckChoice, now: string): Promise<string[]> {
  const rows = await chosen(db, choice).select("session_checks.session_id").distinct().execute();
  const ids = rows.map(({ session_id }) => session_id);
  for (let at = 0; at < ids.length; at += 500) {
    const some = ids.slice(at, at + 500);
    await db.updateTable("session_checks").set({ due_at: now }).where("session_id", "in", some).execute();
    await db.updateTable("sessions").set({ check_by: now }).where("id", "in", some).execute();
  }
  return ids;
}

function chosen(db: Executor, choice: CheckChoice) {
  const all = db.selectFrom("session_checks");
  if ("all" in choice) return all;
  if ("sessionId" in choice) return all.where("session_id", "=", choice.sessionId);
  if ("userId" in choice)
    return all
      .innerJoin("sessions", "sessions.id", "session_checks.session_id")
      .where("sessions.user_id", "=", choice.userId);
  return all
    .where("session_checks.instance_id", "=", choice.instanceId)
    .where("rules_digest", "!=", choice.exceptDigest);
}

/** Sessions of an instance that were begun without anything to judge them by again. */
export async function listUncheckedSessions(db: Executor, instanceId: string): Promise<string[]> {
  const rows = await db
    .selectFrom("sessions")
    .leftJoin("session_checks", "session_checks.session_id", "sessions.id")
    .select("sessions.id")
    .distinct()
    .where("sessions.instance_id", "=", instanceId)
    .where("session_checks.id", "is", null)
    .execute();
  return rows.map(({ id }) => id);
}
