/** Owns the expiry date on the forms of tokens: the field, and reading what was typed. */
import { type Html, html } from "../../../../ui/html.ts";
import { field } from "../../../../ui/parts/field.ts";
import { latestExpiry } from "../../../core/plant-tokens.ts";

export interface ExpiryField {
  readonly now: Date;
  readonly value: string;
  readonly hint: string;
  readonly problem: string | undefined;
}

/** A date a year ahead at most. */
export function expiryField({ now, value, hint, problem }: ExpiryField): Html {
  return field(
    { name: "expires", label: "Expiry date", hint, problem },
    ({ id, describedBy, invalid }) =>
      html`<input id="${id}" name="expires" type="date" value="${value}" max="${day(latestExpiry(now))}" aria-describedby="${describedBy}" aria-invalid="${invalid}">`,
  );
}

/** ISO 8601 for the start of the day that was chosen, null for an empty field, or what is wrong with it. */
export function readExpiry(
  form: URLSearchParams,
  now: Date,
): { readonly at: string | null } | { readonly problem: string } {
  const text = (form.get("expires") ?? "").trim();
  if (text === "") return { at: null };
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : null;
  if (at === null || Number.isNaN(at.getTime())) return { problem: "This is not a date, as 2026-12-31." };
  if (at <= now) return { problem: "This date has passed." };
  if (at > latestExpiry(now)) return { problem: "A token lives for a year at most." };
  return { at: at.toISOString() };
}

/** `2026-12-31`. */
export function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
