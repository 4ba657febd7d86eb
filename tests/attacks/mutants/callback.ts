/** Owns the weakenings of a flow: its start, its callback, and where it leads afterwards. */
import type { Mutant } from "../mutants.ts";

const complete = "src/handshake/complete.ts";
const begin = "src/handshake/begin.ts";
const address = "src/handshake/return-address.ts";
const authorization = "src/bitbucket/oauth2/authorization.ts";
const auth = "src/web/routes/auth.ts";

const checkAtUse = {
  file: complete,
  find: "returnTo: checkReturnAddress(parts.baseUrl, row.return_to)",
  replace: "returnTo: row.return_to",
};
const consume = "!(await trips.consume(row.state_hash))";

export const callbackMutants: readonly Mutant[] = [
  {
    name: "the browser is not checked",
    changes: [
      {
        file: complete,
        find: "browserToken === null || !equalSecrets(row.browser_hash, sha256(browserToken))",
        replace: "browserToken === undefined",
      },
    ],
    caughtBy: ["C1", "C2", "C4", "C26", "L3"],
  },
  {
    name: "a browser without a cookie is let through",
    changes: [
      {
        file: complete,
        find: "browserToken === null || !equalSecrets(",
        replace: "browserToken !== null && !equalSecrets(",
      },
    ],
    caughtBy: ["C1", "C26"],
  },
  {
    name: "of the browser's cookie the beginning counts",
    changes: [
      {
        file: complete,
        find: "sha256(browserToken)",
        replace: "sha256(browserToken.slice(0, 8))",
      },
      {
        file: begin,
        find: "sha256(start.browserToken)",
        replace: "sha256(start.browserToken.slice(0, 8))",
      },
    ],
    caughtBy: ["C27"],
  },
  {
    name: "a state nobody knows is that of the flow begun last",
    changes: [
      {
        file: "src/handshake/begun.ts",
        find: "find: (stateHash) => findHandshake(database.kysely, stateHash),",
        replace: `find: async (stateHash) =>
          (await findHandshake(database.kysely, stateHash)) ??
          database.kysely.selectFrom("handshakes").selectAll().orderBy("created_at", "desc").limit(1).executeTakeFirst(),`,
      },
    ],
    caughtBy: ["C3"],
  },
  {
    name: "the instance is not checked",
    changes: [{ file: complete, find: "row.instance_id !== instanceId", replace: "instanceId === ''" }],
    caughtBy: ["C8", "C9"],
  },
  {
    name: "the person is not checked",
    changes: [{ file: complete, find: "row.user_id !== userId", replace: "userId === ''" }],
    caughtBy: ["C4", "E13"],
  },
  {
    name: "a flow lives for ever",
    changes: [{ file: complete, find: "now >= row.expires_at || ", replace: "" }],
    caughtBy: ["C7"],
  },
  {
    name: "a clock that went back is believed",
    changes: [{ file: complete, find: " || now < row.created_at", replace: "" }],
    caughtBy: ["C7"],
  },
  {
    name: "a state is good for ever",
    changes: [{ file: complete, find: consume, replace: "row.state_hash === ''" }],
    caughtBy: ["C5", "C6"],
  },
  {
    name: "a state is used up after the exchange",
    changes: [
      { file: complete, find: consume, replace: "row.state_hash === ''" },
      {
        file: complete,
        find: "...(await end(",
        replace:
          "...(await (async (...all) => { const ended = await end(...all); await trips.consume(row.state_hash); return ended; })(",
      },
    ],
    caughtBy: ["C6"],
  },
  {
    name: "an error is judged before the state",
    changes: [
      {
        file: complete,
        find: "  const state = readTripState(instance, arrival.callback);",
        replace:
          '  if (arrival.callback.searchParams.has("error")) throw new WindlassError("bitbucket.denied", { reaction: "refused", message: String(arrival.callback.searchParams.get("error_description")), cure: "Begin again." }, { data: {} });\n  const state = readTripState(instance, arrival.callback);',
      },
    ],
    caughtBy: ["C15"],
  },
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
    name: "of repeated parameters the first is taken",
    changes: [
      { file: authorization, find: "if (values.length > 1) throw", replace: "if (values.length > 9) throw" },
    ],
    caughtBy: ["C14"],
  },
  {
    name: "a code beside an error is taken",
    changes: [
      {
        file: authorization,
        find: "if ((code === null) === (error === null))",
        replace: "if (code === null && error === null)",
      },
    ],
    caughtBy: ["C15"],
  },
  {
    name: "the issuer is not looked at",
    changes: [
      {
        file: authorization,
        find: "  return verify(instance, callback.searchParams, state);",
        replace:
          '  callback.searchParams.delete("iss");\n  return verify(instance, callback.searchParams, state);',
      },
    ],
    caughtBy: ["C11"],
  },
  {
    name: "the token endpoint may be anywhere",
    changes: [{ file: "src/bitbucket/cloud.ts", find: " && own !== origin)", replace: " && own === '')" }],
    caughtBy: ["C10"],
  },
  {
    name: "images and frames begin a flow",
    changes: [
      {
        file: auth,
        find: 'destination !== undefined && destination !== "document"',
        replace: "destination === ''",
      },
    ],
    caughtBy: ["A5"],
  },
  {
    name: "prefetches begin a flow",
    changes: [{ file: auth, find: '?.includes("prefetch")', replace: '?.includes("never")' }],
    caughtBy: ["A5"],
  },
  {
    name: "the callback takes any method",
    changes: [
      {
        file: auth,
        find: '"/auth/:instance/callback", onlyMethods("GET"),',
        replace: '"/auth/:instance/callback",',
      },
    ],
    caughtBy: ["C20"],
  },
  {
    name: "a sign-in ends with a redirect that repeats the method",
    changes: [
      {
        file: auth,
        find: "return context.redirect(returnTo, 303);",
        replace: "return context.redirect(returnTo, 307);",
      },
    ],
    caughtBy: ["C22"],
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
    name: "a token in the query is used in place of the exchange's",
    changes: [
      {
        file: auth,
        find: "const { instanceId, tokens, returnTo } = handshake;",
        replace: `const { instanceId, returnTo } = handshake;
          const given = context.req.query("access_token");
          const tokens = given === undefined ? handshake.tokens : { accessToken: { reveal: () => given } };`,
      },
    ],
    caughtBy: ["C19"],
  },
  {
    name: "the query is decoded once more",
    changes: [
      {
        file: auth,
        find: "const { pathname, search } = new URL(context.req.url);",
        replace: "const { pathname, search } = new URL(context.req.url); decodeURIComponent(search);",
      },
    ],
    caughtBy: ["C17"],
  },
  {
    name: "a refused code begins again at once",
    changes: [
      {
        file: "src/web/failure.ts",
        find: "return context.html(page, status);",
        replace:
          'return code === "bitbucket.code_refused" ? context.redirect(context.req.path.replace("callback", "login"), 303) : context.html(page, status);',
      },
    ],
    caughtBy: ["C24"],
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
