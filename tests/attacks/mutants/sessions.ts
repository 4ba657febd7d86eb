/** Owns the weakenings of sessions: how they begin, live, are renewed and end. */
import type { Mutant } from "../mutants.ts";

const limits = "src/sessions/limits.ts";
const sessions = "src/sessions/sessions.ts";
const finding = "src/sessions/finding.ts";
const routes = "src/web/routes/sessions.ts";

export const sessionMutants: readonly Mutant[] = [
  {
    name: "signing out only takes the cookie away",
    changes: [
      {
        file: "src/web/routes/auth.ts",
        find: "if (visitor !== null) await app.sessions.end(visitor.token);",
        replace: "",
      },
    ],
    caughtBy: ["D2"],
  },
  {
    name: "a sign-in leaves the session that was there before",
    changes: [{ file: "src/web/routes/auth.ts", find: "previousSessionId: previous,", replace: "" }],
    caughtBy: ["D1"],
  },
  {
    name: "a session that was found is remembered for a minute",
    changes: [
      {
        file: "src/sessions/remembered.ts",
        find: "longestMilliseconds = 1_000",
        replace: "longestMilliseconds = 60_000",
      },
    ],
    caughtBy: ["D2", "D8"],
  },
  {
    name: "a session that was ended stays remembered in this process",
    changes: [
      {
        file: "src/sessions/remembered.ts",
        find: "if (isMeant(session)) sessions.delete(idHash);",
        replace: "isMeant(session);",
      },
    ],
    caughtBy: ["D2"],
  },
  {
    name: "a session has no idle limit",
    changes: [{ file: limits, find: "now.toISOString() < row.idle_expires_at", replace: "true" }],
    caughtBy: ["D3"],
  },
  {
    name: "using a session moves its end past the absolute limit",
    changes: [
      {
        file: limits,
        find: "Math.min(after(now, idleSeconds).getTime(), expiresAt.getTime())",
        replace: "after(now, idleSeconds).getTime()",
      },
    ],
    caughtBy: ["D3"],
  },
  {
    name: "tokens are stored as they are",
    changes: [
      {
        file: "src/base/digest.ts",
        find: 'return hash("sha256", text, "hex");',
        replace: "return text;",
      },
    ],
    caughtBy: ["D5", "J1", "L4"],
  },
  {
    name: "each request with a former token gets a successor",
    changes: [
      {
        file: sessions,
        find: "if (!(await replaceSession(db, replaced))) return null;",
        replace: "await replaceSession(db, replaced);",
      },
    ],
    caughtBy: ["D7"],
  },
  {
    name: "a former token is good for hours",
    changes: [{ file: sessions, find: "graceSeconds = 10;", replace: "graceSeconds = 10_000;" }],
    caughtBy: ["D1", "D7"],
  },
  {
    name: "administrators go on with the token they had",
    changes: [
      {
        file: routes,
        find: "if (!session.isElevated) await renewSession(app, context, { elevate: true });",
        replace: "",
      },
    ],
    caughtBy: ["D1", "D7"],
  },
  {
    name: "everybody is an administrator",
    changes: [{ file: routes, find: "if (!(await app.admins.includes(session)))", replace: "if (false)" }],
    caughtBy: ["D8"],
  },
  {
    name: "a store that fails signs everybody out",
    changes: [{ file: finding, find: "throw unavailable(error);", replace: "return null;" }],
    caughtBy: ["D9"],
  },
  {
    name: "whatever a cookie holds is looked up",
    changes: [{ file: finding, find: "/^[\\w-]{43}$/", replace: "/^[^]*$/" }],
    caughtBy: ["D10"],
  },
];
