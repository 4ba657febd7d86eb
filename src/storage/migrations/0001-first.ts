/** Owns the first schema: exactly `schema.ts`, with deletion following from project to connection to secret. */
import { type SchemaModule, sql, type Transaction } from "kysely";
import type { Engine } from "../engine.ts";
import type { Schema } from "../schema.ts";
import { type Integer, makeEntry } from "./first-entry.ts";

export const first = {
  name: "0001-first",
  async up({ schema }: Transaction<Schema>, engine: Engine): Promise<void> {
    const integer: Integer = engine === "sqlite" ? "integer" : "bigint";
    await makePeople(schema, integer);
    await makeProjects(schema, integer);
    await makeHandshakes(schema, engine);
    await makeHistory(schema, integer);
    await makeAnalyses(schema, integer);
    await makeRecord(schema, integer);
    await schema
      .createTable("meta")
      .addColumn("name", "text", (c) => c.primaryKey().notNull())
      .addColumn("value", "text", (c) => c.notNull())
      .execute();
  },
};

async function makePeople(schema: SchemaModule, integer: Integer): Promise<void> {
  await schema
    .createTable("users")
    .addColumn("id", "text", (c) => c.primaryKey().notNull())
    .addColumn("display_name", "text", (c) => c.notNull())
    .addColumn("email", "text")
    .addColumn("email_verified", integer, (c) => c.notNull())
    .addColumn("confirmed_email", "text")
    .addColumn("avatar_url", "text")
    .addColumn("entity_ref", "text")
    .addColumn("created_at", "text", (c) => c.notNull())
    .addColumn("last_signed_in_at", "text", (c) => c.notNull())
    .execute();
  await schema.createIndex("users_by_confirmed_email").on("users").column("confirmed_email").execute();
  await schema
    .createTable("identities")
    .addColumn("instance_id", "text", (c) => c.notNull())
    .addColumn("subject", "text", (c) => c.notNull())
    .addColumn("user_id", "text", (c) => c.notNull().references("users.id").onDelete("cascade"))
    .addColumn("username", "text")
    .addColumn("profile_json", "text", (c) => c.notNull())
    .addColumn("created_at", "text", (c) => c.notNull())
    .addColumn("updated_at", "text", (c) => c.notNull())
    .addPrimaryKeyConstraint("identities_key", ["instance_id", "subject"])
    .execute();
  await schema.createIndex("identities_by_user").on("identities").column("user_id").execute();
  await schema
    .createIndex("identities_by_username")
    .on("identities")
    .columns(["instance_id", "username"])
    .execute();
  await schema
    .createTable("sessions")
    .addColumn("id_hash", "text", (c) => c.primaryKey().notNull())
    .addColumn("id", "text", (c) => c.notNull())
    .addColumn("user_id", "text", (c) => c.notNull().references("users.id").onDelete("cascade"))
    .addColumn("instance_id", "text", (c) => c.notNull())
    .addColumn("browser", "text")
    .addColumn("elevated", integer, (c) => c.notNull())
    .addColumn("created_at", "text", (c) => c.notNull())
    .addColumn("last_seen_at", "text", (c) => c.notNull())
    .addColumn("idle_expires_at", "text", (c) => c.notNull())
    .addColumn("expires_at", "text", (c) => c.notNull())
    .addColumn("replaced_at", "text")
    .addColumn("roles", "text", (c) => c.notNull())
    .addColumn("check_by", "text")
    .execute();
  await schema.createIndex("sessions_by_id").on("sessions").column("id").execute();
  await schema.createIndex("sessions_by_user").on("sessions").column("user_id").execute();
  await schema.createIndex("sessions_by_idle_expiry").on("sessions").column("idle_expires_at").execute();
}

