/** Owns writing down what was done to the keys. */
import { type AuditEvent, createAudit } from "../../audit/audit.ts";
import { auditKeys } from "../audit-key.ts";
import type { KeyParts } from "./parts.ts";
import { type Rotated, type RotationOptions, rotateKeys } from "./rotate.ts";

/** A chain of its own for one entry: keys are seldom tended. Throws `sealing.…`, `storage.…`. */
export async function recordKeys(parts: Omit<KeyParts, "keys">, event: AuditEvent): Promise<void> {
  const { database, keyrings, clock } = parts;
  await createAudit({ database, keys: auditKeys(database, keyrings), clock }).write(event);
}

/** {@link rotateKeys}, with an entry at its end. One that was stopped is recorded when it has gone on to its end. */
export async function rotateOnRecord(parts: KeyParts, options?: RotationOptions): Promise<Rotated> {
  const rotated = await rotateKeys(parts, options);
  const { wrapperId, newDataKeys, resealed, rewrapped, deleted, closed } = rotated;
  const facts = { wrapperId, newDataKeys, resealed, rewrapped, deleted, closed: closed.length };
  await recordKeys(parts, { event: "key.rotated", actor: "operator", facts });
  return rotated;
}
