/** Owns analyses: begins them, runs them in the background, goes on with them after a stop, and shows what they found. */
import type { Clock } from "../base/clock.ts";
import { type Log, silentLog } from "../base/log.ts";
import { newId } from "../base/random.ts";
import type { CodeHost } from "../bitbucket/host/host.ts";
import { type Budget, callsAnHour } from "../budget/budget.ts";
import type { Database } from "../storage/database.ts";
import type { AnalysesTable, ConnectionsTable } from "../storage/schema.ts";
import {
  findAnalysis,
  insertAnalysis,
  listAnalyses,
  listUnfinishedAnalyses,
} from "../storage/tables/analyses.ts";
import { prepareInsertAnalysisCommits } from "../storage/tables/analysis-commits.ts";
import { insertAnalysisRepositories } from "../storage/tables/analysis-repositories.ts";
import { prepareInsertCommitFiles } from "../storage/tables/commit-files.ts";
import { prepareInsertCommits } from "../storage/tables/commits.ts";
import { findConnection } from "../storage/tables/connections.ts";
import { listRepositories } from "../storage/tables/repositories.ts";
import type { Analysis, AnalysisSummary } from "./analysis.ts";
import { analysisErrors } from "./errors.ts";
import type { RunParts } from "./reading.ts";
import { writeResult } from "./result.ts";
import { runAnalysis } from "./run.ts";
import { summarize, type ViewOptions, viewAnalysis } from "./view.ts";

export interface AnalysesParts {
  readonly database: Database;
  readonly clock: Clock;
  /** The host seen with the connection's credential. It counts its calls in `budget` under its instance's id, and tells `onCall`. */
  readonly host: (connectionId: string, onCall: () => void) => Promise<CodeHost>;
  readonly budget: Budget;
  /** Guesses which repository is meant by one that is not found; null when none is near. Default: no guess. */
  readonly nearest?: (host: CodeHost, fullName: string) => Promise<string | null>;
  /** Calls side by side in one run, default 8. */
  readonly parallelCalls?: number;
  /** What Bitbucket allows the client registration, default 1,000. */
  readonly callsPerHour?: number;
  readonly log?: Log;
}

/** What to look into. The caller has made sure that the project is the person's. */
export interface AnalysisOrder {
  readonly projectId: string;
  readonly connectionId: string;
  /** The user's id. */
  readonly startedBy: string;
  /** A stack trace, as pasted; at most 200,000 characters. */
  readonly errorText?: string;
  /** 1 to 3,650; default the connection's. */
  readonly lookbackDays?: number;
}

/** Every method that names an analysis throws `analyses.not_found`. */
export interface Analyses {
  /**
   * Begins a run and gives its id at once. The same order again, while it runs, gives the same id.
   * Throws `analyses.no_repositories`, `analyses.bad_lookback`, `analyses.error_too_long`.
   */
  start(order: AnalysisOrder): Promise<string>;
  get(id: string, options?: ViewOptions): Promise<Analysis>;
  /** Newest first. */
  list(projectId: string): Promise<AnalysisSummary[]>;
  /** Everything found, as one JSON text in pieces, so that a run of any size takes the same memory. */
  result(id: string): AsyncIterable<string>;
  /** Goes on with what a stopped process left behind. */
  resume(): Promise<void>;
  /** Resolves when no run is under way in this process. */
  idle(): Promise<void>;
  /** Stops every run where it stands, to be resumed later. */
  close(): Promise<void>;
}

const defaultParallelCalls = 8;
const longestErrorText = 200_000;
const longestLookbackDays = 3_650;
const dayMilliseconds = 86_400_000;

