/** Owns where the record's key is: in the database, sealed with the house's keyring, made once. */
import { type AuditKey, type AuditKeys, auditKey } from "../audit/chain.ts";
import { isWindlassError } from "../base/errors.ts";
import type { Keyrings } from "../sealing/keyrings.ts";
import type { Database } from "../storage/database.ts";
import { addMeta, readMeta } from "../storage/tables/meta.ts";

/** What each note of a key is sealed for. */
export const auditKeyContext = { purpose: "audit-key" };

/** The names of those notes begin with it. */
export const auditKeyBeginning = "audit-key";

/** Whether a note of this name is a key of the record. */
export function isAuditKeyNote(name: string): boolean {
  return /^audit-key(-[1-9][0-9]*)?$/.test(name);
}

/**
 * The first key lies under `audit-key`. One that no key of today opens stays where it is, and the next lies under
 * `audit-key-2`: what it signed cannot be checked until its key is back, and the record goes on.
 */
export function auditKeys({ kysely }: Database, keyrings: Keyrings): AuditKeys {
  let known: Promise<AuditKey> | undefined;
  const openAt = async (number: number): Promise<AuditKey | "missing" | "lost" | "none"> => {
    const sealed = await readMeta(kysely, nameOf(number));
    if (sealed === undefined) return "none";
    try {
      const text = await (await keyrings.of(null)).open(auditKeyContext, sealed);
      return auditKey(Buffer.from(text, "base64url"));
    } catch (error) {
      if (isWindlassError(error, "sealing.unknown_key")) return "missing";
      if (isWindlassError(error, "sealing.key_lost")) return "lost";
      throw error;
    }
  };
  const makeAt = async (number: number) => {
    const bytes = Buffer.from(crypto.getRandomValues(new Uint8Array(32)));
    const sealed = await (await keyrings.of(null)).seal(auditKeyContext, bytes.toString("base64url"));
    // Another process may have been first; then its key is read.
    await addMeta(kysely, nameOf(number), sealed);
  };
  const findOrMake = async (): Promise<AuditKey> => {
    for (let number = 1; ; ) {
      const found = await openAt(number);
      if (found === "none") await makeAt(number);
      else if (typeof found === "string") number += 1;
      else return found;
    }
  };

  return {
    current() {
      known ??= findOrMake().catch((error) => {
        known = undefined;
        throw error;
      });
      return known;
    },
    async all() {
      const keys: AuditKey[] = [];
      for (let number = 1; ; number++) {
        const found = await openAt(number);
        if (found === "none") return keys;
        if (typeof found !== "string") keys.push(found);
      }
    },
    async areOthersLost() {
      let isAnyLost = false;
      for (let number = 1; ; number++) {
        const found = await openAt(number);
        if (found === "none") return isAnyLost;
        if (found === "missing") return false;
        isAnyLost ||= found === "lost";
      }
    },
  };
}

function nameOf(number: number): string {
  return number === 1 ? auditKeyBeginning : `${auditKeyBeginning}-${number}`;
}
