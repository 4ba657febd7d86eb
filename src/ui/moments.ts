/** Owns how times and numbers read: UTC with the zone shown, thousands grouped, the same on every machine. */
import { type Html, html } from "./html.ts";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const two = (value: number) => String(value).padStart(2, "0");

/** `2 Nov 2026`, in UTC. An invalid date reads `unknown`. */
export function dayText(date: Date): string {
  if (Number.isNaN(date.getTime())) return "unknown";
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** `14:05 UTC`. */
export function clockText(date: Date): string {
  if (Number.isNaN(date.getTime())) return "unknown";
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())} UTC`;
}

/** `2 Nov 2026, 14:05 UTC`. */
export function momentText(date: Date): string {
  return Number.isNaN(date.getTime()) ? "unknown" : `${dayText(date)}, ${clockText(date)}`;
}

/** A `<time>` that reads as {@link momentText}. */
export function moment(date: Date): Html {
  return timeTag(date, momentText(date));
}

/** A `<time>` that reads as {@link dayText}. */
export function day(date: Date): Html {
  return timeTag(date, dayText(date));
}

/** A `<time>` that reads as {@link clockText}. */
export function clock(date: Date): Html {
  return timeTag(date, clockText(date));
}

function timeTag(date: Date, text: string): Html {
  if (Number.isNaN(date.getTime())) return html`<span>${text}</span>`;
  const iso = date.toISOString();
  return html`<time datetime="${iso}" title="${iso}">${text}</time>`;
}

/** `1,234`. */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 commit`, `2 commits`, `3 repositories`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
