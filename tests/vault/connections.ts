/** Owns rows of connections for tests of the vault: who they belong to is of no matter here. */
import type { Database } from "../../src/storage/database.ts";
import { insertConnection } from "../../src/storage/tables/connections.ts";
import { insertProject } from "../../src/storage/tables/projects.ts";
import { insertUser } from "../../src/storage/tables/users.ts";

/** Ada, her project, and the connections `con_1` and `con_2` in it, which hold nothing yet. */
export async function addConnections({ kysely }: Database, now: string): Promise<void> {
  const user = { id: "usr_ada", display_name: "Ada", email: null, email_verified: 0, avatar_url: null };
  await insertUser(kysely, { ...user, created_at: now, last_signed_in_at: now });
  await insertProject(kysely, { id: "prj_1", name: "Shop", made_by: "usr_ada", created_at: now });
  for (const id of ["con_1", "con_2"]) await addConnectionTo({ kysely }, id, now);
}

/** One more in Ada's project. */
export async function addConnectionTo(
  { kysely }: Pick<Database, "kysely">,
  id: string,
  now = "2026-11-20T08:00:00.000Z",
): Promise<void> {
  await insertConnection(kysely, {
    id,
    project_id: "prj_1",
    instance_id: "bitbucket",
    kind: "oauth2",
    login: null,
    git_user: null,
    state: "active",
    state_reason: null,
    subject: "a-b",
    account_name: "Ada",
    scopes: "account",
    workspace_slug: null,
    workspace_id: null,
    ends_at: null,
    lookback_days: 30,
    created_at: now,
    updated_at: now,
  });
}
