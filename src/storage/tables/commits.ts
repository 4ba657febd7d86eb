/** Owns the rows of commits: kept by hash for good, since what is behind a hash never changes. */
import type { Executor } from "../database.ts";
import type { CommitsTable } from "../schema.ts";

/** SQLite takes 32,766 parameters in a statement; fewer rows at a time keep the texts of statements few. */
const rowsAtOnce = 100;

/** Commits that are known already stay as they are, counted or not. */
export async function insertCommits(db: Executor, commits: readonly CommitsTable[]): Promise<void> {
  for (let start = 0; start < commits.length; start += rowsAtOnce) {
    await db
      .insertInto("commits")
      .values(commits.slice(start, start + rowsAtOnce))
      .onConflict((conflict) => conflict.columns(["repository_uuid", "hash"]).doNothing())
      .execute();
  }
}

/** Says that the files of these commits are all in `commit_files`. */
export async function markCounted(
  db: Executor,
  repositoryUuid: string,
  hashes: readonly string[],
): Promise<void> {
  if (hashes.length === 0) return;
  await db
    .updateTable("commits")
    .set({ counted: 1 })
    .where("repository_uuid", "=", repositoryUuid)
    .where("hash", "in", hashes)
    .execute();
}

/** How many of these commits' files are known already. */
export async function countCounted(
  db: Executor,
  repositoryUuid: string,
  hashes: readonly string[],
): Promise<number> {
  if (hashes.length === 0) return 0;
  const row = await db
    .selectFrom("commits")
    .select((select) => select.fn.countAll<number>().as("counted"))
    .where("repository_uuid", "=", repositoryUuid)
    .where("hash", "in", hashes)
    .where("counted", "=", 1)
    .executeTakeFirstOrThrow();
  return Number(row.counted);
}

/** When the commit was made, if it is known. */
export async function findCommitDate(
  db: Executor,
  repositoryUuid: string,
  hash: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom("commits")
    .select("date")
    .where("repository_uuid", "=", repositoryUuid)
    .where("hash", "=", hash)
    .executeTakeFirst();
  return row?.date;
}
