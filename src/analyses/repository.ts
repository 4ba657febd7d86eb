/** Owns reading one repository: where it is now, its commits of the window, the files of each. */
import { isWindlassError } from "../base/errors.ts";
import type { CodeHost, HostRepository } from "../bitbucket/host/host.ts";
import type { Executor } from "../storage/database.ts";
import type { AnalysisRepositoriesTable } from "../storage/schema.ts";
import { copyAnalysisCommits, countAnalysisCommits } from "../storage/tables/analysis-commits.ts";
import { updateAnalysisRepository } from "../storage/tables/analysis-repositories.ts";
import { findCommitDate } from "../storage/tables/commits.ts";
import { updateRepository } from "../storage/tables/repositories.ts";
import { findKnownWalk, saveWalk } from "../storage/tables/walks.ts";
import { countCommits } from "./count.ts";
import { createProgress, finishedProgress } from "./progress.ts";
import { placeOf, type Reading, type Run } from "./reading.ts";
import { catchUp, type WalkStart, walkWindow } from "./walk.ts";

/** Throws what Bitbucket's client throws, and the signal's reason. */
export async function readRepository(run: Run, row: AnalysisRepositoriesTable): Promise<void> {
  const host = await run.open();
  const [workspace = "", slug = ""] = row.full_name.split("/");
  const last = { workspace, slug };
  const repository = await run.pace.call(() => host.repositoryById(row.repository_key, last));
  const reading = await openReading(run, row, { host, repository });
  if (row.phase !== "counting") await findCommits(reading, repository.mainBranch);
  else await countCommits(reading, finishedProgress());
  await close(reading);
}

/** Follows a rename or a move. */
async function openReading(
  run: Run,
  row: AnalysisRepositoriesTable,
  { host, repository }: { readonly host: CodeHost; readonly repository: HostRepository },
): Promise<Reading> {
  const { workspace, slug, fullName, mainBranch } = repository;
  const db = run.database.kysely;
  await updateRepository(db, row.repository_id, {
    workspace_slug: workspace,
    slug,
    full_name: fullName,
    main_branch: mainBranch,
  });
  if (fullName !== row.full_name) await updateAnalysisRepository(db, row, { full_name: fullName });
  const { found, counted, lastPosition } = await countAnalysisCommits(db, placeOf(run, row));
  const tally = { found, counted, nextPosition: lastPosition + 1, newest: null };
  return { run, row, host, place: { workspace, slug }, tally };
}

/** Commits of the window, from what is known as far as possible, and their files. An empty repository has none. */
async function findCommits(reading: Reading, branch: string | null): Promise<void> {
  if (branch === null) return;
  const { run, row } = reading;
  if (row.phase === "walking" && row.head_hash !== null && row.next_page !== null) {
    return walkAndCount(reading, { headHash: row.head_hash, page: row.next_page });
  }
  const { host, place } = reading;
  const headHash = await run.pace.call(() => host.resolveBranch(place, branch));
  if (await buildOnKnown(reading, headHash)) return countCommits(reading, finishedProgress());
  await walkAndCount(reading, { headHash, page: null });
}

/** Takes over an earlier run's list, with what is new since; `false` when there is none or history was rewritten. */
async function buildOnKnown(reading: Reading, headHash: string): Promise<boolean> {
  const { run, row, tally } = reading;
  const { database, analysis } = run;
  const known = await findKnownWalk(database.kysely, row.repository_key, analysis.window_start);
  if (known === undefined) return false;
  if (known.headHash !== headHash && !(await tryCatchUp(reading, headHash, known.headHash))) return false;
  const place = placeOf(run, row);
  await database.transaction(async (transaction) => {
    const { lastPosition } = await countAnalysisCommits(transaction, place);
    const from = {
      analysisId: known.analysisId,
      windowStart: analysis.window_start,
      afterPosition: lastPosition,
    };
    await copyAnalysisCommits(transaction, place, from);
    const { found, counted } = await countAnalysisCommits(transaction, place);
    Object.assign(tally, {
      found,
      counted,
      newest: tally.newest ?? (await headDate(transaction, row, known.headHash)),
    });
    await updateAnalysisRepository(transaction, row, {
      phase: "counting",
      head_hash: headHash,
      commits_found: tally.found,
      commits_counted: tally.counted,
    });
    await saveWalk(transaction, walkRow(reading, headHash));
  });
  return true;
}

/** For the offer of a fitting lookback, when the window has moved on past every commit. */
async function headDate(db: Executor, row: AnalysisRepositoriesTable, hash: string): Promise<Date | null> {
  const date = await findCommitDate(db, row.repository_key, hash);
  return date === undefined ? null : new Date(date);
}

/** The earlier head may be gone from Bitbucket (404), or no longer lie below the new one. */
async function tryCatchUp(reading: Reading, headHash: string, knownHead: string): Promise<boolean> {
  try {
    return await catchUp(reading, headHash, knownHead);
  } catch (error) {
    if (isWindlassError(error, "bitbucket.not_found")) return false;
    throw error;
  }
}

/** Counting begins with the first page. When one of the two fails, the other ends as well. */
async function walkAndCount(reading: Reading, start: WalkStart): Promise<void> {
  const progress = createProgress();
  const walk = async () => {
    await walkWindow(reading, start, progress);
    await finishWalk(reading, start.headHash);
    progress.finish();
  };
  const stopBoth = (error: unknown) => progress.fail(error);
  await Promise.all([walk().catch(stopBoth), countCommits(reading, progress).catch(stopBoth)]);
  progress.throwIfFailed();
}

async function finishWalk(reading: Reading, headHash: string): Promise<void> {
  const { database } = reading.run;
  await database.transaction(async (transaction) => {
    await updateAnalysisRepository(transaction, reading.row, { phase: "counting", next_page: null });
    await saveWalk(transaction, walkRow(reading, headHash));
  });
}

function walkRow({ run, row }: Reading, headHash: string) {
  return {
    repository_key: row.repository_key,
    head_hash: headHash,
    since: run.analysis.window_start,
    completed_at: run.clock.now().toISOString(),
  };
}

const dayMilliseconds = 86_400_000;

/** Another run may have counted some of the same commits meanwhile, so the sums are made anew. */
async function close({ run, row, tally }: Reading): Promise<void> {
  const db = run.database.kysely;
  const { found, counted } = await countAnalysisCommits(db, placeOf(run, row));
  const fitting = found === 0 && tally.newest !== null ? fittingLookback(run, tally.newest) : null;
  await updateAnalysisRepository(db, row, {
    phase: "done",
    commits_found: found,
    commits_counted: counted,
    fitting_lookback_days: fitting,
    next_page: null,
  });
}

/** A day is added: by the time the offer is taken up, the window has moved on. */
function fittingLookback(run: Run, newest: Date): number {
  return Math.floor((Date.parse(run.analysis.window_end) - newest.getTime()) / dayMilliseconds) + 1;
}
