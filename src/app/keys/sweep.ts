/** Owns what a rotation leaves for later: rows that were written with an old key meanwhile, and keys nothing needs any more. */
import { readKeyFile, rewriteKeyFile } from "../../sealing/key-file.ts";
import { keyIdOf } from "../../sealing/keyring.ts";
import type { Executor } from "../../storage/database.ts";
import { countWrapped, deleteUnusedDataKeys, mostDeletedAtOnce } from "../../storage/tables/data-keys.ts";
import { addMeta, deleteMeta, readMeta } from "../../storage/tables/meta.ts";
import { canaryNote } from "../key-store.ts";
import type { KeyParts } from "./parts.ts";
import { listSealedNotes, resealAll } from "./reseal.ts";

export interface Swept {
  readonly resealed: number;
  /** Data keys that were replaced long enough ago and that nothing names. */
  readonly deleted: number;
  /** Key-encryption keys taken out of the key file. */
  readonly droppedKeyIds: readonly string[];
}

/** A server may seal with a key for ten minutes after it was replaced; six times that, for clocks that differ. */
const retiredMilliseconds = 3_600_000;

/** How long a key that wraps nothing stays in the key file: a backup of the database that is put back needs it. */
const idleDays = 30;

const rowsPerSweep = 1_000;

/** For a keeper to call now and then, and for the end of a rotation. Does nothing where nothing was rotated. */
export async function sweepDataKeys(parts: KeyParts): Promise<Swept> {
  const { database, keys, clock } = parts;
  const wrapped = await countWrapped(database.kysely);
  if (!wrapped.some(({ isReplaced }) => isReplaced))
    return { resealed: 0, deleted: 0, droppedKeyIds: await dropIdleKeys(parts) };
  const wrapperIds = keys.list().map(({ wrapper }) => wrapper.id);
  const { resealed } = await resealAll(parts, { limit: rowsPerSweep, wrapperIds });
  const before = new Date(clock.now().getTime() - retiredMilliseconds).toISOString();
  let deleted = 0;
  for (let last = mostDeletedAtOnce; last === mostDeletedAtOnce; deleted += last)
    last = await deleteUnused(database, before);
  return { resealed, deleted, droppedKeyIds: await dropIdleKeys(parts) };
}

function deleteUnused(database: KeyParts["database"], before: string): Promise<number> {
  return database.transaction(async (transaction) => {
    const notes = await listSealedNotes(transaction);
    const named = notes.flatMap(({ value }) => keyIdOf(value) ?? []);
    return deleteUnusedDataKeys(transaction, before, named);
  });
}

/** Takes keys out of the key file that have wrapped nothing for long; never the first. */
async function dropIdleKeys({ database, keys, clock }: KeyParts): Promise<readonly string[]> {
  const { keyFile } = keys;
  if (keyFile === null || keys.list().filter(({ source }) => source === "file").length < 2) return [];
  const now = clock.now();
  // The write lock is held: see `beginRotation`.
  return database.transaction(async (transaction) => {
    const [first, ...others] = readKeyFile(keyFile) ?? [];
    if (first === undefined) return [];
    const idle = await listIdle(transaction, others, now);
    if (idle.length === 0) return [];
    rewriteKeyFile(keyFile, [first, ...others.filter(({ id }) => !idle.includes(id))]);
    for (const id of idle) {
      await deleteMeta(transaction, idleNote(id));
      await deleteMeta(transaction, canaryNote(id));
    }
    return idle;
  });
}

/** Those that have wrapped nothing for `idleDays`; since when is noted. */
async function listIdle(
  db: Executor,
  others: readonly { readonly id: string }[],
  now: Date,
): Promise<readonly string[]> {
  const wrapping = new Set((await countWrapped(db)).map(({ wrappingKeyId }) => wrappingKeyId));
  const idle: string[] = [];
  for (const { id } of others) {
    if (wrapping.has(id)) {
      await deleteMeta(db, idleNote(id));
      continue;
    }
    await addMeta(db, idleNote(id), now.toISOString());
    const since = new Date((await readMeta(db, idleNote(id))) ?? now);
    if (now.getTime() - since.getTime() >= idleDays * 86_400_000) idle.push(id);
  }
  return idle;
}

function idleNote(wrapperId: string): string {
  return `sealing-idle:${wrapperId}`;
}
