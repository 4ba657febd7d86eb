/** Owns the steps of a start: find the keys, and prove that they fit the database. */
import { type Cage, checkCanary, putCanary } from "./canary.ts";
import { sealingErrors } from "./errors.ts";
import { findKeys, type GivenKeys, type KeySources, refuseToReplace } from "./given.ts";

export interface Sealing {
  readonly keys: GivenKeys;
  /** Key-encryption keys that wrap what is needed and are not given. */
  readonly missing: readonly string[];
}

/**
 * Throws what {@link findKeys} throws, `sealing.wrong_key` when not one of the given keys is one the database needs, or one is
 * not what its id says, and `sealing.key_service_failed`.
 */
export async function openSealing(options: KeySources & { readonly cage: Cage }): Promise<Sealing> {
  const keys = findKeys(options);
  const wrappers = keys.list().map(({ wrapper }) => wrapper);
  if (wrappers.length === 0) refuseToReplace(options);
  const missing = options.needed.filter((needed) => !wrappers.some(({ id }) => id === needed));
  if (missing.length > 0 && missing.length === options.needed.length)
    throw sealingErrors.fail("sealing.wrong_key", {
      detail: `given ${wrappers.map(({ id }) => id).join(", ")}, needed ${missing.join(", ")}`,
      data: { keyIds: missing },
    });
  for (const wrapper of wrappers) {
    const isKnown = await checkCanary(wrapper, options.cage);
    if (!isKnown && !options.onlyLook) await putCanary(wrapper, options.cage);
  }
  return { keys, missing };
}