async function makeProjects(schema: SchemaModule, integer: Integer): Promise<void> {
  await schema
    .createTable("projects")
    .addColumn("id", "text", (c) => c.primaryKey().notNull())
    .addColumn("name", "text", (c) => c.notNull())
    .addColumn("made_by", "text", (c) => c.notNull().references("users.id").onDelete("restrict"))
    .addColumn("created_at", "text", (c) => c.notNull())
    .execute();
  await schema.createIndex("projects_by_maker").on("projects").column("made_by").execute();
  await makeKeys(schema);
  await makeEntry(schema, integer);
  await schema
    .createTable("instances")
    .addColumn("id", "text", (c) => c.primaryKey().notNull())
    .addColumn("project_id", "text", (c) => c.notNull().references("projects.id").onDelete("cascade"))
    .addColumn("product", "text", (c) => c.notNull())
    .addColumn("base_url", "text")
    .addColumn("consumer_key", "text", (c) => c.notNull())
    .addColumn("sealed_private_key", "text", (c) => c.notNull())
    .addColumn("data_key_id", "text", (c) => c.notNull().references("data_keys.id"))
    .addColumn("public_key", "text", (c) => c.notNull())
    .addColumn("ca", "text")
    .addColumn("made_by", "text", (c) => c.notNull())
    .addColumn("created_at", "text", (c) => c.notNull())
    .execute();
  await schema.createIndex("instances_by_project").on("instances").column("project_id").execute();
  await schema.createIndex("instances_by_data_key").on("instances").column("data_key_id").execute();
  await schema
    .createTable("connections")
    .addColumn("id", "text", (c) => c.primaryKey().notNull())
    .addColumn("project_id", "text", (c) => c.notNull().references("projects.id").onDelete("cascade"))
    .addColumn("instance_id", "text", (c) => c.notNull())
    .addColumn("kind", "text", (c) => c.notNull())
    .addColumn("login", "text")
    .addColumn("git_user", "text")
    .addColumn("state", "text", (c) => c.notNull())
    .addColumn("state_reason", "text")
    .addColumn("subject", "text")
    .addColumn("account_name", "text", (c) => c.notNull())
    .addColumn("scopes", "text", (c) => c.notNull())
    .addColumn("workspace_slug", "text")
    .addColumn("workspace_id", "text")
    .addColumn("ends_at", "text")
    .addColumn("lookback_days", integer, (c) => c.notNull())
    .addColumn("created_at", "text", (c) => c.notNull())
    .addColumn("updated_at", "text", (c) => c.notNull())
    .execute();
  await schema.createIndex("connections_by_project").on("connections").column("project_id").execute();
  await schema.createIndex("connections_by_instance").on("connections").column("instance_id").execute();
  await schema
    .createIndex("connections_by_state")
    .on("connections")
    .columns(["state", "state_reason", "instance_id", "kind"])
    .execute();
  await makeConnectionParts(schema, integer);
}

/** A key that still opens a row cannot be deleted but with its project. */
async function makeKeys(schema: SchemaModule): Promise<void> {
  await schema
    .createTable("data_keys")
    .addColumn("id", "text", (c) => c.primaryKey().notNull())
    .addColumn("project_id", "text", (c) => c.references("projects.id").onDelete("cascade"))
    .addColumn("wrapped_key", "text", (c) => c.notNull())
    .addColumn("wrapping_key_id", "text", (c) => c.notNull())
    .addColumn("created_at", "text", (c) => c.notNull())
    .addColumn("replaced_at", "text")
    .execute();
  await schema.createIndex("data_keys_by_project").on("data_keys").column("project_id").execute();
  await schema.createIndex("data_keys_by_wrapping_key").on("data_keys").column("wrapping_key_id").execute();
  await schema
    .createTable("api_keys")
    .addColumn("id", "text", (c) => c.primaryKey().notNull())
    .addColumn("project_id", "text", (c) => c.notNull().references("projects.id").onDelete("cascade"))
    .addColumn("name", "text", (c) => c.notNull())
    .addColumn("rights", "text", (c) => c.notNull())
    .addColumn("secret_hash", "text", (c) => c.notNull().unique())
    .addColumn("made_by", "text", (c) => c.notNull())
    .addColumn("created_at", "text", (c) => c.notNull())
    .addColumn("last_used_at", "text")
    .addColumn("revoked_at", "text")
    .execute();
  await schema.createIndex("api_keys_by_project").on("api_keys").column("project_id").execute();
}

/** The record names what it is about and refers to nothing, so that deleting that leaves it whole. */
async function makeRecord(schema: SchemaModule, integer: Integer): Promise<void> {
  await schema
    .createTable("audit_writers")
    .addColumn("id", "text", (c) => c.primaryKey().notNull())
    .addColumn("started_at", "text", (c) => c.notNull())
    .execute();
  await schema
    .createTable("audit_entries")
    .addColumn("writer_id", "text", (c) => c.notNull())
    .addColumn("sequence", integer, (c) => c.notNull())
    .addColumn("at", "text", (c) => c.notNull())
    .addColumn("event", "text", (c) => c.notNull())
    .addColumn("actor", "text", (c) => c.notNull())
    .addColumn("project_id", "text")
    .addColumn("connection_id", "text")
    .addColumn("reason", "text")
    .addColumn("facts_json", "text", (c) => c.notNull())
    .addColumn("mac", "text", (c) => c.notNull())
    .addPrimaryKeyConstraint("audit_entries_key", ["writer_id", "sequence"])
    .execute();
  await schema.createIndex("audit_entries_by_time").on("audit_entries").column("at").execute();
  await schema
    .createIndex("audit_entries_by_connection")
    .on("audit_entries")
    .columns(["connection_id", "at"])
    .execute();
  await schema
    .createTable("audit_checkpoints")
    .addColumn("writer_id", "text", (c) => c.primaryKey().notNull())
    .addColumn("sequence", integer, (c) => c.notNull())
    .addColumn("mac", "text", (c) => c.notNull())
    .addColumn("at", "text", (c) => c.notNull())
    .addColumn("signature", "text", (c) => c.notNull())
    .execute();
}

