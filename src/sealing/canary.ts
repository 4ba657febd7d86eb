/** Owns the canary: a text of no worth, sealed into the database, that dies first when the key is the wrong one. */
import { isWindlassError } from "../base/errors.ts";
import { sealingErrors } from "./errors.ts";
import type { Keyring } from "./keyring.ts";

/** Where the canary sits; the database's `meta` table in a server. */
export interface Cage {
  read(): Promise<string | undefined>;
  write(sealed: string): Promise<void>;
}

const context = { purpose: "canary" };
const song = "windlass";

/**
 * Proves at start that the keyring opens what the database holds, and puts a canary where none is. With no sealed
 * rows, a canary of another key is replaced: nothing is lost with it.
 * Throws `sealing.wrong_key`.
 */
export async function checkCanary(
  keyring: Keyring,
  cage: Cage,
  databaseHoldsSealedRows: boolean,
): Promise<void> {
  const canary = await cage.read();
  if (canary !== undefined && (await sings(keyring, canary))) return;
  if (canary !== undefined && databaseHoldsSealedRows) throw sealingErrors.fail("sealing.wrong_key");
  await cage.write(await keyring.seal(context, song));
}

async function sings(keyring: Keyring, canary: string): Promise<boolean> {
  try {
    return (await keyring.open(context, canary)) === song;
  } catch (error) {
    if (isWindlassError(error)) return false;
    throw error;
  }
}
