/**
 * Owns the shape of every table, as Kysely reads it. Portable on purpose (SQLite, PostgreSQL, CockroachDB):
 * times are ISO 8601 text in UTC, which sorts as it reads; flags are 0 or 1; lists are JSON text.
 * A column named `sealed_…` holds a JWE, one named `…_hash` a SHA-256: nothing here can be used by who reads the file.
 */
import type { Generated, Insertable, Selectable } from "kysely";

export interface UsersTable {
  id: string;
  display_name: string;
  email: string | null;
  email_verified: number;
  /** In the one spelling by which it is compared, and only while Bitbucket says that it is confirmed. */
  confirmed_email: string | null;
  avatar_url: string | null;
  /** The catalog's user a resolver found at the latest sign-in: `user:default/john`. */
  entity_ref: string | null;
  created_at: string;
  last_signed_in_at: string;
}

/** A user to be written down; what can be null may be left out. */
export type NewUser = Insertable<UsersTable>;

/** A Bitbucket person: (instance, uuid without braces), never a user name or e-mail. */
export interface IdentitiesTable {
  instance_id: string;
  subject: string;
  user_id: string;
  /** In lower case. It can change hands: nobody is found by it, but whoever had it before is. */
  username: string | null;
  profile_json: string;
  created_at: string;
  updated_at: string;
}

/** An identity to be written down; what can be null may be left out. */
export type NewIdentity = Insertable<IdentitiesTable>;

export interface SessionsTable {
  /** Of the token. A session whose token was replaced has a row for each of the two, until the former one's moment is over. */
  id_hash: string;
  /** Names the session to its person and to operators, and opens nothing. */
  id: string;
  user_id: string;
  instance_id: string;
  /** What it was begun with: `Firefox on Linux`. */
  browser: string | null;
  /** 1 once its token was made anew for an administrator. */
  elevated: number;
  created_at: string;
  last_seen_at: string;
  idle_expires_at: string;
  expires_at: string;
  /** When this token made room for another; null for the one that counts. */
  replaced_at: string | null;
  /** A JSON list of words, as the rules that let the person in say. */
  roles: string;
  /** From then on it is worth nothing until it has been judged again; null where nothing is judged. */
  check_by: string | null;
}

/** What is kept so that whoever is signed in can be judged again: one for each session that rules let in. */
export interface SessionChecksTable {
  id: string;
  /** Of `sessions.id`; it goes with that. */
  session_id: string;
  /** Of the identity whose credential it is judged with, as is `subject`. */
  instance_id: string;
  subject: string;
  rules_digest: string;
  checked_at: string;
  due_at: string;
  /** Since when Bitbucket could not be asked; null after an answer. */
  unanswered_since: string | null;
  claimed_until: string | null;
  /** Rises with each claim and save, so that a late one loses. */
  version: number;
  sealed_tokens: string;
  data_key_id: string;
}

/** What signs identity tokens. */
export interface IdentityKeysTable {
  /** One more than the last: of two processes that make a key at once, one does. */
  number: number;
  id: string;
  public_jwk: string;
  sealed_private_key: string;
  data_key_id: string;
  made_at: string;
  /** Published before, so that verifiers have read it by then. */
  signs_from: string;
  withdrawn_at: string | null;
}

/** Which place at Bitbucket a rule means, since somebody was first let in by it. */
export interface RulePinsTable {
  instance_id: string;
  /** As the rule names it: `workspace acme`, `repository acme/api`. */
  place: string;
  /** Bitbucket's own id of it, which is never given to another. */
  pinned_id: string;
  pinned_at: string;
}

/** One trip to Bitbucket that has begun and not come back yet. */
export interface HandshakesTable {
  state_hash: string;
  instance_id: string;
  purpose: string;
  browser_hash: string;
  user_id: string | null;
  project_id: string | null;
  connection_id: string | null;
  return_to: string;
  redirect_uri: string;
  scopes: string;
  /** The key its PKCE verifier is derived with: the verifier itself is kept nowhere. */
  data_key_id: string;
  created_at: string;
  expires_at: string;
}

