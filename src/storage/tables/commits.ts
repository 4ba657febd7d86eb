/** Owns the rows of commits: kept by hash for good, since what is behind a hash never changes. */
import { type BulkInsert, prepareBulkInsert } from "../bulk-insert.ts";
import type { Executor } from "../database.ts";
import type { CommitRow } from "../schema.ts";

/** Commits that are known already stay as they are, counted or not. */
export function prepareInsertCommits(db: Executor): BulkInsert<"commits"> {
  return prepareBulkInsert(db, "commits", {
    columns: [
      "repository_key",
      "hash",
      "author_raw",
      "author_subject",
      "date",
      "message",
      "parents",
      "counted",
    ],
    key: ["repository_key", "hash"],
  });
}

/** What is known of each commit by its hash. */
export async function findKnownCommits(
  db: Executor,
  repositoryKey: string,
  hashes: readonly string[],
): Promise<Map<string, Pick<CommitRow, "number" | "counted">>> {
  if (hashes.length === 0) return new Map();
  const rows = await db
    .selectFrom("commits")
    .select(["hash", "number", "counted"])
    .where("repository_key", "=", repositoryKey)
    .where("hash", "in", hashes)
    .execute();
  return new Map(rows.map((row) => [row.hash, row]));
}

/** Says that the files of these commits are all in `commit_files`. */
export async function markCounted(db: Executor, numbers: readonly number[]): Promise<void> {
  if (numbers.length === 0) return;
  await db.updateTable("commits").set({ counted: 1 }).where("number", "in", numbers).execute();
}

/** When the commit was made, if it is known. */
export async function findCommitDate(
  db: Executor,
  repositoryKey: string,
  hash: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom("commits")
    .select("date")
    .where("repository_key", "=", repositoryKey)
    .where("hash", "=", hash)
    .executeTakeFirst();
  return row?.date;
}
