/** Owns what the steps of a run hand each other: the run itself, and one repository of it. */
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { CodeHost, RepositoryPlace } from "../bitbucket/host/host.ts";
import type { Budget } from "../budget/budget.ts";
import type { BulkInsert } from "../storage/bulk-insert.ts";
import type { Database } from "../storage/database.ts";
import type { AnalysesTable, AnalysisRepositoriesTable } from "../storage/schema.ts";
import type { Pace } from "./pace.ts";

export interface RunParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly host: (connectionId: string, onCall: () => void) => Promise<CodeHost>;
  readonly budget: Budget;
  /** Guesses which repository is meant by one that is not found. */
  readonly nearest?: (host: CodeHost, fullName: string) => Promise<string | null>;
  readonly parallelCalls: number;
  readonly callsPerHour: number;
  readonly insert: Inserts;
}

/** The busy statements, compiled once for all runs. */
export interface Inserts {
  readonly commits: BulkInsert<"commits">;
  readonly listed: BulkInsert<"analysis_commits">;
  readonly files: BulkInsert<"commit_files">;
}

/** What the parts of a run share. */
export interface Run extends Omit<RunParts, "host"> {
  readonly analysis: AnalysesTable;
  /** Aborted when the process stops or the whole run has failed. */
  readonly signal: AbortSignal;
  readonly pace: Pace;
  /** Opened at the first call. */
  readonly open: () => Promise<CodeHost>;
  /** Calls so far, over restarts. */
  readonly calls: () => number;
}

/** One repository within a run: its row, where Bitbucket has it now, and how far it is. */
export interface Reading {
  readonly run: Run;
  readonly row: AnalysisRepositoriesTable;
  readonly host: CodeHost;
  readonly place: RepositoryPlace;
  readonly tally: Tally;
}

/** Changes as pages and counts come in; written with them. */
export interface Tally {
  found: number;
  counted: number;
  /** The place of the next commit in the list. */
  nextPosition: number;
  /** The newest commit's date, in the window or not. */
  newest: Date | null;
}

/** The repository's part of the list of commits. */
export function placeOf(run: Run, row: AnalysisRepositoriesTable) {
  return { analysisId: run.analysis.id, repositoryKey: row.repository_key };
}
