/** Owns a fingerprint of a table that does not depend on the order of its rows, since engines sort texts differently. */
import { createHash } from "node:crypto";

export interface Digest {
  add(values: readonly unknown[]): void;
  readonly rows: number;
  /** The sum of the rows' SHA-256, in hexadecimal. */
  value(): string;
}

export function startDigest(): Digest {
  let sum = 0n;
  let rows = 0;
  return {
    add(values) {
      const hash = createHash("sha256").update(JSON.stringify(values)).digest("hex");
      sum = BigInt.asUintN(256, sum + BigInt(`0x${hash}`));
      rows += 1;
    },
    get rows() {
      return rows;
    },
    value: () => sum.toString(16),
  };
}
