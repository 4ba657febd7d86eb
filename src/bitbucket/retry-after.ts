/** Owns the `Retry-After` header (RFC 9110 section 10.2.3), which Bitbucket may or may not send. */
import type { Clock } from "../base/clock.ts";

const wholeSeconds = /^\d{1,9}$/;

/**
 * Seconds to wait, from a number or a date; undefined when the header is missing or says nothing usable.
 * A date is measured against the answer's own `Date`, so that a clock set wrongly here does no harm.
 */
export function retryAfterSeconds(headers: Headers, clock: Clock): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (value === undefined || value === "") return undefined;
  if (wholeSeconds.test(value)) return Number(value);
  const until = value.endsWith("GMT") ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(until)) return undefined;
  const sentAt = Date.parse(headers.get("date") ?? "");
  const from = Number.isNaN(sentAt) ? clock.now().getTime() : sentAt;
  return Math.max(0, Math.ceil((until - from) / 1000));
}
