/** Owns the weakenings of what is told, and to whom: words, time, headers, the browser's stores, files. */
import type { Mutant } from "../mutants.ts";

const failure = "src/web/failure.ts";

export const leakMutants: readonly Mutant[] = [
  {
    name: "what Bitbucket said goes into a header",
    changes: [
      {
        file: failure,
        find: "await noteRefusal(app, context, failure);",
        replace:
          'context.header("X-Why", encodeURIComponent(detail ?? "")); await noteRefusal(app, context, failure);',
      },
    ],
    caughtBy: ["G16"],
  },
  {
    name: "the log has the cookies",
    changes: [
      {
        file: failure,
        find: "method: context.req.method, path",
        replace: 'brought: context.req.header("cookie"), method: context.req.method, path',
      },
    ],
    caughtBy: ["J1"],
  },
  {
    name: "a state that exists is looked at for longer",
    changes: [
      {
        file: "src/handshake/complete.ts",
        find: "whyNot(await trips.find(stateHash), arriving)",
        replace:
          "whyNot(await trips.find(stateHash).then((row) => row && new Promise((resolve) => setTimeout(resolve, 8, row))), arriving)",
      },
    ],
    caughtBy: ["J2"],
  },
  {
    name: "a refusal says which check it was",
    changes: [{ file: failure, find: "oneAttemptLikeAnother.includes(code) ?", replace: 'code === "" ?' }],
    caughtBy: ["J3"],
  },
  {
    name: "the browser keeps the callback's address in a store",
    changes: [
      {
        file: "src/ui/assets.ts",
        find: 'sessionStorage.removeItem(\\"htmx-current-path-for-history\\")',
        replace: "void 0",
      },
    ],
    caughtBy: ["J4"],
  },
  {
    name: "the browser's history keeps the callback's address",
    changes: [{ file: "src/ui/assets.ts", find: "history.replaceState(null", replace: "void (null" }],
    caughtBy: ["J4"],
  },
  {
    name: "files are looked for on the prototype",
    changes: [
      {
        file: "src/web/routes/assets.ts",
        find: "Object.hasOwn(assets, name) ? assets[name] : undefined",
        replace: "assets[name]",
      },
    ],
    caughtBy: ["J5"],
  },
];
