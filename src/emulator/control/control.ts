/** Owns control from code: what tests do to the emulator besides talking to it as Bitbucket. */
import { revokeGrants } from "../cloud/oauth/issue.ts";
import type { EmulatorContext } from "../core/context.ts";
import type { ArmedFault, Fault } from "../core/faults.ts";
import type { JournalEntry } from "../core/journal.ts";
import { findPerson } from "../core/world.ts";

/** Whose grants end: of one consumer, or of all when no key is given. */
export interface RevokeRequest {
  readonly username?: string | undefined;
  readonly uuid?: string | undefined;
  readonly consumerKey?: string | undefined;
}

export interface EmulatorControl {
  /** Moves the emulator's clock forward. */
  advance(seconds: number): void;
  /** Makes coming requests fail; the schema is in `core/faults.ts`. */
  addFault(fault: Fault): ArmedFault;
  clearFaults(): void;
  /** As a person does under App authorizations. Returns how many grants ended, or null for an unknown person. */
  revoke(whom: RevokeRequest): number | null;
  /** Every request answered so far, oldest first, without control itself. */
  requests(): readonly JournalEntry[];
}

export function createControl(context: EmulatorContext): EmulatorControl {
  return {
    advance: (seconds) => context.clock.advance(seconds),
    addFault: (fault) => context.faults.add(fault),
    clearFaults() {
      context.faults.clear();
    },
    revoke({ username, uuid, consumerKey }) {
      const person = findPerson(context.world, username ?? uuid ?? "");
      return person === undefined ? null : revokeGrants(context, person.uuid, consumerKey);
    },
    requests: () => context.journal.list(),
  };
}
