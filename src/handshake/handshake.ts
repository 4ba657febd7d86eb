/** Owns trips to Bitbucket and back, for any purpose: one begins them, one ends them. */
import { beginHandshake, type HandshakeParts, type HandshakeStart } from "./begin.ts";
import { createBegunTrips } from "./begun.ts";
import { completeHandshake, type HandshakeResult, type HandshakeReturn } from "./complete.ts";

export type { HandshakeParts, HandshakeStart } from "./begin.ts";
export type { HandshakeResult, HandshakeReturn } from "./complete.ts";

export interface Handshakes {
  /** See {@link beginHandshake}. */
  begin(start: HandshakeStart): Promise<{ location: string }>;
  /** See {@link completeHandshake}. */
  complete(arrival: HandshakeReturn): Promise<HandshakeResult>;
}

export function createHandshakes(parts: HandshakeParts): Handshakes {
  const withTrips = { ...parts, trips: createBegunTrips(parts) };
  return {
    begin: (start) => beginHandshake(withTrips, start),
    complete: (arrival) => completeHandshake(withTrips, arrival),
  };
}
