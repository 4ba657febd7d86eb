/** Owns which key-encryption keys there are: handed in, from the configuration, or in a file beside the database. */
import { isWindlassError } from "../base/errors.ts";
import { sealingErrors } from "./errors.ts";
import { keyId, randomKey, readKeys } from "./key.ts";
import { makeKeyFile, readKeyFile, stampOf } from "./key-file.ts";
import type { SealingKey } from "./keyring.ts";
import { guardWrapper, type KeyWrapper, localWrapper } from "./wrapper.ts";

/** `handed in` by the program around the library · `configuration`, such as WINDLASS_KEY · `file` beside the database · `memory`: ends with the process. */
export type KeySource = "handed in" | "configuration" | "file" | "memory";

export interface GivenKey {
  readonly source: KeySource;
  readonly wrapper: KeyWrapper;
}

export interface GivenKeys {
  /** Those of now: the first wraps. The file is read again when it has changed, so that a server follows a rotation. */
  list(): readonly GivenKey[];
  /** The key file, where there is or may be one. */
  readonly keyFile: string | null;
  /** Whether the key file was made just now. */
  readonly isMade: boolean;
}

/** Where a key is when none is given: in a file that is made at the first start, in memory, or nowhere. */
export type KeyPlace =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "memory" }
  | { readonly kind: "nowhere" };

export interface KeySources {
  /** These go first. */
  readonly handedIn?: readonly KeyWrapper[] | undefined;
  /** From the configuration: each one or several keys. They go before the file's. */
  readonly texts?: readonly string[] | undefined;
  readonly place: KeyPlace;
  /** Makes no key where there is none: for looking only. */
  readonly onlyLook?: boolean;
  /** The ids of keys that wrap what must not be lost: while there are any, no key is made in place of them. */
  readonly needed: readonly string[];
}

/**
 * Finds the keys, or makes one if none can ever have been.
 * Throws `sealing.key_malformed`, `sealing.key_required`, `sealing.key_missing`, `sealing.key_file_open`,
 * `sealing.key_file_unusable`.
 */
export function findKeys(sources: KeySources): GivenKeys {
  const { handedIn = [], texts = [], place } = sources;
  const fixed: readonly GivenKey[] = [
    ...handedIn.map((wrapper) => ({ source: "handed in" as const, wrapper: guardWrapper(wrapper) })),
    ...texts.flatMap((text) => readKeys(text, "WINDLASS_KEY")).map((key) => given("configuration", key)),
  ];
  if (place.kind === "file") return withFile(sources, fixed, place.path);
  if (fixed.length > 0 || sources.onlyLook) return { list: () => once(fixed), keyFile: null, isMade: false };
  if (place.kind === "nowhere") throw sealingErrors.fail("sealing.key_required");
  refuseToReplace(sources);
  const made = [given("memory", randomKey())];
  return { list: () => made, keyFile: null, isMade: false };
}

function withFile(sources: KeySources, fixed: readonly GivenKey[], path: string): GivenKeys {
  let stamp = stampOf(path);
  let kept = readKeyFile(path);
  let isMade = false;
  if (kept === null && fixed.length === 0 && !sources.onlyLook) {
    refuseToReplace(sources);
    ({ keys: kept, isMade } = makeKeyFile(path));
    stamp = stampOf(path);
  }
  const listOf = (keys: readonly SealingKey[] | null) =>
    once([...fixed, ...(keys ?? []).map((key) => given("file", key))]);
  let list = listOf(kept);
  const readAgain = () => {
    const now = stampOf(path);
    if (now === stamp) return;
    const changed = readKeyFile(path);
    // A file that is gone takes no key from a process that has it.
    if (changed !== null) list = listOf(changed);
    stamp = now;
  };
  return {
    list() {
      try {
        readAgain();
      } catch (error) {
        // One that cannot be read at this moment neither; at the next start it is a failure.
        if (!isWindlassError(error)) throw error;
      }
      return list;
    },
    keyFile: path,
    isMade,
  };
}

function given(source: KeySource, key: SealingKey): GivenKey {
  return { source, wrapper: localWrapper({ id: keyId(key.key), key: key.key }) };
}

/** Of one that is given twice, the first. */
function once(keys: readonly GivenKey[]): readonly GivenKey[] {
  return keys.filter(({ wrapper }, at) => keys.findIndex((each) => each.wrapper.id === wrapper.id) === at);
}

/** Throws `sealing.key_missing` while there are keys that no other may take the place of. */
export function refuseToReplace({ needed, place }: KeySources): void {
  if (needed.length === 0) return;
  throw sealingErrors.fail("sealing.key_missing", {
    detail: [...(place.kind === "file" ? [place.path] : []), `key ${needed.join(", ")}`].join(": "),
    data: { keyIds: needed },
  });
}
