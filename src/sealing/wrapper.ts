/** Owns wrapping data keys: by a key that lies here, or by a service that never hands its own out. */
import { isWindlassError } from "../base/errors.ts";
import { sealingErrors } from "./errors.ts";
import { type Keyring, openKeyring, type SealContext, type SealingKey } from "./keyring.ts";

/**
 * A key-encryption key: what a key management service is to be dressed as. What `wrap` gave opens only by `unwrap` with the
 * same context. Asked once for each data key a process opens, so it may be slow; it has a deadline of its own. When it
 * throws, `sealing.key_service_failed` is what callers get, and nothing is taken for lost.
 */
export interface KeyWrapper {
  /** Stored beside what it wrapped; a wrapper of another id is never tried. Never given to another key. */
  readonly id: string;
  wrap(context: SealContext, key: Uint8Array): Promise<string>;
  /** Throws for other contexts and other bytes. */
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

/** The same, whose failures are the catalogue's. Throws `sealing.key_malformed` for an id that cannot be stored. */
export function guardWrapper(wrapper: KeyWrapper): KeyWrapper {
  const { id } = wrapper;
  if (!/^[\w.:/@-]{1,200}$/.test(id))
    throw sealingErrors.fail("sealing.key_malformed", {
      message: "The id of a key service is not a name.",
      cure: "Give keyWrappers ids of 1 to 200 letters, digits and . : / @ _ -",
    });
  const failed = (cause: unknown): never => {
    if (isWindlassError(cause)) throw cause;
    throw sealingErrors.fail("sealing.key_service_failed", { detail: id, cause, retryAfterSeconds: 5 });
  };
  return {
    id,
    wrap: async (context, key) => {
      try {
        return await wrapper.wrap(context, key);
      } catch (error) {
        return failed(error);
      }
    },
    unwrap: async (context, wrapped) => {
      try {
        return await wrapper.unwrap(context, wrapped);
      } catch (error) {
        return failed(error);
      }
    },
  };
}
