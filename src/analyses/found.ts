/** Owns reading back what a run found: commits with their files, and suspects by the trace it was given. */
import type { Executor } from "../storage/database.ts";
import type {
  AnalysesTable,
  AnalysisRepositoriesTable,
  CommitFilesTable,
  CommitRow,
} from "../storage/schema.ts";
import { listAnalysisCommits, listCommitsNaming } from "../storage/tables/analysis-commits.ts";
import { listCommitFiles } from "../storage/tables/commit-files.ts";
import type { Frame } from "../suspects/frame.ts";
import {
  type CandidateCommit,
  mergeSuspects,
  namesToLookFor,
  rankSuspects,
  type Suspect,
} from "../suspects/rank.ts";
import type { AnalysisCommit, AnalysisFile, AnalysisSuspect } from "./analysis.ts";

/** Names of repositories by uuid. */
export type Names = ReadonlyMap<string, string>;

export function namesOf(repositories: readonly AnalysisRepositoriesTable[]): Names {
  return new Map(repositories.map(({ repository_key, full_name }) => [repository_key, full_name]));
}

/** Newest first over all repositories. */
export async function readCommits(
  db: Executor,
  names: Names,
  range: { readonly analysisId: string; readonly limit: number; readonly offset: number },
): Promise<AnalysisCommit[]> {
  const commits = await listAnalysisCommits(db, range);
  const files = await readFiles(db, commits);
  return commits.map((commit) => ({
    repository: names.get(commit.repository_key) ?? "",
    hash: commit.hash,
    date: new Date(commit.date),
    authorRaw: commit.author_raw,
    message: commit.message,
    parents: readParents(commit),
    files: commit.counted === 1 ? (files.get(commit.number) ?? []) : null,
  }));
}

/** Only `storage` of commits writes the column, as a list of hashes. */
function readParents({ parents }: CommitRow): string[] {
  return JSON.parse(parents) as string[];
}

/** The files of counted commits by the commit's number. */
async function readFiles(db: Executor, commits: readonly CommitRow[]): Promise<Map<number, AnalysisFile[]>> {
  const counted = commits.filter((commit) => commit.counted === 1);
  const rows = await listCommitFiles(
    db,
    counted.map(({ number }) => number),
  );
  const files = new Map<number, AnalysisFile[]>();
  for (const [number, group] of Map.groupBy(rows, ({ commit_number }) => commit_number)) {
    files.set(number, group.map(readFile));
  }
  return files;
}

function readFile(row: CommitFilesTable): AnalysisFile {
  return {
    status: row.status,
    oldPath: row.old_path,
    newPath: row.new_path,
    linesAdded: row.lines_added,
    linesRemoved: row.lines_removed,
  };
}

interface Candidate extends CandidateCommit {
  readonly repository: string;
  readonly byPath: ReadonlyMap<string, AnalysisFile>;
}

const commitsAtOnce = 200;
const suspectsKept = 20;

/** Ranks all commits found so far, a load at a time; only those that touched a file of a fitting name are read. */
export async function readSuspects(
  db: Executor,
  analysis: AnalysesTable,
  { frames, names }: { readonly frames: readonly Frame[]; readonly names: Names },
): Promise<AnalysisSuspect[]> {
  const fileNames = namesToLookFor(frames);
  let best: Suspect<Candidate>[] = [];
  if (fileNames.length === 0) return [];
  for (const [repositoryKey, repository] of names) {
    let afterPosition = -1;
    for (;;) {
      const place = {
        analysisId: analysis.id,
        repositoryKey,
        afterPosition,
        limit: commitsAtOnce,
        fileNames,
      };
      const commits = await listCommitsNaming(db, place);
      const files = await readFiles(db, commits);
      const candidates = commits.map((commit) =>
        candidate(commit, repository, files.get(commit.number) ?? []),
      );
      best = mergeSuspects(
        best,
        rankSuspects({ frames, commits: candidates, keep: suspectsKept }),
        suspectsKept,
      );
      const last = commits.at(-1);
      if (last === undefined || commits.length < commitsAtOnce) break;
      afterPosition = last.position;
    }
  }
  return best.map(describeSuspect);
}

function candidate(commit: CommitRow, repository: string, files: readonly AnalysisFile[]): Candidate {
  const changed = files.map((file) => ({ ...file, path: file.newPath ?? file.oldPath ?? "" }));
  return {
    repository,
    hash: commit.hash,
    date: new Date(commit.date),
    authorRaw: commit.author_raw,
    message: commit.message,
    parents: readParents(commit),
    files: changed,
    byPath: new Map(changed.map((file, index) => [file.path, files[index] ?? file])),
  };
}

function describeSuspect({ commit, score, reasons, files }: Suspect<Candidate>): AnalysisSuspect {
  const { repository, hash, date, authorRaw, message, byPath } = commit;
  return {
    repository,
    hash,
    date,
    authorRaw,
    message,
    score,
    reasons,
    files: files.flatMap(({ path }) => byPath.get(path) ?? []),
  };
}
