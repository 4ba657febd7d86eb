/** Owns how a lookback that somebody typed is read: whole days, 1 to 3,650. */

export type ReadLookback = { readonly days: number } | { readonly problem: string };

/** Gives the days, or the sentence that stands beside the field. */
export function readLookback(text: string): ReadLookback {
  const days = Number(text.trim());
  if (/^\d{1,4}$/.test(text.trim()) && days >= 1 && days <= 3650) return { days };
  return { problem: "Enter whole days from 1 to 3,650." };
}
