/**
 * Owns letting others look at every answer the emulator gives, in this process: the test run checks them all against
 * Atlassian's documents. Without anybody listening nothing is copied.
 * @see Node.js, "Diagnostics Channel"
 */
import { channel } from "node:diagnostics_channel";
import type { JournalOrigin } from "./journal.ts";

export const answeredChannelName = "windlass.emulator.answered";

export interface Answered {
  readonly origin: JournalOrigin;
  readonly request: Request;
  /** Of one's own: to be read or left. */
  readonly response: Response;
  /** Whether a fault on command made the answer up. */
  readonly isFault: boolean;
  /** The answer is sent after this work has ended. */
  waitFor(work: Promise<unknown>): void;
}

const answered = channel(answeredChannelName);

/** A message: `{ origin, site }` of an origin that begins to serve. The coverage table is compared with the routes of its site. */
export const servedChannelName = "windlass.emulator.served";

const served = channel(servedChannelName);

/** Shows what will answer at an origin to whoever listens. */
export function showSite(seen: { readonly origin: JournalOrigin; readonly site: object }): void {
  served.publish(seen);
}

/** Shows an answer to whoever listens, and waits for them. */
export async function showAnswer(seen: Omit<Answered, "waitFor">): Promise<void> {
  if (!answered.hasSubscribers) return;
  const work: Promise<unknown>[] = [];
  const message: Answered = {
    ...seen,
    response: seen.response.clone(),
    waitFor(promise) {
      work.push(promise);
    },
  };
  answered.publish(message);
  await Promise.all(work);
}
