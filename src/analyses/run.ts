/** Owns one run over the repositories of a connection: several side by side, each failing for itself. */
import { isWindlassError, type WindlassError } from "../base/errors.ts";
import type { CodeHost } from "../bitbucket/host/host.ts";
import type { AnalysesTable, AnalysisRepositoriesTable } from "../storage/schema.ts";
import { findAnalysis, updateAnalysis } from "../storage/tables/analyses.ts";
import {
  listAnalysisRepositories,
  updateAnalysisRepository,
} from "../storage/tables/analysis-repositories.ts";
import { findConnection } from "../storage/tables/connections.ts";
import { explainFor, failureJson, isRepositoryGone, toFailure } from "./failure.ts";
import { createPace } from "./pace.ts";
import type { Run, RunParts } from "./reading.ts";
import { readRepository } from "./repository.ts";

const repositoriesAtOnce = 4;

/**
 * Goes on with the analysis from wherever it stands to its end. Returns early, leaving the rest to a later call, when `stop` is
 * aborted. Failures end in the database, not here.
 */
export async function runAnalysis(
  parts: RunParts,
  analysis: AnalysesTable,
  stop: AbortSignal,
): Promise<void> {
  const halt = new AbortController();
  const run = await beginRun(parts, analysis, AbortSignal.any([stop, halt.signal]));
  try {
    await readAll(run, halt);
    await finish(run, null);
  } catch (error) {
    if (stop.aborted) return await rememberCalls(run);
    // Deleted with its project while it ran: there is nothing left to write to.
    if ((await findAnalysis(parts.database.kysely, analysis.id)) === undefined) return;
    if (!isWindlassError(error)) parts.log.error("analysis.broken", { analysis: analysis.id, error });
    await finish(run, error);
  } finally {
    await parts.budget.flush();
  }
}

async function beginRun(parts: RunParts, analysis: AnalysesTable, signal: AbortSignal): Promise<Run> {
  const { database, clock, budget, parallelCalls, callsPerHour } = parts;
  const connection = await findConnection(database.kysely, analysis.connection_id);
  const consumer = connection?.instance_id ?? "";
  let calls = analysis.calls;
  let host: Promise<CodeHost> | undefined;
  const open = () => {
    host ??= parts.host(analysis.connection_id, () => {
      calls += 1;
    });
    return host;
  };
  const change = (changes: Parameters<typeof updateAnalysis>[2]) =>
    updateAnalysis(database.kysely, analysis.id, { ...changes, calls });
  const goOn = { state: "running", waiting_until: null, failure_json: null };
  const pace = createPace({
    clock,
    signal,
    parallelCalls,
    // Data Center and Server count nothing by the hour: their administrators set limits, and those answer 429.
    nextFreeAt: async () =>
      (await open()).product === "cloud" ? budget.nextFreeAt(consumer, callsPerHour) : clock.now(),
    onPause: (until, reason) =>
      change({
        state: "waiting",
        waiting_until: until.toISOString(),
        failure_json: failureJson(toFailure(reason)),
      }),
    onResume: () => change(goOn),
    pausedUntil: analysis.waiting_until === null ? null : new Date(analysis.waiting_until),
  });
  return { ...parts, analysis, signal, pace, open, calls: () => calls };
}

/** Resolves when every repository is done or has failed; throws what ends the run as a whole. */
async function readAll(run: Run, halt: AbortController): Promise<void> {
  const repositories = await listAnalysisRepositories(run.database.kysely, run.analysis.id);
  const left = repositories.filter(({ phase }) => phase !== "done" && phase !== "failed").values();
  const worker = async () => {
    for (const repository of left) await readOne(run, repository);
  };
  const workers = Array.from({ length: repositoriesAtOnce }, async () => {
    try {
      await worker();
    } catch (error) {
      halt.abort(error);
      throw error;
    }
  });
  await Promise.allSettled(workers);
  if (halt.signal.aborted) throw halt.signal.reason;
}

/** Access that is over is over for all repositories; anything else stops this one alone. */
async function readOne(run: Run, repository: AnalysisRepositoriesTable): Promise<void> {
  try {
    await readRepository(run, repository);
  } catch (error) {
    if (run.signal.aborted || !isWindlassError(error) || error.reaction === "stale") throw error;
    run.log.warn("analysis.repository_failed", {
      analysis: run.analysis.id,
      repository: repository.full_name,
      code: error.code,
      detail: error.detail,
    });
    const failure = explainFor(repository.full_name, toFailure(error), await nearest(run, repository, error));
    await updateAnalysisRepository(run.database.kysely, repository, {
      phase: "failed",
      failure_json: failureJson(failure),
    });
  }
}

/** The list it is looked up in is asked for only when a repository is gone; what fails then is left unguessed. */
async function nearest(
  run: Run,
  { full_name }: AnalysisRepositoriesTable,
  error: WindlassError,
): Promise<string | null> {
  if (run.nearest === undefined || !isRepositoryGone(error)) return null;
  try {
    return await run.nearest(await run.open(), full_name);
  } catch (failure) {
    if (isWindlassError(failure)) return null;
    throw failure;
  }
}

async function finish(run: Run, error: unknown): Promise<void> {
  const { database, analysis, clock } = run;
  if (error !== null) await giveUpTheRest(run, failureJson(toFailure(error)));
  const repositories = await listAnalysisRepositories(database.kysely, analysis.id);
  const anyDone = repositories.some(({ phase }) => phase === "done");
  const firstFailure = repositories.find(({ failure_json }) => failure_json !== null)?.failure_json ?? null;
  const ended = error === null ? null : failureJson(toFailure(error));
  await updateAnalysis(database.kysely, analysis.id, {
    state: ended === null && anyDone ? "done" : "failed",
    calls: run.calls(),
    waiting_until: null,
    failure_json: ended ?? (anyDone ? null : firstFailure),
    finished_at: clock.now().toISOString(),
  });
}

/** What was under way when the whole run ended will not go on by itself. */
async function giveUpTheRest({ database, analysis }: Run, failure_json: string): Promise<void> {
  for (const repository of await listAnalysisRepositories(database.kysely, analysis.id)) {
    if (repository.phase === "done" || repository.phase === "failed") continue;
    await updateAnalysisRepository(database.kysely, repository, { phase: "failed", failure_json });
  }
}

async function rememberCalls({ database, analysis, calls }: Run): Promise<void> {
  await updateAnalysis(database.kysely, analysis.id, { calls: calls() });
}
