/** Owns writing counts: many commits in one transaction, since each transaction waits for the disk. */
import type { FileChange } from "../bitbucket/host/host.ts";
import type { CommitFilesTable } from "../storage/schema.ts";
import { updateAnalysis } from "../storage/tables/analyses.ts";
import { updateAnalysisRepository } from "../storage/tables/analysis-repositories.ts";
import { markCounted } from "../storage/tables/commits.ts";
import type { Reading } from "./reading.ts";

export interface Writer {
  /** Takes the files of a commit; waits when this fills a load. */
  add(commitNumber: number, files: readonly FileChange[]): Promise<void>;
  /** Writes what is left. A load that could not be written throws here or at the `add` that filled it. */
  flush(): Promise<void>;
}

/** Small enough to be written while the calls under way are still being answered, large enough for few waits on the disk. */
const commitsInALoad = 256;
const filesInALoad = 2_000;
/** Bitbucket answers some forty calls a second at best, so this is what ends a load: little is lost by a crash, and progress shows. */
const longestWaitMilliseconds = 1_000;

export function createWriter(reading: Reading): Writer {
  const { run } = reading;
  let numbers: number[] = [];
  let files: CommitFilesTable[] = [];
  let writtenAt = run.clock.now().getTime();
  let writing: Promise<void> = Promise.resolve();

  const flush = () => {
    const load = { numbers, files };
    [numbers, files] = [[], []];
    writtenAt = run.clock.now().getTime();
    writing = writing.then(() => write(reading, load));
    return writing;
  };
  return {
    flush,
    async add(commitNumber, changes) {
      numbers.push(commitNumber);
      for (const [position, change] of changes.entries()) {
        files.push(fileRow({ commit_number: commitNumber, position }, change));
      }
      const full = numbers.length >= commitsInALoad || files.length >= filesInALoad;
      const late = run.clock.now().getTime() - writtenAt >= longestWaitMilliseconds;
      if (full || late) await flush();
    },
  };
}

interface Load {
  readonly numbers: readonly number[];
  readonly files: readonly CommitFilesTable[];
}

/** A commit is marked in the transaction that writes its files, so a run cut short asks for it again. */
async function write({ run, row, tally }: Reading, { numbers, files }: Load): Promise<void> {
  if (numbers.length === 0) return;
  tally.counted += numbers.length;
  await run.database.transaction(async (transaction) => {
    await run.insert.files(transaction, files);
    await markCounted(transaction, numbers);
    await updateAnalysisRepository(transaction, row, { commits_counted: tally.counted });
    await updateAnalysis(transaction, run.analysis.id, { calls: run.calls() });
  });
}

function fileRow(
  key: Pick<CommitFilesTable, "commit_number" | "position">,
  change: FileChange,
): CommitFilesTable {
  return {
    ...key,
    status: change.status,
    old_path: change.oldPath,
    new_path: change.newPath,
    lines_added: change.linesAdded,
    lines_removed: change.linesRemoved,
  };
}
