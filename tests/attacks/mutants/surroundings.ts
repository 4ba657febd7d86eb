/** Owns the weakenings round a flow: cookies, headers, hosts, sessions, identity, and the way to Bitbucket. */
import type { Mutant } from "../mutants.ts";

const cookies = "src/sessions/cookies.ts";
const headers = "src/web/headers.ts";
const visitor = "src/web/visitor.ts";

export const surroundingMutants: readonly Mutant[] = [
  {
    name: "cookies have plain names",
    changes: [{ file: cookies, find: 'plain ? "" : "__Host-"', replace: '""' }],
    caughtBy: ["C23", "C25", "D4"],
  },
  {
    name: "scripts can read cookies",
    changes: [{ file: cookies, find: "HttpOnly; ", replace: "" }],
    caughtBy: ["D4", "L4"],
  },
  {
    name: "cookies go along with foreign forms",
    changes: [{ file: cookies, find: "SameSite=Lax", replace: "SameSite=None" }],
    caughtBy: ["D4"],
  },
  {
    name: "of a cookie that comes twice the first is taken",
    changes: [{ file: cookies, find: "more.length === 0 && ", replace: "more.length < 9 && " }],
    caughtBy: ["C25", "D4"],
  },
  {
    name: "forms carry no token",
    changes: [
      {
        file: visitor,
        find: "!app.sessions.csrfMatches(visitor.token, await givenToken(context))",
        replace: "(await givenToken(context)) === '\\0'",
      },
    ],
    caughtBy: ["A4", "D6", "E12"],
  },
  {
    name: "forms of a foreign origin are taken",
    changes: [{ file: visitor, find: "origin !== null && origin !== baseUrl", replace: "origin === ''" }],
    caughtBy: ["A4"],
  },
  {
    name: "forms of a foreign site are taken",
    changes: [{ file: visitor, find: 'site !== "same-origin" && site !== "none"', replace: "site === ''" }],
    caughtBy: ["A4"],
  },
  {
    name: "any host is ours",
    changes: [{ file: "src/web/host.ts", find: "protocol) === host)", replace: "protocol) !== '')" }],
    caughtBy: ["C23"],
  },
  {
    name: "the callback tells its address as a referrer",
    changes: [
      {
        file: headers,
        find: "(carriesCode ? onCallback : elsewhere)",
        replace: "(carriesCode ? elsewhere : elsewhere)",
      },
    ],
    caughtBy: ["C22", "J4"],
  },
  {
    name: "answers are stored",
    changes: [{ file: headers, find: '"Cache-Control", "no-store"', replace: '"Cache-Control", "private"' }],
    caughtBy: ["C22"],
  },
  {
    name: "pages can be framed",
    changes: [
      { file: headers, find: "frameAncestors: [\"'none'\"]", replace: "frameAncestors: [\"'self'\"]" },
    ],
    caughtBy: ["C22"],
  },
  {
    name: "pages may hold scripts of their own",
    changes: [
      {
        file: headers,
        find: "scriptSrc: [\"'self'\"]",
        replace: "scriptSrc: [\"'self'\", \"'unsafe-inline'\"]",
      },
    ],
    caughtBy: ["C16"],
  },
  {
    name: "the log has the callback's query",
    changes: [
      { file: "src/web/failure.ts", find: "path: context.req.path", replace: "path: context.req.url" },
    ],
    caughtBy: ["C14", "J1"],
  },
  {
    name: "starts are not counted",
    changes: [
      {
        file: "src/web/limits.ts",
        find: "const tried = buckets.take(clientOf(context));",
        replace: "const tried = { ...buckets.take(clientOf(context)), isAllowed: true };",
      },
    ],
    caughtBy: ["A9"],
  },
  {
    name: "what a foreign page embeds is counted",
    changes: [
      {
        file: "src/web/web.ts",
        find: 'web.use("/auth/:instance/login", onlyWholePages, limits.start);',
        replace: 'web.use("/auth/:instance/login", limits.start, onlyWholePages);',
      },
    ],
    caughtBy: ["A9"],
  },
  {
    name: "headers are as long as they like",
    changes: [
      {
        file: "src/server/listener.ts",
        find: "requestTimeout: 60_000 }",
        replace: "requestTimeout: 60_000, maxHeaderSize: 4_000_000 }",
      },
    ],
    caughtBy: ["C18"],
  },
  {
    name: "secrets are compared letter by letter",
    changes: [
      {
        file: complete(),
        find: "!equalSecrets(row.browser_hash, sha256(browserToken))",
        replace: "row.browser_hash !== sha256(browserToken)",
      },
    ],
    caughtBy: ["C21"],
  },
];

function complete(): string {
  return "src/handshake/complete.ts";
}
