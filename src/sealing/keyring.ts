/** Owns sealing: text becomes a JWE that opens only with its key and in the place it was sealed for. */
import type { KeyObject } from "node:crypto";
import { CompactEncrypt, type CryptoKey, compactDecrypt, decodeProtectedHeader } from "jose";
import { derivedKey, mac } from "../base/digest.ts";
import { isWindlassError } from "../base/errors.ts";
import { sealingErrors } from "./errors.ts";

/** Where a sealed text belongs, such as connection, project, field and version. Readable in the JWE, so no secrets. */
export type SealContext = Readonly<Record<string, string>>;

export interface SealingKey {
  /** Written into each JWE as `kid`; see {@link keyId}. */
  readonly id: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** The same key, imported: nobody can read it back out of the process. */
export interface ImportedKey {
  readonly id: string;
  readonly key: CryptoKey;
  /** Made of the key, for {@link Keyring.derive}. */
  readonly derivation: KeyObject;
}

export interface Keyring {
  seal(context: SealContext, text: string): Promise<string>;
  /** Throws `sealing.unknown_key`; `sealing.does_not_open` for other contexts, other bytes and anything not a JWE. */
  open(context: SealContext, sealed: string): Promise<string>;
  /**
   * 43 characters of base64url that only who has the key can make of these parts, and always the same: a secret that can be
   * asked for again without having been kept. Throws `sealing.unknown_key`.
   */
  derive(keyId: string, parts: readonly string[]): Promise<string>;
}

const [algorithm, encryption] = ["dir", "A256GCM"];
const onlyOurs = { keyManagementAlgorithms: [algorithm], contentEncryptionAlgorithms: [encryption] };

/**
 * The first key seals, all of them open. A sealed text names its key and is tried with no other.
 * Throws `sealing.key_malformed` for a key of another length, and for no key or the same id twice.
 * @see https://www.rfc-editor.org/rfc/rfc7516 section 4.1: the protected header, and so the context, is authenticated
 */
export function openKeyring({ keys }: { keys: readonly (SealingKey | ImportedKey)[] }): Keyring {
  const imported = new Map(keys.map((key) => [key.id, "derivation" in key ? key : importKey(key)]));
  const [sealing] = keys;
  if (sealing === undefined || imported.size < keys.length) {
    throw sealingErrors.fail("sealing.key_malformed", { detail: "no key, or one id twice" });
  }
  const keyOf = (id: unknown) => {
    const key = typeof id === "string" ? imported.get(id) : undefined;
    if (key === undefined)
      throw sealingErrors.fail("sealing.unknown_key", { detail: `key id ${describe(id)}` });
    return key;
  };

  return {
    async seal(context, text) {
      const { key } = await keyOf(sealing.id);
      return new CompactEncrypt(new TextEncoder().encode(text))
        .setProtectedHeader({ alg: algorithm, enc: encryption, kid: sealing.id, ctx: canonical(context) })
        .encrypt(key);
    },
    async open(context, sealed) {
      const named = async ({ kid }: { readonly kid?: unknown } = {}) => (await keyOf(kid)).key;
      const { plaintext, protectedHeader } = await compactDecrypt(sealed, named, onlyOurs).catch(refuse);
      if (protectedHeader.ctx !== canonical(context)) return refuse("sealed for another place");
      return new TextDecoder("utf-8", { ignoreBOM: true }).decode(plaintext);
    },
    async derive(keyId, parts) {
      const { derivation } = await keyOf(keyId);
      return mac(derivation, JSON.stringify(parts));
    },
  };
}

/** The id of the key a text says it is sealed with; `null` for what is not a JWE. It proves nothing. */
export function keyIdOf(sealed: string): string | null {
  try {
    const { kid }: { readonly kid?: unknown } = decodeProtectedHeader(sealed);
    return typeof kid === "string" ? kid : null;
  } catch {
    return null;
  }
}

/** A key that the process can use and nobody can read back out of it. Throws `sealing.key_malformed` for another length. */
export function importKey({ id, key: bytes }: SealingKey): Promise<ImportedKey> {
  if (bytes.byteLength !== 32) throw sealingErrors.fail("sealing.key_malformed");
  const derivation = derivedKey(bytes, "windlass derive");
  const sealing = crypto.subtle.importKey("raw", Uint8Array.from(bytes), "AES-GCM", false, [
    "encrypt",
    "decrypt",
  ]);
  return sealing.then((key) => ({ id, key, derivation }));
}

function refuse(reason: unknown): never {
  if (isWindlassError(reason)) throw reason;
  const detail = reason instanceof Error ? reason.message : String(reason);
  throw sealingErrors.fail("sealing.does_not_open", { detail });
}

/** One text for one context, whatever the order its names were written in. */
function canonical(context: SealContext): string {
  return JSON.stringify(Object.entries(context).sort(([left], [right]) => (left < right ? -1 : 1)));
}

function describe(id: unknown): string {
  return typeof id === "string" && /^[\w-]{1,64}$/.test(id) ? id : "that is no id";
}
