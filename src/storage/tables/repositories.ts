/** Owns the rows of connected repositories. */
import type { Executor } from "../database.ts";
import type { RepositoriesTable } from "../schema.ts";

/** By name, as they are shown. */
export async function listRepositories(db: Executor, connectionId: string): Promise<RepositoriesTable[]> {
  return db
    .selectFrom("repositories")
    .selectAll()
    .where("connection_id", "=", connectionId)
    .orderBy("full_name")
    .execute();
}

/** Makes the connection's list exactly `repositories`; one that stays, by key, keeps its row's id. */
export async function replaceRepositories(
  db: Executor,
  connectionId: string,
  repositories: readonly RepositoriesTable[],
): Promise<void> {
  const keys = repositories.map(({ repository_key }) => repository_key);
  let gone = db.deleteFrom("repositories").where("connection_id", "=", connectionId);
  if (keys.length > 0) gone = gone.where("repository_key", "not in", keys);
  await gone.execute();
  for (const repository of repositories) {
    const { workspace_slug, slug, full_name, main_branch } = repository;
    await db
      .insertInto("repositories")
      .values(repository)
      .onConflict((conflict) =>
        conflict
          .columns(["connection_id", "repository_key"])
          .doUpdateSet({ workspace_slug, slug, full_name, main_branch }),
      )
      .execute();
  }
}

/** Takes over what may change at Bitbucket under the same key: a rename, a transfer, another main branch. */
export async function updateRepository(
  db: Executor,
  id: string,
  changes: Pick<RepositoriesTable, "workspace_slug" | "slug" | "full_name" | "main_branch">,
): Promise<void> {
  await db.updateTable("repositories").set(changes).where("id", "=", id).execute();
}