async function makeConnectionParts(schema: SchemaModule, integer: Integer): Promise<void> {
  await schema
    .createTable("connection_secrets")
    .addColumn("connection_id", "text", (c) =>
      c.primaryKey().notNull().references("connections.id").onDelete("cascade"),
    )
    .addColumn("sealed_access_token", "text", (c) => c.notNull())
    .addColumn("sealed_refresh_token", "text")
    .addColumn("access_expires_at", "text")
    .addColumn("version", integer, (c) => c.notNull())
    .addColumn("updated_at", "text", (c) => c.notNull())
    .addColumn("data_key_id", "text", (c) => c.notNull().references("data_keys.id"))
    .addColumn("lease_owner", "text")
    .addColumn("lease_expires_at", "text")
    .addColumn("lease_fence", integer, (c) => c.notNull())
    .addColumn("asked_at", "text")
    .addColumn("sealed_former_refresh_token", "text")
    .addColumn("former_until", "text")
    .addColumn("failures", integer, (c) => c.notNull())
    .addColumn("retry_at", "text")
    .addColumn("keep_alive_at", "text")
    .addColumn("owner_unchecked", integer, (c) => c.notNull())
    .execute();
  for (const column of ["asked_at", "former_until", "keep_alive_at", "data_key_id"] as const) {
    await schema
      .createIndex(`connection_secrets_by_${column}`)
      .on("connection_secrets")
      .column(column)
      .execute();
  }
  await schema
    .createTable("repositories")
    .addColumn("id", "text", (c) => c.primaryKey().notNull())
    .addColumn("connection_id", "text", (c) => c.notNull().references("connections.id").onDelete("cascade"))
    .addColumn("repository_key", "text", (c) => c.notNull())
    .addColumn("workspace_slug", "text", (c) => c.notNull())
    .addColumn("slug", "text", (c) => c.notNull())
    .addColumn("full_name", "text", (c) => c.notNull())
    .addColumn("main_branch", "text")
    .addColumn("created_at", "text", (c) => c.notNull())
    .addUniqueConstraint("repositories_once", ["connection_id", "repository_key"])
    .execute();
}

/** Written and deleted at each sign-in, and never many: it has no index but those every sign-in asks. */
async function makeHandshakes(schema: SchemaModule, engine: Engine): Promise<void> {
  const table = schema
    .createTable("handshakes")
    .addColumn("state_hash", "text", (c) => c.primaryKey().notNull())
    .addColumn("instance_id", "text", (c) => c.notNull())
    .addColumn("purpose", "text", (c) => c.notNull())
    .addColumn("browser_hash", "text", (c) => c.notNull())
    .addColumn("user_id", "text", (c) => c.references("users.id").onDelete("cascade"))
    .addColumn("project_id", "text", (c) => c.references("projects.id").onDelete("cascade"))
    .addColumn("connection_id", "text", (c) => c.references("connections.id").onDelete("cascade"))
    .addColumn("return_to", "text", (c) => c.notNull())
    .addColumn("redirect_uri", "text", (c) => c.notNull())
    .addColumn("scopes", "text", (c) => c.notNull())
    .addColumn("data_key_id", "text", (c) => c.notNull())
    .addColumn("created_at", "text", (c) => c.notNull())
    .addColumn("expires_at", "text", (c) => c.notNull());
  // The key is the table itself: one page less to write. https://www.sqlite.org/withoutrowid.html
  await (engine === "sqlite" ? table.modifyEnd(sql`without rowid`) : table).execute();
  await schema.createIndex("handshakes_by_browser").on("handshakes").column("browser_hash").execute();
}

