/** Owns the rows of analyses. */
import type { Executor } from "../database.ts";
import type { AnalysesTable } from "../schema.ts";

export async function insertAnalysis(db: Executor, analysis: AnalysesTable): Promise<void> {
  await db.insertInto("analyses").values(analysis).execute();
}

export async function findAnalysis(db: Executor, id: string): Promise<AnalysesTable | undefined> {
  return db.selectFrom("analyses").selectAll().where("id", "=", id).executeTakeFirst();
}

/** Newest first, with what they found over all repositories. */
export async function listAnalyses(
  db: Executor,
  projectId: string,
): Promise<(AnalysesTable & { commits_found: number; commits_counted: number })[]> {
  const rows = await db
    .selectFrom("analyses")
    .leftJoin("analysis_repositories as found", "found.analysis_id", "analyses.id")
    .selectAll("analyses")
    .select((select) => [
      select.fn.sum<number | null>("found.commits_found").as("commits_found"),
      select.fn.sum<number | null>("found.commits_counted").as("commits_counted"),
    ])
    .where("project_id", "=", projectId)
    .groupBy("analyses.id")
    .orderBy("created_at", "desc")
    .orderBy("analyses.id")
    .execute();
  return rows.map((row) => ({
    ...row,
    commits_found: Number(row.commits_found ?? 0),
    commits_counted: Number(row.commits_counted ?? 0),
  }));
}

/** Those a stopped process left behind, oldest first. */
export async function listUnfinishedAnalyses(db: Executor): Promise<AnalysesTable[]> {
  return db
    .selectFrom("analyses")
    .selectAll()
    .where("state", "in", ["running", "waiting"])
    .orderBy("created_at")
    .execute();
}

export async function updateAnalysis(
  db: Executor,
  id: string,
  changes: Partial<Pick<AnalysesTable, "state" | "calls" | "waiting_until" | "failure_json" | "finished_at">>,
): Promise<void> {
  await db.updateTable("analyses").set(changes).where("id", "=", id).execute();
}
