/** Owns the weakenings of a flow's start, and of where it leads afterwards. */
import type { Mutant } from "../mutants.ts";

const complete = "src/handshake/complete.ts";
const begin = "src/handshake/begin.ts";
const address = "src/handshake/return-address.ts";
const authorization = "src/bitbucket/oauth2/authorization.ts";
const auth = "src/web/routes/auth.ts";
const methods = "src/web/methods.ts";

const checkAtUse = {
  file: complete,
  find: "returnTo: checkReturnAddress(parts.baseUrl, row.return_to)",
  replace: "returnTo: row.return_to",
};
export const startMutants: readonly Mutant[] = [
  {
    name: "the return address is not checked at use",
    changes: [checkAtUse],
    caughtBy: ["B1"],
  },
  {
    name: "the return address is never checked",
    changes: [
      checkAtUse,
      {
        file: begin,
        find: "checkReturnAddress(parts.baseUrl, start.returnTo)",
        replace: "String(start.returnTo)",
      },
    ],
    caughtBy: ["B1", "B2", "B3", "B4", "B5", "B6", "B7"],
  },
  {
    name: "only two slashes in front are looked for",
    changes: [
      {
        file: address,
        find: "/\\/\\/|\\\\|[^\\x20-\\u{10ffff}]/u.test(path)",
        replace: 'path.startsWith("//")',
      },
    ],
    caughtBy: ["B1"],
  },
  {
    name: "the ways in and out are returned to",
    changes: [{ file: address, find: "/^(\\/api)?\\/auth(\\/|$)/i.test(", replace: "/^$/.test(" }],
    caughtBy: ["B7"],
  },
  {
    name: "three tabs and no more",
    changes: [
      { file: "src/handshake/begun.ts", find: "mostPerBrowser = 10;", replace: "mostPerBrowser = 3;" },
    ],
    caughtBy: ["A6"],
  },
  {
    name: "PKCE is left out of the request",
    changes: [
      {
        file: authorization,
        find: "if (codeChallenge !== undefined) {",
        replace: "if (request.state === '') {",
      },
    ],
    caughtBy: ["A8", "C12"],
  },
  {
    name: "the challenge is called plain",
    changes: [{ file: authorization, find: '"S256"', replace: '"plain"' }],
    caughtBy: ["A8"],
  },
  {
    name: "states can be guessed",
    changes: [
      {
        file: "src/bitbucket/trip.ts",
        find: "const state = randomToken();",
        replace: "const state = randomToken().slice(0, 8);",
      },
    ],
    caughtBy: ["A1", "A8"],
  },
  {
    name: "each flow has the same verifier",
    changes: [
      { file: begin, find: '["handshake verifier", state, browserToken]', replace: '["handshake verifier"]' },
    ],
    caughtBy: ["A8"],
  },
  {
    name: "the verifier stays at home",
    changes: [
      {
        file: "src/bitbucket/oauth2/token.ts",
        find: "const verifier = codeVerifier ?? oauth.nopkce;",
        replace: "const verifier = oauth.nopkce;",
      },
    ],
    caughtBy: ["A8", "C12", "C13"],
  },
  {
    name: "images and frames begin a flow",
    changes: [
      {
        file: methods,
        find: 'destination !== "document"',
        replace: "destination === ''",
      },
    ],
    caughtBy: ["A5"],
  },
  {
    name: "prefetches begin a flow",
    changes: [{ file: methods, find: '?.includes("prefetch")', replace: '?.includes("never")' }],
    caughtBy: ["A5"],
  },
  {
    name: "the callback's query says where to go afterwards",
    changes: [
      {
        file: auth,
        find: "return context.redirect(returnTo, 303);",
        replace: 'return context.redirect(context.req.query("returnTo") ?? returnTo, 303);',
      },
    ],
    caughtBy: ["B8"],
  },
  {
    name: "an instance nobody knows is the first one",
    changes: [
      {
        file: auth,
        find: 'app.instances.configured.get(context.req.param("instance") ?? "")',
        replace:
          'app.instances.configured.get(context.req.param("instance") ?? "") ?? [...app.instances.configured.values()][0]',
      },
    ],
    caughtBy: ["A3"],
  },
  {
    name: "a forwarded host is taken for ours",
    changes: [
      {
        file: auth,
        find: "return context.redirect(location, 302);",
        replace: `const given = context.req.header("x-forwarded-host");
          const own = new URL(app.config.baseUrl).host;
          return context.redirect(given === undefined ? location : location.replace(encodeURIComponent(own), given), 302);`,
      },
    ],
    caughtBy: ["A7"],
  },
  {
    name: "the state of the start's address is taken",
    changes: [
      {
        file: auth,
        find: "  return context.redirect(location, 302);",
        replace:
          '  return context.redirect(location.replace(/state=[^&]*/, "state=" + (context.req.query("state") ?? "x")), 302);',
      },
    ],
    caughtBy: ["A1"],
  },
  {
    name: "the scope of the start's address is taken",
    changes: [
      {
        file: auth,
        find: "    scopes: instance.scopes,",
        replace: '    scopes: context.req.query("scope")?.split(" ") ?? instance.scopes,',
      },
    ],
    caughtBy: ["A2"],
  },
];
