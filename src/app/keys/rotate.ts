/** Owns the rotation of keys beside running servers: a new data key for everybody, everything sealed and wrapped anew. */
import { isWindlassError } from "../../base/errors.ts";
import { sealingErrors } from "../../sealing/errors.ts";
import { type KeyOwner, newDataKey, unwrapKey, type WrappedKey, wrapAgain } from "../../sealing/keyrings.ts";
import type { KeyWrapper } from "../../sealing/wrapper.ts";
import {
  countOnReplaced,
  insertDataKey,
  listDataKeys,
  listKeyOwners,
  markReplaced,
  rewrapDataKey,
} from "../../storage/tables/data-keys.ts";
import { readKey, rowOfKey } from "../key-store.ts";
import type { KeyParts } from "./parts.ts";
import { type ResealResult, resealAll } from "./reseal.ts";
import { beginRotation, finishRotation, type Rotation } from "./rotation.ts";
import { type Swept, sweepDataKeys } from "./sweep.ts";

/** How far it is, for whoever waits. */
export interface RotationProgress {
  readonly step: "data keys" | "rows" | "wrapping";
  readonly done: number;
  readonly of: number;
}

/** How a rotation is watched. */
export interface RotationOptions {
  readonly onProgress?: ((progress: RotationProgress) => void) | undefined;
}

/** What a rotation has done, in numbers of keys and rows. */
export interface Rotated {
  /** Whether it went on with one that had been stopped. */
  readonly isResumed: boolean;
  /** The key-encryption key that wraps all that can be opened now. */
  readonly wrapperId: string;
  readonly newDataKeys: number;
  readonly resealed: number;
  readonly rewrapped: number;
  /** Replaced data keys nothing needs any more. */
  readonly deleted: number;
  /** What does not open and stays as it is; see {@link ResealResult}. */
  readonly closed: ResealResult["closed"];
  /** Key-encryption keys taken out of the key file. */
  readonly droppedKeyIds: Swept["droppedKeyIds"];
}

/**
 * Rotates all keys. Killed at any moment and called again, it goes on; two at once do the work once and a half.
 * Throws `sealing.key_not_in_use`, `sealing.key_missing`, `sealing.key_file_unusable`, `sealing.key_service_failed`, `storage.…`.
 */
export async function rotateKeys(parts: KeyParts, { onProgress }: RotationOptions = {}): Promise<Rotated> {
  const { isResumed, ...rotation } = await beginRotation(parts);
  const wrapper = parts.keys.list().find((key) => key.wrapper.id === rotation.wrapperId)?.wrapper;
  if (wrapper === undefined) throw sealingErrors.fail("sealing.key_missing", { detail: rotation.wrapperId });
  const newDataKeys = await replaceDataKeys(parts, { rotation, wrapper, onProgress });
  const { resealed, closed } = await resealUntilDone(parts, onProgress);
  const rewrapped = await rewrapDataKeys(parts, { wrapper, onProgress });
  await finishRotation(parts, rotation);
  const { deleted, droppedKeyIds } = await sweepDataKeys(parts);
  return {
    isResumed,
    wrapperId: wrapper.id,
    newDataKeys,
    resealed,
    rewrapped,
    deleted,
    closed,
    droppedKeyIds,
  };
}

interface Run extends RotationOptions {
  readonly rotation: Rotation;
  readonly wrapper: KeyWrapper;
}

async function replaceDataKeys(parts: KeyParts, { onProgress, ...run }: Run): Promise<number> {
  const owners = await listKeyOwners(parts.database.kysely);
  let made = 0;
  for (const [at, owner] of owners.entries()) {
    if (await replaceDataKey(parts, run, owner)) made += 1;
    onProgress?.({ step: "data keys", done: at + 1, of: owners.length });
  }
  return made;
}

/** `false` when the owner has a key of this rotation already, or is gone. */
async function replaceDataKey(
  { database, keyrings, clock }: KeyParts,
  { rotation, wrapper }: Run,
  owner: KeyOwner,
): Promise<boolean> {
  const current = (await listDataKeys(database.kysely, owner)).filter((key) => key.replaced_at === null);
  const isNew = (key: (typeof current)[number]) =>
    key.wrapping_key_id === wrapper.id && key.created_at >= rotation.startedAt;
  const old = current.filter((key) => !isNew(key)).map(({ id }) => id);
  const hasNew = old.length < current.length;
  keyrings.forget(owner);
  if (hasNew && old.length === 0) return false;
  const now = clock.now();
  const next = hasNew ? null : (await newDataKey(wrapper, owner, now)).stored;
  try {
    await database.transaction(async (transaction) => {
      if (next !== null) await insertDataKey(transaction, rowOfKey(next));
      await markReplaced(transaction, old, now.toISOString());
    });
  } catch (error) {
    if (isWindlassError(error, "storage.missing_reference")) return false;
    throw error;
  }
  keyrings.forget(owner);
  return next !== null;
}

/** A server that read its keys before writes with the old one for some minutes: a few walks, and the rest is for later ones. */
const mostWalks = 3;

async function resealUntilDone(
  parts: KeyParts,
  onProgress: RotationOptions["onProgress"],
): Promise<ResealResult> {
  const counts = Object.values(await countOnReplaced(parts.database.kysely));
  const of = counts.reduce((sum, count) => sum + count, 0);
  let [resealed, done] = [0, 0];
  const onBatch = (rows: number) => {
    done = Math.min(done + rows, of);
    onProgress?.({ step: "rows", done, of });
  };
  for (let walk = 1; ; walk++) {
    const result = await resealAll({ ...parts, onBatch });
    resealed += result.resealed;
    if (result.resealed === 0 || walk === mostWalks) return { resealed, closed: result.closed };
  }
}

async function rewrapDataKeys(
  { database, keys }: KeyParts,
  { wrapper, onProgress }: Omit<Run, "rotation">,
): Promise<number> {
  const owners = await listKeyOwners(database.kysely);
  const wrappers = keys.list().map((key) => key.wrapper);
  let rewrapped = 0;
  for (const [at, owner] of owners.entries()) {
    const rows = (await listDataKeys(database.kysely, owner)).filter(
      (row) => row.wrapping_key_id !== wrapper.id,
    );
    for (const row of rows) {
      const next = await rewrap(wrappers, wrapper, readKey(row));
      if (next !== null && (await rewrapDataKey(database.kysely, row, next))) rewrapped += 1;
    }
    onProgress?.({ step: "wrapping", done: at + 1, of: owners.length });
  }
  return rewrapped;
}

/** Null for a key that does not open: it stays as it is. */
async function rewrap(wrappers: readonly KeyWrapper[], wrapper: KeyWrapper, key: WrappedKey) {
  try {
    const next = await wrapAgain(wrapper, key, await unwrapKey(wrappers, key));
    return { wrapped_key: next.wrapped, wrapping_key_id: next.wrapperId };
  } catch (error) {
    if (isWindlassError(error, "sealing.unknown_key") || isWindlassError(error, "sealing.does_not_open"))
      return null;
    throw error;
  }
}
