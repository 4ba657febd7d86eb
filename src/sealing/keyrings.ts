/** Owns the data keys in memory: one keyring a project, each key wrapped by a key that is kept elsewhere. */
import type { Clock } from "../base/clock.ts";
import { isWindlassError, type WindlassError } from "../base/errors.ts";
import { newId } from "../base/random.ts";
import { sealingErrors } from "./errors.ts";
import {
  type ImportedKey,
  importKey,
  type Keyring,
  keyIdOf,
  openKeyring,
  type SealContext,
} from "./keyring.ts";
import type { KeyWrapper } from "./wrapper.ts";

/** Whose key it is: a project's id, or null for what belongs to none. */
export type KeyOwner = string | null;

/** A data key as it is stored. */
export interface WrappedKey {
  readonly id: string;
  readonly owner: KeyOwner;
  readonly wrapped: string;
  /** The {@link KeyWrapper} it was wrapped by. */
  readonly wrapperId: string;
  readonly createdAt: Date;
  /** Since then it opens and seals no more. */
  readonly replacedAt: Date | null;
}

/** Where the wrapped keys are. */
export interface KeyStore {
  list(owner: KeyOwner): Promise<readonly WrappedKey[]>;
  add(key: WrappedKey): Promise<void>;
  /** Whether the operator has given up the key-encryption key of this id. */
  isGivenUp(wrapperId: string): Promise<boolean>;
}

/** A keyring whose sealing key has a name, for the row that has to say which key opens it. */
export interface OwnedKeyring extends Keyring {
  /** What seals. Stays the same: a later {@link Keyrings.of} may give another. */
  readonly keyId: string;
}

export interface Keyrings {
  /**
   * The owner's keyring, at most ten minutes old; its first key is made when it has none that can be opened. What it gives is
   * for now: kept longer, it seals with a key that may be gone. Never inside a transaction: it may read the database, and
   * so may its `open` and `derive`, which also throw `sealing.key_lost`.
   * Throws `sealing.key_service_failed`, and `sealing.does_not_open` when the stored key was tampered with.
   */
  of(owner: KeyOwner): Promise<OwnedKeyring>;
  /** Reads the owner's keys anew at the next {@link Keyrings.of}: another process may have changed them. */
  forget(owner: KeyOwner): void;
}

export interface KeyringsParts {
  readonly store: KeyStore;
  /** The key-encryption keys there are now: the first wraps, all of them unwrap. */
  readonly wrappers: () => readonly KeyWrapper[];
  readonly clock: Clock;
}

/** A replaced key is deleted only when every process has long read of it: see `retiredMilliseconds`. */
const snapshotMilliseconds = 600_000;

/** Owners whose keys are in memory at the same time. */
const mostOwners = 10_000;

/** An owner's keys as they were read at one moment. */
interface Snapshot {
  readonly keyring: OwnedKeyring;
  readonly keys: ReadonlyMap<string, ImportedKey>;
  /** Why each of the others does not open. */
  readonly closed: ReadonlyMap<string, WindlassError>;
}

interface Reading {
  readonly at: number;
  readonly snapshot: Promise<Snapshot>;
}

export function openKeyrings(parts: KeyringsParts): Keyrings {
  const readings = new Map<KeyOwner, Reading>();

  const read = (owner: KeyOwner, before: Reading | undefined): Promise<Snapshot> => {
    const snapshot = (before?.snapshot ?? Promise.resolve(null))
      .catch(() => null)
      .then((known) => readSnapshot(parts, owner, known?.keys ?? new Map()));
    const reading = { at: parts.clock.now().getTime(), snapshot };
    readings.delete(owner);
    readings.set(owner, reading);
    forgetOldest(readings);
    const forget = () => readings.get(owner) === reading && readings.delete(owner);
    // A service that did not answer is asked again at once, not in ten minutes.
    snapshot.then(({ closed }) => [...closed.values()].some(isPassing) && forget(), forget);
    return snapshot;
  };
  const isFresh = ({ at }: Reading) => Math.abs(parts.clock.now().getTime() - at) < snapshotMilliseconds;
  const current = (owner: KeyOwner) => {
    const reading = readings.get(owner);
    return reading !== undefined && isFresh(reading) ? reading.snapshot : read(owner, reading);
  };

  return {
    async of(owner) {
      const snapshot = await current(owner);
      const holding = async (id: string) => {
        if (snapshot.keys.has(id)) return snapshot.keyring;
        // Another process may have made the key after this one read them.
        const { keyring, closed } = await read(owner, readings.get(owner));
        const reason = closed.get(id);
        if (reason !== undefined) throw reason;
        return keyring;
      };
      return {
        ...snapshot.keyring,
        async open(context, sealed) {
          const id = keyIdOf(sealed);
          return (id === null ? snapshot.keyring : await holding(id)).open(context, sealed);
        },
        derive: async (keyId, parts) => (await holding(keyId)).derive(keyId, parts),
      };
    },
    forget: (owner) => void readings.delete(owner),
  };
}

function isPassing({ reaction }: WindlassError): boolean {
  return reaction === "unreachable";
}

