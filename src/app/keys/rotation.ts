/** Owns a rotation's beginning and end, noted in the database, so that one that was killed is gone on with. */
import { putCanary } from "../../sealing/canary.ts";
import { sealingErrors } from "../../sealing/errors.ts";
import type { GivenKey, GivenKeys } from "../../sealing/given.ts";
import { randomKey } from "../../sealing/key.ts";
import { readKeyFile, rewriteKeyFile } from "../../sealing/key-file.ts";
import type { Executor } from "../../storage/database.ts";
import { countWrapped } from "../../storage/tables/data-keys.ts";
import { readMeta, writeMeta } from "../../storage/tables/meta.ts";
import { canaryCage, canaryNote } from "../key-store.ts";
import type { KeyParts } from "./parts.ts";

export interface Rotation {
  /** Data keys made before are replaced. */
  readonly startedAt: string;
  /** Null while it is not at its end. */
  readonly finishedAt: string | null;
  /** What wraps all data keys at its end. */
  readonly wrapperId: string;
}

const note = "sealing-rotation";

/** The last one; null when there never was one. */
export async function readRotation(db: Executor): Promise<Rotation | null> {
  const text = await readMeta(db, note);
  // Written by `writeRotation` alone.
  return text === undefined ? null : (JSON.parse(text) as Rotation);
}

async function writeRotation(db: Executor, rotation: Rotation): Promise<void> {
  await writeMeta(db, note, JSON.stringify(rotation));
}

/**
 * Begins a rotation, or goes on with one that has not come to its end. With a key file, its new first line is the key that
 * wraps from now on; else it is the first of the given ones.
 * Throws `sealing.key_not_in_use`, `sealing.key_file_unusable`.
 */
export async function beginRotation(parts: KeyParts): Promise<Rotation & { readonly isResumed: boolean }> {
  const { database, keys, clock } = parts;
  // The write lock of the embedded database is held, so that two that begin at once do not rewrite the key file at once.
  const begun = await database.transaction(async (transaction) => {
    const last = await readRotation(transaction);
    const [first] = keys.list();
    if (last !== null && last.finishedAt === null && last.wrapperId === first?.wrapper.id)
      return { ...last, isResumed: true };
    const wrapperId = await chooseWrapper(transaction, keys, first);
    const rotation = { startedAt: clock.now().toISOString(), finishedAt: null, wrapperId };
    await writeRotation(transaction, rotation);
    return { ...rotation, isResumed: false };
  });
  await putCanaryOnce(parts);
  return begun;
}

export async function finishRotation({ database, clock }: KeyParts, rotation: Rotation): Promise<void> {
  const { startedAt, wrapperId } = rotation;
  await writeRotation(database.kysely, { startedAt, wrapperId, finishedAt: clock.now().toISOString() });
}

async function chooseWrapper(
  db: Executor,
  { keyFile }: GivenKeys,
  first: GivenKey | undefined,
): Promise<string> {
  if (first === undefined) throw sealingErrors.fail("sealing.key_missing");
  const { id } = first.wrapper;
  const isWrapping = (await countWrapped(db)).some(({ wrappingKeyId }) => wrappingKeyId === id);
  if (first.source === "file" && keyFile !== null)
    // One that wraps nothing was made by a rotation that was killed at once.
    return isWrapping ? addToFile(keyFile) : id;
  // Servers that lack the key could not open what it wraps.
  if (!isWrapping && (await readMeta(db, canaryNote(id))) === undefined)
    throw sealingErrors.fail("sealing.key_not_in_use", { detail: id });
  return id;
}

function addToFile(path: string): string {
  const kept = readKeyFile(path);
  if (kept === null) throw sealingErrors.fail("sealing.key_missing", { detail: path });
  const key = randomKey();
  rewriteKeyFile(path, [key, ...kept]);
  return key.id;
}

async function putCanaryOnce({ database, keys }: KeyParts): Promise<void> {
  const [first] = keys.list();
  const cage = canaryCage(database);
  if (first !== undefined && (await cage.read(first.wrapper.id)) === undefined)
    await putCanary(first.wrapper, cage);
}
