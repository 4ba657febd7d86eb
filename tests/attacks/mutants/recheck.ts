/** Owns the weakenings of judging people again who are signed in. */
import type { Mutant } from "../mutants.ts";

const check = "src/signin/recheck/check.ts";

export const recheckMutants: readonly Mutant[] = [
  {
    name: "a refusal is taken for no answer",
    changes: [{ file: check, find: "return isRefusal(error) ? end", replace: "return false ? end" }],
    caughtBy: ["F9"],
  },
  {
    name: "no answer is taken for a refusal",
    changes: [{ file: check, find: "return isRefusal(error) ? end", replace: "return true ? end" }],
    caughtBy: ["F9"],
  },
  {
    name: "an overdue session is answered for",
    changes: [
      {
        file: "src/sessions/finding.ts",
        find: "if (found === undefined || !isAlive(found, time()) || !isOverdue(found)) return found;",
        replace: "if (found !== null) return found;",
      },
      {
        file: "src/sessions/finding.ts",
        find: "endsAt: Math.min(",
        replace: "endsAt: Math.max(",
      },
    ],
    caughtBy: ["F9"],
  },
  {
    name: "roles are for ever",
    changes: [
      {
        file: check,
        find: "await noteJudged(db, sessionId, { roles: JSON.stringify(roles), check_by: checkBy.toISOString() });",
        replace: "await noteJudged(db, sessionId, { check_by: checkBy.toISOString() });",
      },
    ],
    caughtBy: ["F9"],
  },
  {
    name: "rules that have changed are those of before",
    changes: [
      {
        file: "src/signin/recheck/rounds.ts",
        find: "await hurrySessionChecks(database.kysely, { instanceId, exceptDigest: digest }, now);",
        replace: "void hurrySessionChecks;",
      },
    ],
    caughtBy: ["F9"],
  },
  {
    name: "whoever came before the rules stays",
    changes: [
      {
        file: "src/signin/recheck/rounds.ts",
        find: "await checkAll(await listUncheckedSessions(database.kysely, instanceId));",
        replace: "void checkAll; void listUncheckedSessions;",
      },
    ],
    caughtBy: ["F9"],
  },
];
