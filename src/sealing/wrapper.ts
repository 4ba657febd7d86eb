/** Owns wrapping data keys: by a key that lies here, or by a service that never hands its own out. */
import { type Keyring, openKeyring, type SealContext, type SealingKey } from "./keyring.ts";

/**
 * A key-encryption key: what a key management service is to be dressed as. What `wrap` gave opens only by `unwrap` with the
 * same context.
 */
export interface KeyWrapper {
  /** Stored beside what it wrapped; a wrapper of another id is never tried. */
  readonly id: string;
  wrap(context: SealContext, key: Uint8Array): Promise<string>;
  /** Throws `sealing.does_not_open` for other contexts and other bytes. */
  unwrap(context: SealContext, wrapped: string): Promise<Uint8Array>;
}

/** Wraps with 32 bytes held in this process. Throws `sealing.key_malformed` for another length. */
export function localWrapper(key: SealingKey): KeyWrapper {
  const keyring: Keyring = openKeyring({ keys: [key] });
  return {
    id: key.id,
    wrap: (context, bytes) => keyring.seal(context, Buffer.from(bytes).toString("base64")),
    unwrap: async (context, wrapped) =>
      new Uint8Array(Buffer.from(await keyring.open(context, wrapped), "base64")),
  };
}
