/** Owns the rows of repositories within analyses: where each stands. */
import type { Executor } from "../database.ts";
import type { AnalysisRepositoriesTable } from "../schema.ts";

export async function insertAnalysisRepositories(
  db: Executor,
  repositories: readonly AnalysisRepositoriesTable[],
): Promise<void> {
  if (repositories.length > 0) await db.insertInto("analysis_repositories").values(repositories).execute();
}

/** By name. */
export async function listAnalysisRepositories(
  db: Executor,
  analysisId: string,
): Promise<AnalysisRepositoriesTable[]> {
  return db
    .selectFrom("analysis_repositories")
    .selectAll()
    .where("analysis_id", "=", analysisId)
    .orderBy("full_name")
    .execute();
}

export async function updateAnalysisRepository(
  db: Executor,
  key: Pick<AnalysisRepositoriesTable, "analysis_id" | "repository_id">,
  changes: Partial<Omit<AnalysisRepositoriesTable, "analysis_id" | "repository_id">>,
): Promise<void> {
  await db
    .updateTable("analysis_repositories")
    .set(changes)
    .where("analysis_id", "=", key.analysis_id)
    .where("repository_id", "=", key.repository_id)
    .execute();
}
