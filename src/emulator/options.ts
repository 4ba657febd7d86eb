/** Owns what a start of the emulator may be told, and which rules and addresses come of it. */
import type { ShiftableClock } from "../base/clock.ts";
import type { BuiltRepository } from "./build/repository.ts";
import type { JournalEntry } from "./core/journal.ts";
import { chooseRules, type RuleBundle, type Rules } from "./core/rules.ts";
import { type Seed, type SeedRepository, seedDcRules, seedRules } from "./core/seed.ts";
import { chooseDcRules, type DcRules } from "./data-center/rules.ts";
import type { DataCentersOptions } from "./data-centers.ts";

/** A folder with git in it, or a history told with the builders. */
export type GivenRepository = SeedRepository | BuiltRepository;

/** What a local Bitbucket is started with. */
export interface EmulatorOptions extends DataCentersOptions {
  /** Of the website; 0, the default, takes any. */
  readonly port?: number | undefined;
  /** Of the API; 0, the default, takes any. */
  readonly apiPort?: number | undefined;
  readonly host?: "127.0.0.1";
  /** Default: today's. With a bundle or a few rules, a seed's own rules still count where these say nothing. */
  readonly rules?: RuleBundle | Partial<Rules> | undefined;
  /** Default: John Doe and the others of `docs/emulator.md`. */
  readonly seed?: Seed | undefined;
  /** Folders with git in them (workspace: the first; slug: the folder's name), or what `repository(…)` gives. */
  readonly repositories?: readonly GivenRepository[] | undefined;
  /** Of the default seed's consumers. Default `http://localhost:8000/auth/bitbucket/callback`. */
  readonly callbackUrl?: string | undefined;
  /** The username of who grants every request at once, without a page. */
  readonly autoApprove?: string | undefined;
  /** Of Data Center and Server; what is left out is as `docs/emulator.md` says. */
  readonly dataCenterRules?: Partial<DcRules> | undefined;
  /** Default: the machine's, which control moves. */
  readonly clock?: ShiftableClock | undefined;
  /** A HAR file all requests and answers are written to, their secrets masked. */
  readonly record?: string | undefined;
  /** Told of every request that was answered. */
  readonly onRequest?: ((entry: JournalEntry) => void) | undefined;
}

/** Of Cloud: the bundle, what the seed says, and what is said beside it. */
export function rulesOf({ rules, seed }: EmulatorOptions): Rules {
  if (rules === undefined || typeof rules === "string")
    return { ...chooseRules(rules), ...(seed === undefined ? {} : seedRules(seed)) };
  return chooseRules({ ...(seed === undefined ? {} : seedRules(seed)), ...rules });
}

/** Of Data Center and Server. */
export function dataCenterRulesOf({ seed, dataCenterRules }: EmulatorOptions): DcRules {
  return chooseDcRules({ ...(seed === undefined ? {} : seedDcRules(seed)), ...dataCenterRules });
}

/** Of the default consumers. */
export function callbackOf({ callbackUrl }: EmulatorOptions): string {
  return callbackUrl ?? "http://localhost:8000/auth/bitbucket/callback";
}
