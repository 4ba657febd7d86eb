/** Owns noticing that a user name has changed hands: no reason to take one person for the other, and one to tell operators. */
import type { Recorder } from "../audit/audit.ts";
import type { Executor } from "../storage/database.ts";
import { takeUsername } from "../storage/tables/identities.ts";

export interface NamedIdentity {
  readonly instance_id: string;
  readonly subject: string;
  /** In lower case. */
  readonly username: string | null;
  readonly userId: string;
}

/**
 * Writes down that another person had this name at this instance until now, once for each time it changes hands; the users
 * who had it. Whatever is theirs stays theirs.
 */
export async function noteTakenName(
  db: Executor,
  record: Recorder,
  { instance_id, subject, username, userId }: NamedIdentity,
): Promise<readonly string[]> {
  if (username === null) return [];
  const former = await takeUsername(db, { instance_id, subject, username });
  const users = [...new Set(former.map((identity) => identity.user_id))];
  for (const user of users)
    await record({
      event: "identity.name_taken",
      actor: `user ${userId}`,
      facts: { instance: instance_id, user },
    });
  return users;
}
