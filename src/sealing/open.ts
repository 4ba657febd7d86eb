/** Owns the steps of a start: find the key, open the keyring, prove that it fits the database. */
import { type Cage, checkCanary } from "./canary.ts";
import { type KeySources, type LoadedKey, loadKey } from "./key.ts";
import { openKeyring } from "./keyring.ts";
import { type KeyWrapper, localWrapper } from "./wrapper.ts";

export interface Sealing {
  readonly wrapper: KeyWrapper;
  /** To be printed: a key that was `made` lies at `path` and must be kept. */
  readonly source: LoadedKey["source"];
  readonly path: string | null;
}

/** Throws what {@link loadKey} throws, and `sealing.wrong_key`. */
export async function openSealing(options: KeySources & { readonly canary: Cage }): Promise<Sealing> {
  const { id, key, source, path } = loadKey(options);
  const keyring = openKeyring({ keys: [{ id, key }] });
  await checkCanary(keyring, options.canary, options.databaseHoldsSealedRows);
  return { wrapper: localWrapper({ id, key }), source, path };
}
