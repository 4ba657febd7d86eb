/** Owns the order in which tables are filled: what is referred to comes first. */
import type { Schema } from "../schema.ts";

/** Every table of the schema. */
export const tablesInOrder = [
  "users",
  "identities",
  "sessions",
  "projects",
  "data_keys",
  "session_checks",
  "rule_pins",
  "identity_keys",
  "api_keys",
  "instances",
  "connections",
  "connection_secrets",
  "repositories",
  "handshakes",
  "commits",
  "commit_files",
  "walks",
  "analyses",
  "analysis_repositories",
  "analysis_commits",
  "call_counts",
  "audit_writers",
  "audit_entries",
  "audit_checkpoints",
  "meta",
] as const satisfies readonly (keyof Schema)[];
