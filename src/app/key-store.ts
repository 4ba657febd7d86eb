/** Owns where the data keys are: in the database, wrapped. */
import type { KeyStore, WrappedKey } from "../sealing/keyrings.ts";
import type { Database } from "../storage/database.ts";
import type { DataKeysTable } from "../storage/schema.ts";
import { insertDataKey, listDataKeys } from "../storage/tables/data-keys.ts";

export function keyStore({ kysely }: Database): KeyStore {
  return {
    list: async (owner) => (await listDataKeys(kysely, owner)).map(readKey),
    add: (key) => insertDataKey(kysely, rowOf(key)),
  };
}

function readKey(row: DataKeysTable): WrappedKey {
  return {
    id: row.id,
    owner: row.project_id,
    wrapped: row.wrapped_key,
    wrapperId: row.wrapping_key_id,
    createdAt: new Date(row.created_at),
    replacedAt: row.replaced_at === null ? null : new Date(row.replaced_at),
  };
}

function rowOf(key: WrappedKey): DataKeysTable {
  return {
    id: key.id,
    project_id: key.owner,
    wrapped_key: key.wrapped,
    wrapping_key_id: key.wrapperId,
    created_at: key.createdAt.toISOString(),
    replaced_at: key.replacedAt?.toISOString() ?? null,
  };
}
