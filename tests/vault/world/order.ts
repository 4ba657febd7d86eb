/** Owns what the test and its processes say to each other: a JSON object a line. */
import type { CloudUrls } from "../../../src/bitbucket/instance.ts";
import type { Step } from "./steps.ts";

/** How a process is set up; the `WINDLASS_WORLD` of its environment. */
export interface Setup {
  /** Path or URL of the database. */
  readonly place: string;
  readonly instance:
    | {
        readonly product: "cloud";
        readonly clientId: string;
        readonly clientSecret: string;
        readonly urls: CloudUrls;
      }
    | {
        readonly product: "data-center";
        readonly clientId: string;
        readonly clientSecret: string;
        readonly baseUrl: string;
      };
  readonly leaseSeconds: number;
  /** By how much its clock is ahead of the machine's. */
  readonly clockAheadSeconds: number;
  /** Where it dies, stops itself until it is told to go on, or lets its SQLite file grow no more for a second. */
  readonly at: { readonly step: Step; readonly what: "die" | "freeze" | "fill" } | null;
}

/** Each caller asks once for each connection, all at the same time. */
export interface Order {
  readonly connectionIds: readonly string[];
  readonly callers: number;
  /** Moves the process's clock while it works. */
  readonly jumpSeconds?: number;
}

export interface Report {
  /** For each connection the different tokens its callers were handed, as SHA-256. */
  readonly tokens: Readonly<Record<string, readonly string[]>>;
  /** How many were handed a token. */
  readonly handed: number;
  /** How many of the different tokens Bitbucket takes, and how many it does not. */
  readonly working: number;
  readonly refused: number;
  /** How often each failure was thrown. */
  readonly failures: Readonly<Record<string, number>>;
  /** From the order to the last caller. */
  readonly milliseconds: number;
}
