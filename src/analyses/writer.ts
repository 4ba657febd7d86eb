/** Owns writing counts: many commits in one transaction, since each transaction waits for the disk. */
import type { FileChange } from "../bitbucket/api/cloud.ts";
import type { CommitFilesTable } from "../storage/schema.ts";
import { updateAnalysis } from "../storage/tables/analyses.ts";
import { updateAnalysisRepository } from "../storage/tables/analysis-repositories.ts";
import { markCounted } from "../storage/tables/commits.ts";
import type { Reading } from "./reading.ts";

export interface Writer {
  /** Takes the files of a commit; waits when this fills a load. */
  add(hash: string, files: readonly FileChange[]): Promise<void>;
  /** Writes what is left. A load that could not be written throws here or at the `add` that filled it. */
  flush(): Promise<void>;
}

/** Small enough to be written while the calls under way are still being answered, large enough for few waits on the disk. */
const commitsInALoad = 128;
const filesInALoad = 1_000;
/** Bitbucket answers some forty calls a second at best, so this is what ends a load: little is lost by a crash, and progress shows. */
const longestWaitMilliseconds = 1_000;

export function createWriter(reading: Reading): Writer {
  const { run, row } = reading;
  let hashes: string[] = [];
  let files: CommitFilesTable[] = [];
  let writtenAt = run.clock.now().getTime();
  let writing: Promise<void> = Promise.resolve();

  const flush = () => {
    const load = { hashes, files };
    [hashes, files] = [[], []];
    writtenAt = run.clock.now().getTime();
    writing = writing.then(() => write(reading, load));
    return writing;
  };
  return {
    flush,
    async add(hash, changes) {
      hashes.push(hash);
      for (const [position, change] of changes.entries()) {
        files.push(fileRow({ repository_uuid: row.repository_uuid, hash, position }, change));
      }
      const full = hashes.length >= commitsInALoad || files.length >= filesInALoad;
      const late = run.clock.now().getTime() - writtenAt >= longestWaitMilliseconds;
      if (full || late) await flush();
    },
  };
}

interface Load {
  readonly hashes: readonly string[];
  readonly files: readonly CommitFilesTable[];
}

/** A commit is marked in the transaction that writes its files, so a run cut short asks for it again. */
async function write({ run, row, tally }: Reading, { hashes, files }: Load): Promise<void> {
  if (hashes.length === 0) return;
  tally.counted += hashes.length;
  await run.database.transaction(async (transaction) => {
    await run.insert.files(transaction, files);
    await markCounted(transaction, row.repository_uuid, hashes);
    await updateAnalysisRepository(transaction, row, { commits_counted: tally.counted });
    await updateAnalysis(transaction, run.analysis.id, { calls: run.calls() });
  });
}

function fileRow(
  key: Pick<CommitFilesTable, "repository_uuid" | "hash" | "position">,
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
