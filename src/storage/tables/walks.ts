/** Owns the rows of walks: how far back every ancestor of a head is known. */
import type { Executor } from "../database.ts";
import type { WalksTable } from "../schema.ts";

/** A head walked twice is known as far back as the longer walk went. */
export async function saveWalk(db: Executor, walk: WalksTable): Promise<void> {
  const { repository_uuid, head_hash, since, completed_at } = walk;
  const known = await db
    .selectFrom("walks")
    .select("since")
    .where("repository_uuid", "=", repository_uuid)
    .where("head_hash", "=", head_hash)
    .executeTakeFirst();
  const earliest = known !== undefined && known.since < since ? known.since : since;
  await db
    .insertInto("walks")
    .values({ ...walk, since: earliest })
    .onConflict((conflict) =>
      conflict.columns(["repository_uuid", "head_hash"]).doUpdateSet({ since: earliest, completed_at }),
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
  repositoryUuid: string,
  windowStart: string,
): Promise<KnownWalk | undefined> {
  return db
    .selectFrom("analysis_repositories as found")
    .innerJoin("analyses", "analyses.id", "found.analysis_id")
    .innerJoin("walks", (join) =>
      join
        .onRef("walks.repository_uuid", "=", "found.repository_uuid")
        .onRef("walks.head_hash", "=", "found.head_hash"),
    )
    .select(["found.analysis_id as analysisId", "walks.head_hash as headHash"])
    .where("found.repository_uuid", "=", repositoryUuid)
    .where("found.phase", "in", ["counting", "done"])
    .where("walks.since", "<=", windowStart)
    .where("analyses.window_start", "<=", windowStart)
    .orderBy("analyses.created_at", "desc")
    .executeTakeFirst();
}
