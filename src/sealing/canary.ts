/** Owns the canary: a text of no worth, wrapped into the database, that dies first when a key is not what its name says. */
import { isWindlassError } from "../base/errors.ts";
import { sealingErrors } from "./errors.ts";
import type { KeyWrapper } from "./wrapper.ts";

/** Where the canaries sit, one for each key-encryption key that has ever been given; the database's `meta` table in a server. */
export interface Cage {
  read(wrapperId: string): Promise<string | undefined>;
  write(wrapperId: string, wrapped: string): Promise<void>;
}

const context = { purpose: "canary" };
const song = "windlass";

/** Puts a canary: the sign that a server has been started with this key. Throws `sealing.key_service_failed`. */
export async function putCanary(wrapper: KeyWrapper, cage: Cage): Promise<void> {
  await cage.write(wrapper.id, await wrapper.wrap(context, new TextEncoder().encode(song)));
}

/**
 * Proves that a key is the one the database knows by this id; `false` when it does not know it yet.
 * Throws `sealing.wrong_key`, `sealing.key_service_failed`.
 */
export async function checkCanary(wrapper: KeyWrapper, cage: Cage): Promise<boolean> {
  const canary = await cage.read(wrapper.id);
  if (canary === undefined) return false;
  const sung = await wrapper.unwrap(context, canary).catch((error) => {
    if (isRefusal(error)) return new Uint8Array();
    throw error;
  });
  if (new TextDecoder().decode(sung) !== song)
    throw sealingErrors.fail("sealing.wrong_key", { detail: `the key of id ${wrapper.id}` });
  return true;
}

function isRefusal(error: unknown): boolean {
  return isWindlassError(error, "sealing.does_not_open") || isWindlassError(error, "sealing.unknown_key");
}