/** A Bitbucket that was set up in the dashboard for one project, beside those of the configuration. */
export interface InstancesTable {
  id: string;
  project_id: string;
  product: string;
  /** Null until the form has been filled in. */
  base_url: string | null;
  /** Of the application link. */
  consumer_key: string;
  sealed_private_key: string;
  data_key_id: string;
  /** For the link's incoming authentication; no secret. */
  public_key: string;
  ca: string | null;
  made_by: string;
  created_at: string;
}

export interface ProjectsTable {
  id: string;
  name: string;
  made_by: string;
  created_at: string;
}

export interface ConnectionsTable {
  id: string;
  project_id: string;
  instance_id: string;
  kind: string;
  /** What goes with the secret in Basic: an e-mail address or user name; null where the secret stands alone. */
  login: string | null;
  /** The user name git over HTTPS takes the credential with; null where it goes in a header. */
  git_user: string | null;
  state: string;
  /** The code of the failure that put it in this state. */
  state_reason: string | null;
  /** Whom Bitbucket knows it as: uuid without braces, or the number as text; null for a token nobody stands behind. */
  subject: string | null;
  account_name: string;
  scopes: string;
  /** When the credential itself ends, as its owner said; null when unknown or renewed by itself. */
  ends_at: string | null;
  /** The workspace; at Data Center and Server the project's key. */
  workspace_slug: string | null;
  workspace_id: string | null;
  lookback_days: number;
  created_at: string;
  updated_at: string;
}

/**
 * Tokens, and the lease under which they are renewed: one row, so that claiming, asking and saving are each one
 * compare-and-swap that no engine can tear.
 */
export interface ConnectionSecretsTable {
  connection_id: string;
  /** Which key opens the sealed columns. */
  data_key_id: string;
  sealed_access_token: string;
  sealed_refresh_token: string | null;
  access_expires_at: string | null;
  /** Begins anywhere and is raised by each save; a save says which version it replaces. */
  version: number;
  updated_at: string;
  /** The process that renews it at present; null when none does. */
  lease_owner: string | null;
  lease_expires_at: string | null;
  /** Raised by each claim: who was given a lower one holds nothing any more. */
  lease_fence: number;
  /** The intent: since then Bitbucket may have been asked with this version's refresh token, and its answer is not saved. */
  asked_at: string | null;
  /** The refresh token before this one, as long as Bitbucket may still take it. */
  sealed_former_refresh_token: string | null;
  former_until: string | null;
  /** Renewals that failed since the last one that did not. */
  failures: number;
  /** Bitbucket is not asked again before. */
  retry_at: string | null;
  /** When a credential nobody uses is renewed all the same; null for one that is not renewed. */
  keep_alive_at: string | null;
  /** 1 from the save of renewed tokens until Bitbucket has said whose they are. */
  owner_unchecked: number;
}

/** A key that seals what belongs to one project, itself wrapped by a key that is not in the database. */
export interface DataKeysTable {
  id: string;
  /** Null for what belongs to no project. Its end is the key's end. */
  project_id: string | null;
  wrapped_key: string;
  /** The key-encryption key it is wrapped with. */
  wrapping_key_id: string;
  created_at: string;
  /** Since then it opens and seals no more. */
  replaced_at: string | null;
}

/** A process that writes the record; each has a chain of its own. */
export interface AuditWritersTable {
  id: string;
  started_at: string;
}

/** One entry of the record. Nothing refers to what it names: it outlives that. */
export interface AuditEntriesTable {
  writer_id: string;
  /** 1, 2, 3 … within the writer's chain. */
  sequence: number;
  at: string;
  event: string;
  /** Who: `user usr_…`, `key key_…`, `keeper` … */
  actor: string;
  project_id: string | null;
  connection_id: string | null;
  reason: string | null;
  facts_json: string;
  /** Over this entry and the mac before it. */
  mac: string;
}

/** The end of what was deleted from a writer's chain when its time was over. */
export interface AuditCheckpointsTable {
  writer_id: string;
  /** The last entry that was deleted, and its mac. */
  sequence: number;
  mac: string;
  at: string;
  signature: string;
}

