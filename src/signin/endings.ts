/** Owns ending sessions that were not signed out: one's own elsewhere, or anybody's, and that it stands in the record. */
import type { Audit } from "../audit/audit.ts";
import { sessionErrors } from "../sessions/errors.ts";
import type { SessionChoice, Sessions } from "../sessions/sessions.ts";

export interface Endings {
  /** How many ended. Throws `sessions.not_found` for a session that is none, or not the person's where one is named. */
  end(choice: SessionChoice, actor: string): Promise<number>;
}

export function createEndings(parts: {
  readonly audit: Audit;
  readonly sessions: Pick<Sessions, "endThose" | "forget">;
}): Endings {
  const { audit, sessions } = parts;
  return {
    async end(choice, actor) {
      const ended = await audit.transaction(async (db, record) => {
        const found = await sessions.endThose(choice, db);
        const [first] = found;
        if (first === undefined) return found;
        const facts = {
          user: first.userId,
          sessions: found.length,
          ...("id" in choice && { session: choice.id }),
        };
        await record({ event: "session.ended", actor, facts });
        return found;
      });
      // A look-up that began before the commit may have found it once more.
      sessions.forget(choice);
      if (ended.length === 0 && "id" in choice) throw sessionErrors.fail("sessions.not_found");
      return ended.length;
    },
  };
}
