/** Owns sample rows: a person, her project, a connection in it, and what hangs on those. */
import type { Executor } from "../../src/storage/database.ts";
import type {
  AnalysesTable,
  AnalysisRepositoriesTable,
  ApiKeysTable,
  ConnectionSecretsTable,
  ConnectionsTable,
  DataKeysTable,
  HandshakesTable,
  IdentityKeysTable,
  InstancesTable,
  NewCommit,
  RepositoriesTable,
  SessionChecksTable,
  SessionsTable,
  UsersTable,
} from "../../src/storage/schema.ts";
import { insertConnection } from "../../src/storage/tables/connections.ts";
import { insertDataKey } from "../../src/storage/tables/data-keys.ts";
import { insertProject } from "../../src/storage/tables/projects.ts";
import { insertUser } from "../../src/storage/tables/users.ts";

export const now = "2026-11-20T08:00:00.000Z";

/** The same instant, so many minutes later. */
export const later = (minutes: number) => new Date(Date.parse(now) + minutes * 60_000).toISOString();

export const ada: UsersTable = {
  id: "usr_ada",
  display_name: "Ada Łovelace 🦊",
  email: null,
  email_verified: 0,
  confirmed_email: null,
  avatar_url: null,
  entity_ref: null,
  created_at: now,
  last_signed_in_at: now,
};

export const session: SessionsTable = {
  id_hash: "hash_1",
  id: "ses_1",
  user_id: "usr_ada",
  instance_id: "bitbucket",
  browser: null,
  elevated: 0,
  created_at: now,
  last_seen_at: now,
  idle_expires_at: later(10),
  expires_at: later(100),
  replaced_at: null,
  roles: "[]",
  check_by: null,
};

export const sessionCheck: SessionChecksTable = {
  id: "chk_1",
  session_id: "ses_1",
  instance_id: "bitbucket",
  subject: "a-b",
  rules_digest: "rules",
  checked_at: now,
  due_at: later(5),
  unanswered_since: null,
  claimed_until: null,
  version: 1,
  sealed_tokens: "sealed",
  data_key_id: "key_1",
};

export const identityKey: IdentityKeysTable = {
  number: 1,
  id: "idk_1",
  public_jwk: "{}",
  sealed_private_key: "sealed",
  data_key_id: "key_1",
  made_at: now,
  signs_from: now,
  withdrawn_at: null,
};

export const connection: ConnectionsTable = {
  id: "con_1",
  project_id: "prj_1",
  instance_id: "bitbucket",
  kind: "oauth2",
  login: null,
  git_user: null,
  state: "active",
  state_reason: null,
  subject: "a-b",
  account_name: "Ada",
  scopes: "[]",
  workspace_slug: null,
  workspace_id: null,
  ends_at: null,
  lookback_days: 30,
  created_at: now,
  updated_at: now,
};

export const dataKey: DataKeysTable = {
  id: "key_1",
  project_id: "prj_1",
  wrapped_key: "wrapped",
  wrapping_key_id: "kek_1",
  created_at: now,
  replaced_at: null,
};

export const secrets: ConnectionSecretsTable = {
  connection_id: "con_1",
  data_key_id: "key_1",
  sealed_access_token: "sealed-a",
  sealed_refresh_token: "sealed-r",
  access_expires_at: later(120),
  version: 1,
  updated_at: now,
  lease_owner: null,
  lease_expires_at: null,
  lease_fence: 0,
  asked_at: null,
  sealed_former_refresh_token: null,
  former_until: null,
  failures: 0,
  retry_at: null,
  keep_alive_at: null,
  owner_unchecked: 0,
};

export const handshake: HandshakesTable = {
  state_hash: "state_1",
  instance_id: "bitbucket",
  purpose: "sign-in",
  browser_hash: "browser_1",
  user_id: null,
  project_id: null,
  connection_id: null,
  return_to: "/",
  redirect_uri: "http://localhost:8000/auth/bitbucket/callback",
  scopes: "[]",
  data_key_id: "key_1",
  created_at: now,
  expires_at: later(10),
};

export const instance: InstancesTable = {
  id: "ins_1",
  project_id: "prj_1",
  product: "server",
  base_url: null,
  consumer_key: "windlass",
  sealed_private_key: "sealed-p",
  data_key_id: "key_1",
  public_key: "public",
  ca: null,
  made_by: "usr_ada",
  created_at: now,
};

export const apiKey: ApiKeysTable = {
  id: "api_1",
  project_id: "prj_1",
  name: "Deploy",
  rights: "tokens",
  secret_hash: "hash_of_api_1",
  made_by: "usr_ada",
  created_at: now,
  last_used_at: null,
  revoked_at: null,
};

export const repository: RepositoriesTable = {
  id: "rep_1",
  connection_id: "con_1",
  repository_key: "r-1",
  workspace_slug: "acme",
  slug: "shop",
  full_name: "acme/shop",
  main_branch: "main",
  created_at: now,
};

export const analysis: AnalysesTable = {
  id: "ana_1",
  project_id: "prj_1",
  connection_id: "con_1",
  state: "running",
  started_by: "usr_ada",
  lookback_days: 30,
  window_start: "2026-10-21T00:00:00.000Z",
  window_end: now,
  error_text: null,
  calls: 0,
  waiting_until: null,
  failure_json: null,
  created_at: now,
  finished_at: null,
};

export const analysisRepository: AnalysisRepositoriesTable = {
  analysis_id: "ana_1",
  repository_id: "rep_1",
  repository_key: "r-1",
  full_name: "acme/shop",
  phase: "queued",
  head_hash: null,
  next_page: null,
  commits_found: 0,
  commits_counted: 0,
  fitting_lookback_days: null,
  failure_json: null,
};

/** The `index`th commit, `index` hours before {@link now}. */
export function commit(index: number, changes: Partial<NewCommit> = {}): NewCommit {
  return {
    repository_key: "r-1",
    hash: `hash-${index}`,
    author_raw: "Ada <ada@example.com>",
    author_subject: null,
    date: later(-60 * index),
    message: `commit ${index}`,
    parents: "[]",
    counted: 0,
    ...changes,
  };
}

/** Ada, her project, its key, and the connection in it that holds nothing. */
export async function addConnection(db: Executor): Promise<void> {
  await insertUser(db, ada);
  await insertProject(db, { id: "prj_1", name: "Shop", made_by: "usr_ada", created_at: now });
  await insertDataKey(db, dataKey);
  await insertConnection(db, connection);
}