function forgetOldest(readings: Map<KeyOwner, Reading>): void {
  const oldest = readings.size > mostOwners ? readings.keys().next().value : undefined;
  if (oldest !== undefined) readings.delete(oldest);
}

async function readSnapshot(
  parts: KeyringsParts,
  owner: KeyOwner,
  known: ReadonlyMap<string, ImportedKey>,
): Promise<Snapshot> {
  const stored = await parts.store.list(owner);
  const wrappers = parts.wrappers();
  const keys = new Map<string, ImportedKey>();
  const closed = new Map<string, WindlassError>();
  const current = stored.filter(({ replacedAt }) => replacedAt === null).sort(newestFirst);
  const replaced = stored.filter(({ replacedAt }) => replacedAt !== null);
  for (const key of [...current, ...replaced]) {
    const opened = known.get(key.id) ?? (await openKey(parts, key, wrappers));
    if ("code" in opened) closed.set(key.id, opened);
    else keys.set(key.id, opened);
  }
  if (!current.some(({ id }) => keys.has(id))) {
    // Only a key nobody has is replaced by a new one: one whose service is away, or that was tampered with, is not.
    const reason = current
      .map(({ id }) => closed.get(id))
      .find((each) => each !== undefined && !isGone(each));
    if (reason !== undefined) throw reason;
    const made = await makeKey(parts, owner);
    return snapshotOf(new Map([[made.id, made], ...keys]), closed);
  }
  return snapshotOf(keys, closed);
}

function snapshotOf(keys: ReadonlyMap<string, ImportedKey>, closed: Snapshot["closed"]): Snapshot {
  const [first = ""] = keys.keys();
  return { keyring: { ...openKeyring({ keys: [...keys.values()] }), keyId: first }, keys, closed };
}

function isGone(error: WindlassError): boolean {
  return isWindlassError(error, "sealing.unknown_key") || isWindlassError(error, "sealing.key_lost");
}

/** The key, or why it does not open. */
async function openKey(
  { store }: KeyringsParts,
  key: WrappedKey,
  wrappers: readonly KeyWrapper[],
): Promise<ImportedKey | WindlassError> {
  const { wrapperId } = key;
  if (!wrappers.some(({ id }) => id === wrapperId)) {
    const code = (await store.isGivenUp(wrapperId)) ? "sealing.key_lost" : "sealing.unknown_key";
    return sealingErrors.fail(code, { detail: `data key ${key.id}, wrapped by ${wrapperId}` });
  }
  try {
    return await importKey({ id: key.id, key: await unwrapKey(wrappers, key) });
  } catch (error) {
    if (!isWindlassError(error)) throw error;
    // Its wrapper is here: a text that names another key was put in its place.
    return isGone(error)
      ? sealingErrors.fail("sealing.does_not_open", { detail: key.id, cause: error })
      : error;
  }
}

/** The bytes of a data key. Throws `sealing.unknown_key` without its wrapper, and what that one throws. */
export async function unwrapKey(wrappers: readonly KeyWrapper[], key: WrappedKey): Promise<Uint8Array> {
  const wrapper = wrappers.find(({ id }) => id === key.wrapperId);
  if (wrapper === undefined)
    throw sealingErrors.fail("sealing.unknown_key", { detail: `key id ${key.wrapperId}` });
  return wrapper.unwrap(contextOf(key), key.wrapped);
}

/** The same data key, wrapped by another. */
export async function wrapAgain(
  wrapper: KeyWrapper,
  key: WrappedKey,
  bytes: Uint8Array,
): Promise<Pick<WrappedKey, "wrapped" | "wrapperId">> {
  return { wrapped: await wrapper.wrap(contextOf(key), bytes), wrapperId: wrapper.id };
}

/** A new data key, not stored yet. */
export async function newDataKey(wrapper: KeyWrapper, owner: KeyOwner, now: Date) {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const id = newId("key");
  const wrapped = await wrapper.wrap(contextOf({ id, owner }), bytes);
  const stored: WrappedKey = { id, owner, wrapped, wrapperId: wrapper.id, createdAt: now, replacedAt: null };
  return { stored, bytes };
}

async function makeKey({ store, wrappers, clock }: KeyringsParts, owner: KeyOwner): Promise<ImportedKey> {
  const [wrapper] = wrappers();
  if (wrapper === undefined)
    throw sealingErrors.fail("sealing.key_malformed", { detail: "no key to wrap with" });
  const { stored, bytes } = await newDataKey(wrapper, owner, clock.now());
  await store.add(stored);
  return importKey({ id: stored.id, key: bytes });
}

/** Opens with whatever key sealed it, and seals with today's, for the same place. Throws what {@link Keyring.open} throws. */
export async function reseal(keyring: OwnedKeyring, context: SealContext, sealed: string): Promise<string> {
  return keyring.seal(context, await keyring.open(context, sealed));
}

function contextOf({ id, owner }: Pick<WrappedKey, "id" | "owner">) {
  return { purpose: "data-key", key: id, owner: owner ?? "" };
}

function newestFirst(left: WrappedKey, right: WrappedKey): number {
  return right.createdAt.getTime() - left.createdAt.getTime() || (left.id < right.id ? -1 : 1);
}
