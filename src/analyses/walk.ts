/** Owns walking over a repository's commits, page by page, and knowing when the window is behind. */
import { isWindlassError } from "../base/errors.ts";
import type { HostCommit } from "../bitbucket/host/host.ts";
import type { NewCommit } from "../storage/schema.ts";
import { deleteAnalysisCommits } from "../storage/tables/analysis-commits.ts";
import { updateAnalysisRepository } from "../storage/tables/analysis-repositories.ts";
import { findKnownCommits } from "../storage/tables/commits.ts";
import type { Progress } from "./progress.ts";
import { placeOf, type Reading } from "./reading.ts";

export interface WalkStart {
  readonly headHash: string;
  /** The page a stopped walk would have read next; `null` begins anew. */
  readonly page: string | null;
}

/**
 * Lists the ancestors of a head until a whole page lies before the window: dates along a history are not in order, so a single
 * old commit ends nothing. The first page is kept at once, so that counting begins; later ones a few at a time, since each
 * transaction waits for the disk.
 */
export async function walkWindow(reading: Reading, start: WalkStart, progress: Progress): Promise<void> {
  const { headHash } = start;
  if (start.page === null) await beginList(reading, "walking", headHash);
  let page = start.page;
  let [unkept, room]: [PageAnswer[], number] = [[], 1];
  do {
    progress.throwIfFailed();
    const answer = await readPage(reading, { include: headHash, page, mayForget: page === start.page });
    if (answer === "forgotten") {
      await beginList(reading, "walking", headHash);
      page = null;
      continue;
    }
    page = pageAfter(reading, answer);
    unkept.push(answer);
    if (page !== null && unkept.length < room) continue;
    await keepPages(reading, unkept, page);
    [unkept, room] = [[], Math.min(2 * room, mostPagesAtOnce)];
    progress.turn();
  } while (page !== null);
}

/**
 * Lists what is new since an earlier head. `false` when that head is no ancestor of the new one, so that its list cannot be
 * built upon: if it is, one of the new commits has it as a parent.
 */
export async function catchUp(reading: Reading, headHash: string, knownHead: string): Promise<boolean> {
  await beginList(reading, "catching-up", headHash);
  let page: string | null = null;
  let joined = false;
  do {
    const answer = await readPage(reading, { include: headHash, exclude: knownHead, page, mayForget: false });
    if (answer === "forgotten") return false;
    joined ||= answer.commits.some(({ parents }) => parents.includes(knownHead));
    page = pageAfter(reading, answer);
    await keepPages(reading, [answer], page);
  } while (page !== null);
  return joined;
}

/** What a stop may make a run ask for again. */
const mostPagesAtOnce = 4;

interface PageQuestion {
  readonly include: string;
  readonly exclude?: string;
  readonly page: string | null;
  /** Whether Bitbucket may no longer know the page, which a stop kept for long. */
  readonly mayForget: boolean;
}

interface PageAnswer {
  readonly commits: readonly HostCommit[];
  readonly next: string | null;
}

async function readPage(
  { run, host, place }: Reading,
  { include, exclude, page, mayForget }: PageQuestion,
): Promise<PageAnswer | "forgotten"> {
  const search = { include, exclude, page: page ?? undefined };
  try {
    return await run.pace.call(() => host.commitPage(place, search));
  } catch (error) {
    const unknown =
      isWindlassError(error, "bitbucket.not_found") || isWindlassError(error, "bitbucket.bad_request");
    if (unknown && mayForget && page !== null) return "forgotten";
    throw error;
  }
}

/** Writes pages in one transaction, with the one to read next. */
async function keepPages(
  reading: Reading,
  pages: readonly PageAnswer[],
  onward: string | null,
): Promise<void> {
  const { run, row, tally } = reading;
  const commits = pages.flatMap((page) => page.commits);
  const inside = commits.filter((commit) => isInside(reading, commit));
  for (const { date } of commits) if (tally.newest === null || date > tally.newest) tally.newest = date;
  const place = placeOf(run, row);
  const kept = await run.database.transaction(async (transaction) => {
    await run.insert.commits(
      transaction,
      commits.map((commit) => commitRow(row.repository_key, commit)),
    );
    const hashes = inside.map(({ hash }) => hash);
    const known = await findKnownCommits(transaction, row.repository_key, hashes);
    const listed = hashes.flatMap((hash) => known.get(hash) ?? []);
    const rows = listed.map(({ number }, index) => ({
      analysis_id: place.analysisId,
      repository_key: place.repositoryKey,
      position: tally.nextPosition + index,
      commit_number: number,
    }));
    await run.insert.listed(transaction, rows);
    const counted = listed.filter((commit) => commit.counted === 1).length;
    await updateAnalysisRepository(transaction, row, {
      next_page: onward,
      commits_found: tally.found + rows.length,
      commits_counted: tally.counted + counted,
    });
    return { found: rows.length, counted };
  });
  // Not inside, which may run more than once; nor as sums, since counting goes on meanwhile.
  tally.nextPosition += kept.found;
  tally.found += kept.found;
  tally.counted += kept.counted;
}

/** The page to read next; `null` at the end of history or of the window. */
function pageAfter(reading: Reading, { commits, next }: PageAnswer): string | null {
  const isBehind = commits.length > 0 && !commits.some((commit) => isInside(reading, commit));
  return isBehind ? null : next;
}

function isInside({ run }: Reading, { date }: HostCommit): boolean {
  return date >= new Date(run.analysis.window_start);
}

async function beginList(
  { run, row, tally }: Reading,
  phase: "walking" | "catching-up",
  headHash: string,
): Promise<void> {
  await run.database.transaction(async (transaction) => {
    await deleteAnalysisCommits(transaction, placeOf(run, row));
    await updateAnalysisRepository(transaction, row, {
      phase,
      head_hash: headHash,
      next_page: null,
      commits_found: 0,
      commits_counted: 0,
    });
  });
  Object.assign(tally, { found: 0, counted: 0, nextPosition: 0 });
}

function commitRow(repositoryKey: string, commit: HostCommit): NewCommit {
  return {
    repository_key: repositoryKey,
    hash: commit.hash,
    author_raw: commit.authorRaw,
    author_subject: commit.authorSubject,
    date: commit.date.toISOString(),
    message: commit.message,
    parents: JSON.stringify(commit.parents),
    counted: 0,
  };
}
