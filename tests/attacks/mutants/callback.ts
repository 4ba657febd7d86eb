/** Owns the weakenings of the callback: whose flow it is, which Bitbucket's, how often, and what its query may do. */
import type { Mutant } from "../mutants.ts";

const complete = "src/handshake/complete.ts";
const begin = "src/handshake/begin.ts";
const authorization = "src/bitbucket/oauth2/authorization.ts";
const auth = "src/web/routes/auth.ts";
const table = "src/storage/tables/handshakes.ts";
/** What is taken out, and stays. */
const kept = {
  file: table,
  find: `const take = prepared((db, given: Slots<HandshakeArrival>) =>
  db
    .deleteFrom("handshakes")`,
  replace: `const take = prepared((db, given: Slots<HandshakeArrival>) =>
  db
    .updateTable("handshakes")
    .set({ purpose: (some) => some.ref("purpose") })`,
};

export const callbackMutants: readonly Mutant[] = [
  {
    name: "the browser is not checked",
    changes: [
      {
        file: table,
        find: `    .where("browser_hash", "=", given("browser_hash"))
    .where("instance_id"`,
        replace: `    .where((any) => any.or([any("browser_hash", "=", given("browser_hash")), any("browser_hash", "!=", "")]))
    .where("instance_id"`,
      },
    ],
    caughtBy: ["C1", "C2", "C4", "C26", "L3"],
  },
  {
    name: "a browser without a cookie is let through",
    changes: [
      {
        file: complete,
        find: 'browser_hash: sha256(browserToken ?? ""),',
        replace: 'browser_hash: browserToken === null ? "" : sha256(browserToken),',
      },
      {
        file: table,
        find: `    .where("browser_hash", "=", given("browser_hash"))
    .where("instance_id"`,
        replace: `    .where((any) => any.or([any("browser_hash", "=", given("browser_hash")), any(given("browser_hash"), "=", "")]))
    .where("instance_id"`,
      },
    ],
    caughtBy: ["C1", "C26"],
  },
  {
    name: "of the browser's cookie the beginning counts",
    changes: [
      {
        file: complete,
        find: 'browser_hash: sha256(browserToken ?? ""),',
        replace: 'browser_hash: sha256(browserToken?.slice(0, 8) ?? ""),',
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
        find: "take: (arrival) => database.hurried((db) => takeHandshake(db, arrival)),",
        replace: `take: async (arrival) =>
          (await database.hurried((db) => takeHandshake(db, arrival))) ??
          database.kysely.selectFrom("handshakes").selectAll().orderBy("created_at", "desc").limit(1).executeTakeFirst(),`,
      },
    ],
    caughtBy: ["C3"],
  },
  {
    name: "the instance is not checked",
    changes: [
      {
        file: table,
        find: '.where("instance_id", "=", given("instance_id"))',
        replace:
          '.where((any) => any.or([any("instance_id", "=", given("instance_id")), any("instance_id", "!=", "")]))',
      },
    ],
    caughtBy: ["C8", "C9"],
  },
  {
    name: "the person is not checked",
    changes: [
      {
        file: table,
        find: 'any("user_id", "is", null), any("user_id", "=", given("user_id"))',
        replace:
          'any("user_id", "is", null), any("user_id", "!=", ""), any("user_id", "=", given("user_id"))',
      },
    ],
    caughtBy: ["C4", "E13"],
  },
  {
    name: "a flow lives for ever",
    changes: [
      {
        file: table,
        find: '.where("expires_at", ">", given("now"))',
        replace:
          '.where((any) => any.or([any("expires_at", ">", given("now")), any("expires_at", "!=", "")]))',
      },
    ],
    caughtBy: ["C7"],
  },
  {
    name: "a clock that went back is believed",
    changes: [
      {
        file: table,
        find: '.where("created_at", "<=", given("now"))',
        replace:
          '.where((any) => any.or([any("created_at", "<=", given("now")), any("created_at", "!=", "")]))',
      },
    ],
    caughtBy: ["C7"],
  },
  {
    name: "a state is good for ever",
    changes: [kept],
    caughtBy: ["C5", "C6"],
  },
  {
    name: "a state is used up after the exchange",
    changes: [
      kept,
      {
        file: complete,
        find: "...(await end(",
        replace:
          "...(await (async (...all) => { const ended = await end(...all); await parts.database.kysely.deleteFrom('handshakes').where('state_hash', '=', row.state_hash).execute(); return ended; })(",
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
];
