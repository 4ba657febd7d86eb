/** Owns bytes that come in pieces until they make a whole answer. */

/** Above this, an emptied buffer is given back instead of being kept for the next answer. */
const keptCapacityBytes = 4 * 1024 * 1024;
const firstCapacityBytes = 64 * 1024;

export interface GrowingBuffer {
  /** What has come in and was not dropped; valid until the next call. */
  bytes(): Buffer;
  append(chunk: Buffer): void;
  /** Forgets the first `count` bytes. */
  drop(count: number): void;
}

/** Appends without copying everything again for each chunk: a diffstat of ten thousand files comes in many. */
export function growingBuffer(): GrowingBuffer {
  let store = Buffer.allocUnsafe(firstCapacityBytes);
  let length = 0;
  return {
    bytes: () => store.subarray(0, length),
    append(chunk: Buffer) {
      if (length + chunk.length > store.length) {
        const larger = Buffer.allocUnsafe(Math.max(store.length * 2, length + chunk.length));
        store.copy(larger, 0, 0, length);
        store = larger;
      }
      chunk.copy(store, length);
      length += chunk.length;
    },
    drop(count: number) {
      store.copyWithin(0, count, length);
      length -= count;
      if (length === 0 && store.length > keptCapacityBytes) store = Buffer.allocUnsafe(firstCapacityBytes);
    },
  };
}
