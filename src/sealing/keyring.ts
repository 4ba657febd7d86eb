/** Owns sealing: text becomes a JWE that opens only with its key and in the place it was sealed for. */
import { CompactEncrypt, type CryptoKey, compactDecrypt, decodeProtectedHeader } from "jose";
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
}

export interface Keyring {
  seal(context: SealContext, text: string): Promise<string>;
  /** Throws `sealing.unknown_key`; `sealing.does_not_open` for other contexts, other bytes and anything not a JWE. */
  open(context: SealContext, sealed: string): Promise<string>;
}

const [algorithm, encryption] = ["dir", "A256GCM"];
const onlyOurs = { keyManagementAlgorithms: [algorithm], contentEncryptionAlgorithms: [encryption] };

/**
 * The first key seals, all of them open. A sealed text names its key and is tried with no other.
 * Throws `sealing.key_malformed` for a key of another length, and for no key or the same id twice.
 * @see https://www.rfc-editor.org/rfc/rfc7516 section 4.1: the protected header, and so the context, is authenticated
 */
export function openKeyring({ keys }: { keys: readonly (SealingKey | ImportedKey)[] }): Keyring {
  const cryptoKeys = new Map(
    keys.map(({ id, key }) => [id, key instanceof Uint8Array ? importKey(key) : key]),
  );
  const [sealing] = keys;
  if (sealing === undefined || cryptoKeys.size < keys.length) {
    throw sealingErrors.fail("sealing.key_malformed", { detail: "no key, or one id twice" });
  }
  const keyOf = (id: unknown) => {
    const key = typeof id === "string" ? cryptoKeys.get(id) : undefined;
    if (key === undefined)
      throw sealingErrors.fail("sealing.unknown_key", { detail: `key id ${describe(id)}` });
    return key;
  };

  return {
    async seal(context, text) {
      return new CompactEncrypt(new TextEncoder().encode(text))
        .setProtectedHeader({ alg: algorithm, enc: encryption, kid: sealing.id, ctx: canonical(context) })
        .encrypt(await keyOf(sealing.id));
    },
    async open(context, sealed) {
      const named = ({ kid }: { readonly kid?: unknown } = {}) => keyOf(kid);
      const { plaintext, protectedHeader } = await compactDecrypt(sealed, named, onlyOurs).catch(refuse);
      if (protectedHeader.ctx !== canonical(context)) return refuse("sealed for another place");
      return new TextDecoder("utf-8", { ignoreBOM: true }).decode(plaintext);
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
export function importKey(bytes: Uint8Array): Promise<CryptoKey> {
  if (bytes.byteLength !== 32) throw sealingErrors.fail("sealing.key_malformed");
  return crypto.subtle.importKey("raw", Uint8Array.from(bytes), "AES-GCM", false, ["encrypt", "decrypt"]);
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
