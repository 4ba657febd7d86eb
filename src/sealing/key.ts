/** Owns the key-encryption key that is 32 bytes in this process: its name, its text, and making one. */
import { createHash } from "node:crypto";
import { sealingErrors } from "./errors.ts";
import type { SealingKey } from "./keyring.ts";

/** A key's name: tells keys apart and says nothing about them. */
export function keyId(key: Uint8Array): string {
  return createHash("sha256").update("windlass key id\0").update(key).digest("hex").slice(0, 16);
}

export function randomKey(): SealingKey {
  const key = crypto.getRandomValues(new Uint8Array(32));
  return { id: keyId(key), key };
}

/**
 * One or several keys, each 32 bytes in Base64 or Base64url, divided by white space or commas; one that is written twice
 * counts once. Throws `sealing.key_malformed`, naming `place`, also for none.
 */
export function readKeys(text: string, place: string): readonly SealingKey[] {
  const keys = new Map<string, SealingKey>();
  for (const word of text.split(/[\s,]+/).filter((each) => each !== "")) {
    const key = decodeKey(word, place);
    keys.set(keyId(key), { id: keyId(key), key });
  }
  if (keys.size === 0) throw sealingErrors.fail("sealing.key_malformed", { detail: `${place}: empty` });
  return [...keys.values()];
}

/** As {@link readKeys} reads it. */
export function writeKeys(keys: readonly SealingKey[]): string {
  return keys.map(({ key }) => `${Buffer.from(key).toString("base64")}\n`).join("");
}

function decodeKey(word: string, place: string): Uint8Array {
  const bytes = Buffer.from(word, "base64");
  if (!/^[\w+/-]{43}=?$/.test(word) || bytes.byteLength !== 32) {
    throw sealingErrors.fail("sealing.key_malformed", { detail: place });
  }
  return new Uint8Array(bytes);
}
