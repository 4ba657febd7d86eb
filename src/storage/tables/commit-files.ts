/** Owns the rows of changed files: what each commit did to each, with its lines. */
import { type BulkInsert, prepareBulkInsert } from "../bulk-insert.ts";
import type { Executor } from "../database.ts";
import type { CommitFilesTable } from "../schema.ts";

/** The busiest statement of an analysis. A row that is there already (a run cut short) stays. */
export function prepareInsertCommitFiles(db: Executor): BulkInsert<"commit_files"> {
  return prepareBulkInsert(db, "commit_files", {
    columns: [
      "repository_uuid",
      "hash",
      "position",
      "status",
      "old_path",
      "new_path",
      "lines_added",
      "lines_removed",
    ],
    key: ["repository_uuid", "hash", "position"],
  });
}

/** The files of these commits of one repository, in Bitbucket's order within each. */
export async function listCommitFiles(
  db: Executor,
  repositoryUuid: string,
  hashes: readonly string[],
): Promise<CommitFilesTable[]> {
  if (hashes.length === 0) return [];
  return db
    .selectFrom("commit_files")
    .selectAll()
    .where("repository_uuid", "=", repositoryUuid)
    .where("hash", "in", hashes)
    .orderBy("hash")
    .orderBy("position")
    .execute();
}
