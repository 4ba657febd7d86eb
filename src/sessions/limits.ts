/** Owns how long a session lives. */
import type { SessionsTable } from "../storage/schema.ts";

/** Servers' clocks may differ by as much. What was seen later than that was written while a clock was wrong. */
const skewMilliseconds = 5 * 60_000;

/** The idle limit beginning now, never past the absolute one. */
export function idleLimit(now: Date, idleSeconds: number, expiresAt: Date) {
  const idleExpiresAt = Math.min(after(now, idleSeconds).getTime(), expiresAt.getTime());
  return { last_seen_at: now.toISOString(), idle_expires_at: new Date(idleExpiresAt).toISOString() };
}

export function after(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}

/** Neither over, nor of a time that is still to come. */
export function isAlive(row: Pick<SessionsTable, "idle_expires_at" | "last_seen_at">, now: Date): boolean {
  const isEarlier = Date.parse(row.last_seen_at) - now.getTime() <= skewMilliseconds;
  return isEarlier && now.toISOString() < row.idle_expires_at;
}
