/** Owns when to try again: the `Retry-After` header (RFC 9110 section 10.2.3), which Bitbucket may or may not send, and the sentence. */
import type { Clock } from "../base/clock.ts";

const wholeSeconds = /^\d{1,9}$/;

/** A day: whatever is asked for beyond that, nobody is told to wait for it. */
const longestSeconds = 24 * 3600;

/**
 * Seconds to wait, from a number or a date; undefined when the header is missing or says nothing usable.
 * Never more than a day. A date is measured against the answer's own `Date`, so that a clock set wrongly here does no harm.
 */
export function retryAfterSeconds(headers: Headers, clock: Clock): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (value === undefined || value === "") return undefined;
  if (wholeSeconds.test(value)) return Math.min(Number(value), longestSeconds);
  const until = value.endsWith("GMT") ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(until)) return undefined;
  const sentAt = Date.parse(headers.get("date") ?? "");
  const from = Number.isNaN(sentAt) ? clock.now().getTime() : sentAt;
  return Math.min(Math.max(0, Math.ceil((until - from) / 1000)), longestSeconds);
}

/** Seconds to wait as Cloud tells them to calls without a login: `x-ratelimit-reset` counts down, it is no point in time. */
export function resetSeconds(headers: Headers): number | undefined {
  const value = headers.get("x-ratelimit-reset")?.trim() ?? "";
  return /^\d{1,5}$/.test(value) ? Number(value) : undefined;
}

/** When to try again, relatively and absolutely: “Try again in 2 minutes, at 14:03:20 UTC.” */
export function whenToTry(seconds: number, now: Date): string {
  const at = new Date(now.getTime() + seconds * 1000);
  // Beyond what a date can hold; nobody waits that long.
  if (Number.isNaN(at.getTime())) return "Try again later.";
  const day = seconds < 20 * 3600 ? "" : `${at.toISOString().slice(0, 10)} `;
  return `Try again in ${duration(seconds)}, at ${day}${at.toISOString().slice(11, 19)} UTC.`;
}

function duration(seconds: number): string {
  const [amount, unit] =
    seconds < 120
      ? [seconds, "second"]
      : seconds < 7200
        ? [Math.ceil(seconds / 60), "minute"]
        : [Math.ceil(seconds / 3600), "hour"];
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}
