/** Owns the tables of the first schema about who may enter, and what others are told of it. */
import type { SchemaModule } from "kysely";

/** SQLite's integers have 64 bits under any name, and number the rows under this one alone. */
export type Integer = "integer" | "bigint";

/** After the data keys, which some of it is sealed with. */
export async function makeEntry(schema: SchemaModule, integer: Integer): Promise<void> {
  await makeSessionChecks(schema, integer);
  await makeRulePins(schema);
  await makeIdentityKeys(schema, integer);
}

async function makeSessionChecks(schema: SchemaModule, integer: Integer): Promise<void> {
  await schema
    .createTable("session_checks")
    .addColumn("id", "text", (c) => c.primaryKey().notNull())
    .addColumn("session_id", "text", (c) => c.notNull().unique())
    .addColumn("instance_id", "text", (c) => c.notNull())
    .addColumn("subject", "text", (c) => c.notNull())
    .addColumn("rules_digest", "text", (c) => c.notNull())
    .addColumn("checked_at", "text", (c) => c.notNull())
    .addColumn("due_at", "text", (c) => c.notNull())
    .addColumn("unanswered_since", "text")
    .addColumn("claimed_until", "text")
    .addColumn("version", integer, (c) => c.notNull())
    .addColumn("sealed_tokens", "text", (c) => c.notNull())
    .addColumn("data_key_id", "text", (c) => c.notNull().references("data_keys.id"))
    .execute();
  await schema.createIndex("session_checks_by_due").on("session_checks").column("due_at").execute();
  await schema.createIndex("session_checks_by_data_key").on("session_checks").column("data_key_id").execute();
}

async function makeRulePins(schema: SchemaModule): Promise<void> {
  await schema
    .createTable("rule_pins")
    .addColumn("instance_id", "text", (c) => c.notNull())
    .addColumn("place", "text", (c) => c.notNull())
    .addColumn("pinned_id", "text", (c) => c.notNull())
    .addColumn("pinned_at", "text", (c) => c.notNull())
    .addPrimaryKeyConstraint("rule_pins_pk", ["place", "instance_id"])
    .execute();
  await schema.createIndex("rule_pins_by_id").on("rule_pins").columns(["pinned_id", "instance_id"]).execute();
}

async function makeIdentityKeys(schema: SchemaModule, integer: Integer): Promise<void> {
  await schema
    .createTable("identity_keys")
    .addColumn("number", integer, (c) => c.primaryKey().notNull())
    .addColumn("id", "text", (c) => c.notNull().unique())
    .addColumn("public_jwk", "text", (c) => c.notNull())
    .addColumn("sealed_private_key", "text", (c) => c.notNull())
    .addColumn("data_key_id", "text", (c) => c.notNull().references("data_keys.id"))
    .addColumn("made_at", "text", (c) => c.notNull())
    .addColumn("signs_from", "text", (c) => c.notNull())
    .addColumn("withdrawn_at", "text")
    .execute();
  await schema.createIndex("identity_keys_by_data_key").on("identity_keys").column("data_key_id").execute();
}
