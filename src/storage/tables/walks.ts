/** Owns the rows of walks: how far back every ancestor of a head is known. */
import type { Executor } from "../database.ts";
import type { WalksTable } from "../schema.ts";

/** A head walked twice is known as far back as the longer walk went. */
export async function saveWalk(db: Executor, walk: WalksTable): Promise<void> {
  await db
    .insertInto("walks")
    .values(walk)
    .onConflict((conflict) =>
      conflict.columns(["repository_key", "head_hash"]).doUpdateSet((set) => ({
        since: set
          .case()
          .when("walks.since", "<", set.ref("excluded.since"))
          .then(set.ref("walks.since"))
          .else(set.ref("excluded.since"))
          .end(),
        completed_at: walk.completed_at,
      })),
    )
    .execute();
}

/** An earlier run whose list of commits a new run can build on. */
export interface KnownWalk {
  readonly analysisId: string;
  readonly headHash: string;
}

/** The latest finished walk of the repository that reaches back to `windowStart`, with the analysis that lists it. */
export async function findKnownWalk(
  db: Executor,
  repositoryKey: string,
  windowStart: string,
): Promise<KnownWalk | undefined> {
  return db
    .selectFrom("analysis_repositories as found")
    .innerJoin("analyses", "analyses.id", "found.analysis_id")
    .innerJoin("walks", (join) =>
      join
        .onRef("walks.repository_key", "=", "found.repository_key")
        .onRef("walks.head_hash", "=", "found.head_hash"),
    )
    .select(["found.analysis_id as analysisId", "walks.head_hash as headHash"])
    .where("found.repository_key", "=", repositoryKey)
    .where("found.phase", "in", ["counting", "done"])
    .where("walks.since", "<=", windowStart)
    .where("analyses.window_start", "<=", windowStart)
    .orderBy("analyses.created_at", "desc")
    .executeTakeFirst();
}
