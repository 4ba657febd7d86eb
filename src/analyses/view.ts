/** Owns the view of an analysis: everything a page shows, read from the database while the run goes on. */
import type { Clock } from "../base/clock.ts";
import type { Budget } from "../budget/budget.ts";
import type { Database } from "../storage/database.ts";
import type { AnalysesTable, AnalysisRepositoriesTable } from "../storage/schema.ts";
import { countCommitsPerDay, sumAnalysis } from "../storage/tables/analysis-commits.ts";
import { listAnalysisRepositories } from "../storage/tables/analysis-repositories.ts";
import { findConnection } from "../storage/tables/connections.ts";
import { readTrace } from "../suspects/trace.ts";
import type {
  Analysis,
  AnalysisRepository,
  AnalysisState,
  AnalysisSummary,
  RepositoryPhase,
} from "./analysis.ts";
import { readFailure } from "./failure.ts";
import { namesOf, readCommits, readSuspects } from "./found.ts";

export interface ViewOptions {
  /** From 1; one past the end gives the last. */
  readonly page?: number;
  /** Commits a page, default 25, at most 200. */
  readonly pageSize?: number;
}

export interface ViewParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly budget: Budget;
}

const defaultPageSize = 25;
const largestPageSize = 200;

export async function viewAnalysis(
  parts: ViewParts,
  row: AnalysesTable,
  options: ViewOptions = {},
): Promise<Analysis> {
  const db = parts.database.kysely;
  const repositories = await listAnalysisRepositories(db, row.id);
  const names = namesOf(repositories);
  const frames = row.error_text === null ? [] : readTrace(row.error_text);
  const counts = sumRepositories(repositories);
  const connection = await findConnection(db, row.connection_id);
  return {
    ...summarize({ ...row, ...counts }),
    errorText: row.error_text,
    callsThisHour: await parts.budget.used(connection?.instance_id ?? ""),
    progress: progressOf(row, counts),
    repositories: repositories.map(readRepositoryRow),
    totals: { commits: counts.commits_found, ...(await sumAnalysis(db, row.id)) },
    commitsPerDay: fillDays(row, await countCommitsPerDay(db, row.id)),
    commits: await commitsPage(parts, { row, names, total: counts.commits_found }, options),
    framesFound: frames.length,
    suspects: await readSuspects(db, row, { frames, names }),
  };
}

type Counts = { readonly commits_found: number; readonly commits_counted: number };

function sumRepositories(repositories: readonly AnalysisRepositoriesTable[]): Counts {
  const sum = (key: keyof Counts) => repositories.reduce((total, repository) => total + repository[key], 0);
  return { commits_found: sum("commits_found"), commits_counted: sum("commits_counted") };
}

export function summarize(row: AnalysesTable & Counts): AnalysisSummary {
  return {
    id: row.id,
    projectId: row.project_id,
    connectionId: row.connection_id,
    // The column holds only what the run writes there.
    state: row.state as AnalysisState,
    startedBy: row.started_by,
    lookbackDays: row.lookback_days,
    windowStart: new Date(row.window_start),
    windowEnd: new Date(row.window_end),
    createdAt: new Date(row.created_at),
    finishedAt: row.finished_at === null ? null : new Date(row.finished_at),
    calls: row.calls,
    waitingUntil: row.waiting_until === null ? null : new Date(row.waiting_until),
    failure: readFailure(row.failure_json),
    commitsFound: row.commits_found,
    commitsCounted: row.commits_counted,
    hasError: row.error_text !== null,
  };
}

function progressOf({ state }: AnalysesTable, { commits_found, commits_counted }: Counts): number {
  if (state === "done") return 1;
  return commits_found === 0 ? 0 : commits_counted / commits_found;
}

function readRepositoryRow(row: AnalysisRepositoriesTable): AnalysisRepository {
  return {
    id: row.repository_id,
    key: row.repository_key,
    fullName: row.full_name,
    // The column holds only what the run writes there.
    phase: row.phase as RepositoryPhase,
    commitsFound: row.commits_found,
    commitsCounted: row.commits_counted,
    fittingLookbackDays: row.fitting_lookback_days,
    failure: readFailure(row.failure_json),
  };
}

const dayMilliseconds = 86_400_000;

/** Days without a commit are zero. A commit dated after the window's end (a wrong clock) counts on its last day. */
export function fillDays(
  { window_start, window_end }: Pick<AnalysesTable, "window_start" | "window_end">,
  found: readonly { day: string; commits: number }[],
): { day: string; commits: number }[] {
  const last = window_end.slice(0, 10);
  const days = new Map<string, number>();
  for (let time = Date.parse(window_start.slice(0, 10)); time <= Date.parse(last); time += dayMilliseconds) {
    days.set(new Date(time).toISOString().slice(0, 10), 0);
  }
  for (const { day, commits } of found) {
    const place = days.has(day) ? day : last;
    days.set(place, (days.get(place) ?? 0) + commits);
  }
  return [...days].map(([day, commits]) => ({ day, commits }));
}

async function commitsPage(
  { database }: ViewParts,
  { row, names, total }: { row: AnalysesTable; names: ReadonlyMap<string, string>; total: number },
  { page = 1, pageSize = defaultPageSize }: ViewOptions,
): Promise<Analysis["commits"]> {
  const limit = Math.min(Math.max(1, Math.trunc(pageSize)), largestPageSize);
  const pages = Math.max(1, Math.ceil(total / limit));
  const shown = Math.min(Math.max(1, Math.trunc(page)), pages);
  const range = { analysisId: row.id, limit, offset: (shown - 1) * limit };
  return { items: await readCommits(database.kysely, names, range), page: shown, pages, total };
}
