/** Owns the weakenings of OAuth 1.0a. */
import type { Mutant } from "../mutants.ts";

const signCall = "src/bitbucket/oauth1/sign-call.ts";
const authorization = "src/bitbucket/oauth1/authorization.ts";

export const oauth1Mutants: readonly Mutant[] = [
  {
    name: "a callback need not be confirmed",
    changes: [
      {
        file: "src/bitbucket/trip.ts",
        find: "if (!callbackConfirmed)",
        replace: "if (callbackConfirmed === null)",
      },
    ],
    caughtBy: ["L1"],
  },
  {
    name: "a verifier is not demanded",
    changes: [
      {
        file: "src/bitbucket/oauth1/tokens.ts",
        find: "callbackConfirmed === true && !verifier",
        replace: "callbackConfirmed === null",
      },
    ],
    caughtBy: ["L2"],
  },
  {
    name: "of repeated request tokens the first is taken",
    changes: [{ file: authorization, find: "values.length > 1", replace: "values.length > 9" }],
    caughtBy: ["L3"],
  },
  {
    name: "a nonce is used again",
    changes: [{ file: signCall, find: "nonce: randomToken()", replace: 'nonce: "n".repeat(43)' }],
    caughtBy: ["L5"],
  },
  {
    name: "requests are signed with a time of their own",
    changes: [
      { file: signCall, find: "clock.now().getTime() / 1000", replace: "performance.timeOrigin / 1000" },
    ],
    caughtBy: ["L5"],
  },
  {
    name: "a no is not heard",
    changes: [
      {
        file: authorization,
        find: 'verifier === "denied" || problem === "permission_denied"',
        replace: 'verifier === "never"',
      },
    ],
    caughtBy: ["L6"],
  },
];
