/** Owns which of a person's addresses stands for them, and how far it may be believed. */
import type { CloudEmail } from "../api/cloud.ts";

/**
 * `confirmed`: Bitbucket has made sure that the person reads it, and names it alone as the primary one.
 * `listed`: it stands in the profile, and proves nothing. `absent`: there is none.
 * Nothing is ever decided by an address that is not `confirmed`.
 */
export type EmailStanding = "confirmed" | "listed" | "absent";

/**
 * The primary address, else the first confirmed one, else the first; null when there is none. Good for showing and writing
 * to; what it proves is {@link standingOf}'s to say.
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

/** How far the chosen address may be believed: one that was chosen by its position in the list is only listed. */
export function standingOf(emails: readonly CloudEmail[]): EmailStanding {
  const chosen = chooseEmail(emails);
  if (chosen === null) return "absent";
  const primaries = emails.filter(({ isPrimary }) => isPrimary);
  const same = emails.filter(({ email }) => email.toLowerCase() === chosen.email.toLowerCase());
  const isProven = primaries.length === 1 && same.every(({ isConfirmed }) => isConfirmed);
  return chosen.isPrimary && isProven ? "confirmed" : "listed";
}
