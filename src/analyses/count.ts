/** Owns counting: the changed files of every commit that is not known yet, many at a time, each kept for good. */

import { listUncounted, type UncountedCommit } from "../storage/tables/analysis-commits.ts";
import { readChanges } from "./changes.ts";
import { isHopeless } from "./pace.ts";
import type { Progress } from "./progress.ts";
import { placeOf, type Reading } from "./reading.ts";
import { createWriter, type Writer } from "./writer.ts";

const commitsAtOnce = 256;
/** The pace keeps the calls at their number; while one worker writes a load, a spare one makes its call. */
const spareWorkers = 2;

/**
 * Asks for the files of each listed commit until the list is finished and empty. A commit whose changes are too large for
 * Bitbucket stays uncounted and is asked for again by the next run.
 */
export async function countCommits(reading: Reading, progress: Progress): Promise<void> {
  const writer = createWriter(reading);
  const commits = uncounted(reading, progress);
  const workers = Array.from({ length: reading.run.parallelCalls + spareWorkers }, () =>
    work(reading, commits, writer).catch((error) => progress.fail(error)),
  );
  await Promise.all(workers);
  await writer.flush();
  progress.throwIfFailed();
}

async function work(
  reading: Reading,
  commits: AsyncIterable<UncountedCommit>,
  writer: Writer,
): Promise<void> {
  const { run, host, place } = reading;
  for await (const { number, hash } of commits) {
    try {
      await writer.add(number, readChanges(await run.pace.call(() => host.changes(place, hash))));
    } catch (error) {
      if (!isHopeless(error)) throw error;
      run.log.warn("analysis.commit_skipped", { repository: reading.row.full_name, hash });
    }
  }
}

/** Shared by all workers, who ask for the next one in turn. */
async function* uncounted({ run, row }: Reading, progress: Progress): AsyncGenerator<UncountedCommit> {
  let afterPosition = -1;
  for (;;) {
    progress.throwIfFailed();
    const { finished, turns } = progress;
    const next = await listUncounted(run.database.kysely, {
      ...placeOf(run, row),
      afterPosition,
      limit: commitsAtOnce,
    });
    if (next.length === 0 && finished) return;
    if (next.length === 0) await progress.turned(turns);
    for (const commit of next) {
      progress.throwIfFailed();
      afterPosition = commit.position;
      yield commit;
    }
  }
}