/** Keyed by Bitbucket's own ids and tied to no connection: what is behind a hash stays true. */
async function makeHistory(schema: SchemaModule, integer: Integer): Promise<void> {
  await schema
    .createTable("commits")
    .addColumn("number", integer, (c) =>
      integer === "integer" ? c.primaryKey().notNull() : c.generatedByDefaultAsIdentity().primaryKey(),
    )
    .addColumn("repository_key", "text", (c) => c.notNull())
    .addColumn("hash", "text", (c) => c.notNull())
    .addColumn("author_raw", "text", (c) => c.notNull())
    .addColumn("author_subject", "text")
    .addColumn("date", "text", (c) => c.notNull())
    .addColumn("message", "text", (c) => c.notNull())
    .addColumn("parents", "text", (c) => c.notNull())
    .addColumn("counted", integer, (c) => c.notNull())
    .addUniqueConstraint("commits_by_hash", ["repository_key", "hash"])
    .execute();
  await schema
    .createTable("commit_files")
    .addColumn("commit_number", integer, (c) => c.notNull().references("commits.number").onDelete("cascade"))
    .addColumn("position", integer, (c) => c.notNull())
    .addColumn("status", "text", (c) => c.notNull())
    .addColumn("old_path", "text")
    .addColumn("new_path", "text")
    .addColumn("lines_added", integer, (c) => c.notNull())
    .addColumn("lines_removed", integer, (c) => c.notNull())
    .addPrimaryKeyConstraint("commit_files_key", ["commit_number", "position"])
    .execute();
  await schema
    .createTable("walks")
    .addColumn("repository_key", "text", (c) => c.notNull())
    .addColumn("head_hash", "text", (c) => c.notNull())
    .addColumn("since", "text", (c) => c.notNull())
    .addColumn("completed_at", "text", (c) => c.notNull())
    .addPrimaryKeyConstraint("walks_key", ["repository_key", "head_hash"])
    .execute();
}

async function makeAnalyses(schema: SchemaModule, integer: Integer): Promise<void> {
  await schema
    .createTable("analyses")
    .addColumn("id", "text", (c) => c.primaryKey().notNull())
    .addColumn("project_id", "text", (c) => c.notNull().references("projects.id").onDelete("cascade"))
    .addColumn("connection_id", "text", (c) => c.notNull().references("connections.id").onDelete("cascade"))
    .addColumn("state", "text", (c) => c.notNull())
    .addColumn("started_by", "text", (c) => c.notNull())
    .addColumn("lookback_days", integer, (c) => c.notNull())
    .addColumn("window_start", "text", (c) => c.notNull())
    .addColumn("window_end", "text", (c) => c.notNull())
    .addColumn("error_text", "text")
    .addColumn("calls", integer, (c) => c.notNull())
    .addColumn("waiting_until", "text")
    .addColumn("failure_json", "text")
    .addColumn("created_at", "text", (c) => c.notNull())
    .addColumn("finished_at", "text")
    .execute();
  await schema
    .createIndex("analyses_by_project")
    .on("analyses")
    .columns(["project_id", "created_at"])
    .execute();
  await schema.createIndex("analyses_by_connection").on("analyses").column("connection_id").execute();
  await schema.createIndex("analyses_by_state").on("analyses").column("state").execute();
  await makeFindings(schema, integer);
}

async function makeFindings(schema: SchemaModule, integer: Integer): Promise<void> {
  await schema
    .createTable("analysis_repositories")
    .addColumn("analysis_id", "text", (c) => c.notNull().references("analyses.id").onDelete("cascade"))
    .addColumn("repository_id", "text", (c) => c.notNull())
    .addColumn("repository_key", "text", (c) => c.notNull())
    .addColumn("full_name", "text", (c) => c.notNull())
    .addColumn("phase", "text", (c) => c.notNull())
    .addColumn("head_hash", "text")
    .addColumn("next_page", "text")
    .addColumn("commits_found", integer, (c) => c.notNull())
    .addColumn("commits_counted", integer, (c) => c.notNull())
    .addColumn("fitting_lookback_days", integer)
    .addColumn("failure_json", "text")
    .addPrimaryKeyConstraint("analysis_repositories_key", ["analysis_id", "repository_id"])
    .execute();
  await schema
    .createTable("analysis_commits")
    .addColumn("analysis_id", "text", (c) => c.notNull().references("analyses.id").onDelete("cascade"))
    .addColumn("repository_key", "text", (c) => c.notNull())
    .addColumn("position", integer, (c) => c.notNull())
    .addColumn("commit_number", integer, (c) => c.notNull().references("commits.number"))
    .addPrimaryKeyConstraint("analysis_commits_key", ["analysis_id", "repository_key", "position"])
    .execute();
  await schema
    .createTable("call_counts")
    .addColumn("consumer", "text", (c) => c.notNull())
    .addColumn("minute", "text", (c) => c.notNull())
    .addColumn("calls", integer, (c) => c.notNull())
    .addPrimaryKeyConstraint("call_counts_key", ["consumer", "minute"])
    .execute();
}