/** A key for programs that ask for a project's tokens. */
export interface ApiKeysTable {
  id: string;
  project_id: string;
  name: string;
  /** Divided by spaces. */
  rights: string;
  secret_hash: string;
  made_by: string;
  created_at: string;
  last_used_at: string | null;
  revoked_at: string | null;
}

export interface RepositoriesTable {
  id: string;
  connection_id: string;
  /** Cloud's uuid without braces, else instance and number: no two repositories have the same. */
  repository_key: string;
  workspace_slug: string;
  slug: string;
  full_name: string;
  main_branch: string | null;
  created_at: string;
}

/** A commit of a repository, kept for good: what is behind a hash never changes. */
export interface CommitsTable {
  /** Given by the database in the order of arrival: what refers to a commit stays small, and is written side by side. */
  number: Generated<number>;
  repository_key: string;
  hash: string;
  author_raw: string;
  author_subject: string | null;
  date: string;
  message: string;
  parents: string;
  /** 1 once its files are in `commit_files`. */
  counted: number;
}

export type CommitRow = Selectable<CommitsTable>;
export type NewCommit = Insertable<CommitsTable>;

export interface CommitFilesTable {
  commit_number: number;
  position: number;
  status: string;
  old_path: string | null;
  new_path: string | null;
  lines_added: number;
  lines_removed: number;
}

/** How far back every ancestor of `head_hash` is known, so that a later run asks only for what is new. */
export interface WalksTable {
  repository_key: string;
  head_hash: string;
  since: string;
  completed_at: string;
}

export interface AnalysesTable {
  id: string;
  project_id: string;
  connection_id: string;
  state: string;
  started_by: string;
  lookback_days: number;
  window_start: string;
  window_end: string;
  error_text: string | null;
  calls: number;
  waiting_until: string | null;
  failure_json: string | null;
  created_at: string;
  finished_at: string | null;
}

/** One repository within one analysis: where it stands and what it found. */
export interface AnalysisRepositoriesTable {
  analysis_id: string;
  repository_id: string;
  repository_key: string;
  full_name: string;
  phase: string;
  head_hash: string | null;
  /** The page of commits to read next, so that a restart goes on where it was. */
  next_page: string | null;
  commits_found: number;
  commits_counted: number;
  /** The lookback that would find something, when nothing is in the window. */
  fitting_lookback_days: number | null;
  /** Why this repository could not be read: code, message and cure for a card; the others go on. */
  failure_json: string | null;
}

/** Which commits an analysis found, newest first by `position`. */
export interface AnalysisCommitsTable {
  analysis_id: string;
  repository_key: string;
  position: number;
  commit_number: number;
}

/** Calls made for a consumer in one minute, to be summed over the rolling hour. */
export interface CallCountsTable {
  consumer: string;
  minute: string;
  calls: number;
}

/** Facts about the database itself, such as the key canary. */
export interface MetaTable {
  name: string;
  value: string;
}

export interface Schema {
  users: UsersTable;
  identities: IdentitiesTable;
  sessions: SessionsTable;
  session_checks: SessionChecksTable;
  rule_pins: RulePinsTable;
  identity_keys: IdentityKeysTable;
  handshakes: HandshakesTable;
  instances: InstancesTable;
  projects: ProjectsTable;
  connections: ConnectionsTable;
  connection_secrets: ConnectionSecretsTable;
  data_keys: DataKeysTable;
  api_keys: ApiKeysTable;
  audit_writers: AuditWritersTable;
  audit_entries: AuditEntriesTable;
  audit_checkpoints: AuditCheckpointsTable;
  repositories: RepositoriesTable;
  commits: CommitsTable;
  commit_files: CommitFilesTable;
  walks: WalksTable;
  analyses: AnalysesTable;
  analysis_repositories: AnalysisRepositoriesTable;
  analysis_commits: AnalysisCommitsTable;
  call_counts: CallCountsTable;
  meta: MetaTable;
}
