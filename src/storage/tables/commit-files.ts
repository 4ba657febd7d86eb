/** Owns the rows of changed files: what each commit did to each, with its lines. */
import { type BulkInsert, prepareBulkInsert } from "../bulk-insert.ts";
import type { Executor } from "../database.ts";
import type { CommitFilesTable } from "../schema.ts";

/** The busiest statement of an analysis. A row that is there already (a run cut short) stays. */
export function prepareInsertCommitFiles(db: Executor): BulkInsert<"commit_files"> {
  return prepareBulkInsert(db, "commit_files", {
    columns: ["commit_number", "position", "status", "old_path", "new_path", "lines_added", "lines_removed"],
    key: ["commit_number", "position"],
  });
}

/** The files of these commits, in Bitbucket's order within each. */
export async function listCommitFiles(db: Executor, numbers: readonly number[]): Promise<CommitFilesTable[]> {
  if (numbers.length === 0) return [];
  return db
    .selectFrom("commit_files")
    .selectAll()
    .where("commit_number", "in", numbers)
    .orderBy("commit_number")
    .orderBy("position")
    .execute();
}
