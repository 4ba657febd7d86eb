/** Owns the data keys: one keyring a project, each key wrapped by a key that is kept elsewhere. */
import type { Clock } from "../base/clock.ts";
import { isWindlassError } from "../base/errors.ts";
import { newId } from "../base/random.ts";
import { sealingErrors } from "./errors.ts";
import { type Keyring, openKeyring } from "./keyring.ts";
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
}

/** A keyring whose sealing key has a name, for the row that has to say which key opens it. */
export interface OwnedKeyring extends Keyring {
  /** What seals. Stays the same: a later {@link Keyrings.of} may give another. */
  readonly keyId: string;
}

export interface Keyrings {
  /** The owner's keyring; its first key is made when it has none. Throws `sealing.unknown_key` when none can be unwrapped. */
  of(owner: KeyOwner): Promise<OwnedKeyring>;
  /** Reads the owner's keys anew at the next {@link Keyrings.of}: another process may have changed them. */
  forget(owner: KeyOwner): void;
}

export interface KeyringsParts {
  readonly store: KeyStore;
  /** The first wraps, all of them unwrap. */
  readonly wrappers: readonly KeyWrapper[];
  readonly clock: Clock;
}

export function openKeyrings(parts: KeyringsParts): Keyrings {
  const opened = new Map<KeyOwner, Promise<OwnedKeyring>>();
  const read = (owner: KeyOwner) => {
    const keyring = readKeyring(parts, owner);
    opened.set(owner, keyring);
    keyring.catch(() => opened.delete(owner));
    return keyring;
  };
  const of = (owner: KeyOwner) => opened.get(owner) ?? read(owner);
  return {
    async of(owner) {
      const keyring = await of(owner);
      return {
        ...keyring,
        async open(context, sealed) {
          try {
            return await keyring.open(context, sealed);
          } catch (error) {
            // Another process may have made the key after this one read them.
            if (!isWindlassError(error, "sealing.unknown_key")) throw error;
            return (await read(owner)).open(context, sealed);
          }
        },
      };
    },
    forget: (owner) => void opened.delete(owner),
  };
}

async function readKeyring(parts: KeyringsParts, owner: KeyOwner): Promise<OwnedKeyring> {
  const stored = await parts.store.list(owner);
  const sealing = stored.filter(({ replacedAt }) => replacedAt === null).sort(newestFirst);
  const others = stored.filter(({ replacedAt }) => replacedAt !== null);
  const keys = [];
  for (const key of [...sealing, ...others]) {
    const wrapper = parts.wrappers.find(({ id }) => id === key.wrapperId);
    if (wrapper !== undefined)
      keys.push({ id: key.id, key: await wrapper.unwrap(contextOf(key), key.wrapped) });
  }
  const [first] = keys;
  if (first === undefined || !sealing.some(({ id }) => id === first.id))
    keys.unshift(await makeKey(parts, owner));
  return { ...openKeyring({ keys }), keyId: keys[0]?.id ?? "" };
}

async function makeKey({ store, wrappers: [wrapper], clock }: KeyringsParts, owner: KeyOwner) {
  if (wrapper === undefined)
    throw sealingErrors.fail("sealing.key_malformed", { detail: "no key to wrap with" });
  const key = crypto.getRandomValues(new Uint8Array(32));
  const id = newId("key");
  const wrapped = await wrapper.wrap(contextOf({ id, owner }), key);
  await store.add({ id, owner, wrapped, wrapperId: wrapper.id, createdAt: clock.now(), replacedAt: null });
  return { id, key };
}

function contextOf({ id, owner }: Pick<WrappedKey, "id" | "owner">) {
  return { purpose: "data-key", key: id, owner: owner ?? "" };
}

function newestFirst(left: WrappedKey, right: WrappedKey): number {
  return right.createdAt.getTime() - left.createdAt.getTime() || (left.id < right.id ? -1 : 1);
}
