/** Owns where the data keys are: in the database, wrapped; and what the database notes about the keys that wrap them. */
import type { Cage } from "../sealing/canary.ts";
import type { KeyStore, WrappedKey } from "../sealing/keyrings.ts";
import type { Database } from "../storage/database.ts";
import type { DataKeysTable } from "../storage/schema.ts";
import { insertDataKey, listDataKeys } from "../storage/tables/data-keys.ts";
import { readMeta, writeMeta } from "../storage/tables/meta.ts";

export const canaryNote = (wrapperId: string) => `sealing-canary:${wrapperId}`;
export const givenUpBeginning = "sealing-given-up:";
export const givenUpNote = (wrapperId: string) => `${givenUpBeginning}${wrapperId}`;

export function keyStore({ kysely }: Database): KeyStore {
  return {
    list: async (owner) => (await listDataKeys(kysely, owner)).map(readKey),
    add: (key) => insertDataKey(kysely, rowOfKey(key)),
    isGivenUp: async (wrapperId) => (await readMeta(kysely, givenUpNote(wrapperId))) !== undefined,
  };
}

export function canaryCage({ kysely }: Database): Cage {
  return {
    read: (wrapperId) => readMeta(kysely, canaryNote(wrapperId)),
    write: (wrapperId, wrapped) => writeMeta(kysely, canaryNote(wrapperId), wrapped),
  };
}

export function readKey(row: DataKeysTable): WrappedKey {
  return {
    id: row.id,
    owner: row.project_id,
    wrapped: row.wrapped_key,
    wrapperId: row.wrapping_key_id,
    createdAt: new Date(row.created_at),
    replacedAt: row.replaced_at === null ? null : new Date(row.replaced_at),
  };
}

export function rowOfKey(key: WrappedKey): DataKeysTable {
  return {
    id: key.id,
    project_id: key.owner,
    wrapped_key: key.wrapped,
    wrapping_key_id: key.wrapperId,
    created_at: key.createdAt.toISOString(),
    replaced_at: key.replacedAt?.toISOString() ?? null,
  };
}
