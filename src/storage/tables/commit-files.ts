/** Owns the rows of changed files: what each commit did to each, with its lines. */
import type { CompiledQuery } from "kysely";
import type { Executor } from "../database.ts";
import type { CommitFilesTable } from "../schema.ts";

const rowsAtOnce = 64;

/** Writes rows of `commit_files`; a row that is there already (a run cut short) stays. */
export type InsertCommitFiles = (db: Executor, files: readonly CommitFilesTable[]) => Promise<void>;

/** The busiest statement of an analysis, compiled once for a full load and once for a single row. */
export function prepareInsertCommitFiles(db: Executor): InsertCommitFiles {
  const full = compileInsert(db, rowsAtOnce);
  const single = compileInsert(db, 1);
  return async (executor, files) => {
    let start = 0;
    while (start < files.length) {
      const load = files.length - start >= rowsAtOnce ? full : single;
      const end = start + (load === full ? rowsAtOnce : 1);
      await executor.executeQuery({ ...load, parameters: files.slice(start, end).flatMap(toParameters) });
      start = end;
    }
  };
}

const emptyRow: CommitFilesTable = {
  repository_uuid: "",
  hash: "",
  position: 0,
  status: "",
  old_path: "",
  new_path: "",
  lines_added: 0,
  lines_removed: 0,
};

function compileInsert(db: Executor, rows: number): CompiledQuery {
  return db
    .insertInto("commit_files")
    .values(Array.from({ length: rows }, () => emptyRow))
    .onConflict((conflict) => conflict.columns(["repository_uuid", "hash", "position"]).doNothing())
    .compile();
}

/** In the order of {@link emptyRow}, which is the order Kysely writes the columns in. */
function toParameters(row: CommitFilesTable): unknown[] {
  const { repository_uuid, hash, position, status, old_path, new_path, lines_added, lines_removed } = row;
  return [repository_uuid, hash, position, status, old_path, new_path, lines_added, lines_removed];
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
