/** Owns the deliberate weakenings: each takes one defence away, and the cases it names have to notice. */
import { callbackMutants } from "./mutants/callback.ts";
import { doorMutants } from "./mutants/door.ts";
import { identityMutants } from "./mutants/identity.ts";
import { leakMutants } from "./mutants/leaks.ts";
import { oauth1Mutants } from "./mutants/oauth1.ts";
import { recheckMutants } from "./mutants/recheck.ts";
import { ruleMutants } from "./mutants/rules.ts";
import { sessionMutants } from "./mutants/sessions.ts";
import { startMutants } from "./mutants/start.ts";
import { surroundingMutants } from "./mutants/surroundings.ts";
import { tokenMutants } from "./mutants/tokens.ts";

export interface Change {
  /** From the root of the project. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly replace: string;
}

export interface Mutant {
  /** What is missing now: "the browser is not checked". */
  readonly name: string;
  readonly changes: readonly Change[];
  /** Numbers of cases; each of them has to fail. */
  readonly caughtBy: readonly string[];
}

export const mutants: readonly Mutant[] = [
  ...startMutants,
  ...callbackMutants,
  ...surroundingMutants,
  ...sessionMutants,
  ...identityMutants,
  ...ruleMutants,
  ...recheckMutants,
  ...doorMutants,
  ...leakMutants,
  ...oauth1Mutants,
  ...tokenMutants,
];
