/** Owns the weakenings of identity tokens. */
import type { Mutant } from "../mutants.ts";

const identity = "src/identity/identity.ts";

export const tokenMutants: readonly Mutant[] = [
  {
    name: "an identity token is believed unsigned",
    changes: [
      {
        file: identity,
        find: "const { payload } = await jwtVerify(token, keySet, {",
        replace:
          "const payload = JSON.parse(atob(token.split('.')[1] ?? ''));\n      void (keySet, jwtVerify, {",
      },
    ],
    caughtBy: ["K6"],
  },
  {
    name: "an identity token is believed whoever made it, and for whom",
    changes: [
      {
        file: identity,
        find: "issuer,\n        audience,\n        typ: userType,",
        replace: "typ: userType,",
      },
    ],
    caughtBy: ["K6"],
  },
  {
    name: "an identity token outlives its session",
    changes: [
      { file: identity, find: "if (await isAlive(", replace: "if (isAlive !== undefined || await isAlive(" },
    ],
    caughtBy: ["K6"],
  },
  {
    name: "an identity token is given to whoever has the cookie",
    changes: [
      {
        file: "src/web/web.ts",
        find: "web.use(readVisitor(app), requireOwnForm(app));",
        replace:
          'web.use(readVisitor(app));\n  web.route("/", identityTokenRoutes(app));\n  web.use(requireOwnForm(app));',
      },
    ],
    caughtBy: ["K6"],
  },
];
