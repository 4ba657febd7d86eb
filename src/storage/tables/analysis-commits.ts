/** Owns the rows that say which commits an analysis found, and the questions asked of them. */
import { type ExpressionBuilder, sql } from "kysely";
import { type BulkInsert, prepareBulkInsert } from "../bulk-insert.ts";
import type { Executor } from "../database.ts";
import type { CommitRow, Schema } from "../schema.ts";

export function prepareInsertAnalysisCommits(db: Executor): BulkInsert<"analysis_commits"> {
  return prepareBulkInsert(db, "analysis_commits", {
    columns: ["analysis_id", "repository_key", "position", "commit_number"],
    key: ["analysis_id", "repository_key", "position"],
  });
}

export interface RepositoryInAnalysis {
  readonly analysisId: string;
  readonly repositoryKey: string;
}

/** Forgets what was found, to walk the repository anew. The commits themselves stay. */
export async function deleteAnalysisCommits(db: Executor, of: RepositoryInAnalysis): Promise<void> {
  await db
    .deleteFrom("analysis_commits")
    .where("analysis_id", "=", of.analysisId)
    .where("repository_key", "=", of.repositoryKey)
    .execute();
}

/** Takes over the commits an earlier analysis found, as far as they lie in this one's window, behind `afterPosition`. */
export async function copyAnalysisCommits(
  db: Executor,
  to: RepositoryInAnalysis,
  from: { readonly analysisId: string; readonly windowStart: string; readonly afterPosition: number },
): Promise<void> {
  await db
    .insertInto("analysis_commits")
    .columns(["analysis_id", "repository_key", "position", "commit_number"])
    .expression((build) =>
      build
        .selectFrom("analysis_commits as known")
        .innerJoin("commits", "commits.number", "known.commit_number")
        .select((select) => [
          select.val(to.analysisId).as("analysis_id"),
          "known.repository_key",
          select("known.position", "+", from.afterPosition + 1).as("position"),
          "known.commit_number",
        ])
        .where("known.analysis_id", "=", from.analysisId)
        .where("known.repository_key", "=", to.repositoryKey)
        .where("commits.date", ">=", from.windowStart),
    )
    .execute();
}

/** How many commits are found and counted, and the last position. `lastPosition` is -1 when there are none. */
export async function countAnalysisCommits(
  db: Executor,
  of: RepositoryInAnalysis,
): Promise<{ found: number; counted: number; lastPosition: number }> {
  const row = await joined(db)
    .select((select) => [
      select.fn.countAll<number>().as("found"),
      select.fn.sum<number | null>("commits.counted").as("counted"),
      select.fn.max<number | null>("listed.position").as("last"),
    ])
    .where("listed.analysis_id", "=", of.analysisId)
    .where("listed.repository_key", "=", of.repositoryKey)
    .executeTakeFirstOrThrow();
  return {
    found: Number(row.found),
    counted: Number(row.counted ?? 0),
    lastPosition: Number(row.last ?? -1),
  };
}

export interface UncountedCommit {
  readonly number: number;
  readonly hash: string;
  readonly position: number;
}

/** The next commits whose files are not known, in order, behind `afterPosition`. */
export async function listUncounted(
  db: Executor,
  of: RepositoryInAnalysis & { readonly afterPosition: number; readonly limit: number },
): Promise<UncountedCommit[]> {
  return joined(db)
    .select(["commits.number", "commits.hash", "listed.position"])
    .where("listed.analysis_id", "=", of.analysisId)
    .where("listed.repository_key", "=", of.repositoryKey)
    .where("listed.position", ">", of.afterPosition)
    .where("commits.counted", "=", 0)
    .orderBy("listed.position")
    .limit(of.limit)
    .execute();
}

/** The commits of an analysis over all repositories, newest first. */
export async function listAnalysisCommits(
  db: Executor,
  of: { readonly analysisId: string; readonly limit: number; readonly offset: number },
): Promise<CommitRow[]> {
  return joined(db)
    .selectAll("commits")
    .where("listed.analysis_id", "=", of.analysisId)
    .orderBy("commits.date", "desc")
    .orderBy("listed.position")
    .orderBy("listed.repository_key")
    .limit(of.limit)
    .offset(of.offset)
    .execute();
}

/**
 * One repository's commits in the order found, behind `afterPosition`, as far as they touched a file with one of these
 * names: for reading all without holding all.
 */
export async function listCommitsNaming(
  db: Executor,
  of: RepositoryInAnalysis & {
    readonly afterPosition: number;
    readonly limit: number;
    readonly fileNames: readonly string[];
  },
): Promise<(CommitRow & { position: number })[]> {
  return joined(db)
    .selectAll("commits")
    .select("listed.position")
    .where("listed.analysis_id", "=", of.analysisId)
    .where("listed.repository_key", "=", of.repositoryKey)
    .where("listed.position", ">", of.afterPosition)
    .where((where) =>
      where.exists(
        where
          .selectFrom("commit_files as file")
          .select("file.position")
          .whereRef("file.commit_number", "=", "listed.commit_number")
          .where((file) => file.or(of.fileNames.flatMap((name) => endsIn(file, name)))),
      ),
    )
    .orderBy("listed.position")
    .limit(of.limit)
    .execute();
}

type FileWhere = ExpressionBuilder<Schema & { file: Schema["commit_files"] }, "file">;

/** By its last characters: `like` minds case in one engine and not in the other. */
function endsIn(file: FileWhere, name: string) {
  const ending = `/${name}`;
  const length = sql.lit([...ending].length);
  return (["file.new_path", "file.old_path"] as const).flatMap((path) => {
    const column = file.ref(path);
    return [
      file(path, "=", name),
      sql<boolean>`substr(${column}, length(${column}) - ${length} + 1) = ${ending}`,
    ];
  });
}

/** Commits a day, oldest first; days without any are not among them. */
export async function countCommitsPerDay(
  db: Executor,
  analysisId: string,
): Promise<{ day: string; commits: number }[]> {
  const rows = await joined(db)
    .select((select) => [
      select.fn<string>("substr", ["commits.date", select.lit(1), select.lit(10)]).as("day"),
      select.fn.countAll<number>().as("commits"),
    ])
    .where("listed.analysis_id", "=", analysisId)
    .groupBy("day")
    .orderBy("day")
    .execute();
  return rows.map(({ day, commits }) => ({ day, commits: Number(commits) }));
}

/** Files and lines over all counted commits of an analysis. */
export async function sumAnalysis(
  db: Executor,
  analysisId: string,
): Promise<{ files: number; linesAdded: number; linesRemoved: number }> {
  const row = await db
    .selectFrom("analysis_commits as listed")
    .innerJoin("commit_files as file", "file.commit_number", "listed.commit_number")
    .select((select) => [
      select.fn.countAll<number>().as("files"),
      select.fn.sum<number | null>("file.lines_added").as("added"),
      select.fn.sum<number | null>("file.lines_removed").as("removed"),
    ])
    .where("listed.analysis_id", "=", analysisId)
    .executeTakeFirstOrThrow();
  return {
    files: Number(row.files),
    linesAdded: Number(row.added ?? 0),
    linesRemoved: Number(row.removed ?? 0),
  };
}

function joined(db: Executor) {
  return db
    .selectFrom("analysis_commits as listed")
    .innerJoin("commits", "commits.number", "listed.commit_number");
}