export function createAnalyses(parts: AnalysesParts): Analyses {
  const { database, log = silentLog, parallelCalls = defaultParallelCalls } = parts;
  const insert = {
    commits: prepareInsertCommits(database.kysely),
    listed: prepareInsertAnalysisCommits(database.kysely),
    files: prepareInsertCommitFiles(database.kysely),
  };
  const callsPerHour = parts.callsPerHour ?? callsAnHour;
  const runParts: RunParts = { ...parts, log, parallelCalls, callsPerHour, insert };
  const stop = new AbortController();
  const running = new Map<string, Promise<void>>();

  const launch = (analysis: AnalysesTable) => {
    if (running.has(analysis.id)) return;
    const run = runAnalysis(runParts, analysis, stop.signal)
      .catch((error) => log.error("analysis.lost", { analysis: analysis.id, error }))
      .finally(() => running.delete(analysis.id));
    running.set(analysis.id, run);
  };
  const idle = async () => {
    while (running.size > 0) await Promise.all(running.values());
  };
  const find = async (id: string) => {
    const analysis = await findAnalysis(database.kysely, id);
    if (analysis === undefined) throw analysisErrors.fail("analyses.not_found", { detail: id });
    return analysis;
  };

  return {
    idle,
    async start(order) {
      const analysis = await begin(parts, order);
      launch(analysis);
      return analysis.id;
    },
    get: async (id, options) => viewAnalysis(parts, await find(id), options),
    list: async (projectId) => (await listAnalyses(database.kysely, projectId)).map(summarize),
    async *result(id) {
      yield* writeResult(parts, await find(id));
    },
    async resume() {
      for (const analysis of await listUnfinishedAnalyses(database.kysely)) launch(analysis);
    },
    async close() {
      stop.abort(new Error("the process is stopping"));
      await idle();
    },
  };
}

/** The row of a new run with its repositories, or of the same run under way. */
async function begin(parts: AnalysesParts, order: AnalysisOrder): Promise<AnalysesTable> {
  const { database } = parts;
  const connection = await findConnection(database.kysely, order.connectionId);
  if (connection === undefined || connection.project_id !== order.projectId) {
    throw analysisErrors.fail("analyses.no_repositories", { detail: `no connection ${order.connectionId}` });
  }
  const analysis = newAnalysis(parts.clock, order, connection);
  const same = await findSame(database, analysis);
  if (same !== undefined) return same;
  const repositories = await listRepositories(database.kysely, connection.id);
  if (repositories.length === 0) throw analysisErrors.fail("analyses.no_repositories");
  await database.transaction(async (transaction) => {
    await insertAnalysis(transaction, analysis);
    const rows = repositories.map(({ id, repository_key, full_name }) => ({
      analysis_id: analysis.id,
      repository_id: id,
      repository_key,
      full_name,
      phase: "queued",
      head_hash: null,
      next_page: null,
      commits_found: 0,
      commits_counted: 0,
      fitting_lookback_days: null,
      failure_json: null,
    }));
    await insertAnalysisRepositories(transaction, rows);
  });
  return analysis;
}

function newAnalysis(clock: Clock, order: AnalysisOrder, connection: ConnectionsTable): AnalysesTable {
  const lookbackDays = order.lookbackDays ?? connection.lookback_days;
  if (!Number.isInteger(lookbackDays) || lookbackDays < 1 || lookbackDays > longestLookbackDays) {
    throw analysisErrors.fail("analyses.bad_lookback");
  }
  const errorText = order.errorText?.trim() ?? "";
  if (errorText.length > longestErrorText) throw analysisErrors.fail("analyses.error_too_long");
  const now = clock.now();
  return {
    id: newId("ana"),
    project_id: order.projectId,
    connection_id: order.connectionId,
    state: "running",
    started_by: order.startedBy,
    lookback_days: lookbackDays,
    window_start: new Date(now.getTime() - lookbackDays * dayMilliseconds).toISOString(),
    window_end: now.toISOString(),
    error_text: errorText === "" ? null : errorText,
    calls: 0,
    waiting_until: null,
    failure_json: null,
    created_at: now.toISOString(),
    finished_at: null,
  };
}

/** A form sent twice begins one run. */
async function findSame({ kysely }: Database, wanted: AnalysesTable): Promise<AnalysesTable | undefined> {
  const unfinished = await listUnfinishedAnalyses(kysely);
  return unfinished.find(
    (each) =>
      each.connection_id === wanted.connection_id &&
      each.lookback_days === wanted.lookback_days &&
      each.error_text === wanted.error_text,
  );
}
