/** Owns which of a person's addresses stands for them. */
import type { CloudEmail } from "../api/cloud.ts";

/**
 * The primary address, else the first confirmed one, else the first; null when there is none.
 * Whether it may be trusted is that address's own `isConfirmed`, whatever made it the chosen one.
 */
export function chooseEmail(emails: readonly CloudEmail[]): CloudEmail | null {
  const addresses = emails.filter(({ email }) => email.trim() !== "");
  return (
    addresses.find(({ isPrimary }) => isPrimary) ??
    addresses.find(({ isConfirmed }) => isConfirmed) ??
    addresses[0] ??
    null
  );
}
