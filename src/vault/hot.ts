/**
 * Owns what is handed out again without a look at the database: for a second at most, so that what another process did is
 * seen within one, and never when a renewal is due.
 */
import type { HandedToken } from "./handed-token.ts";

export interface HotToken {
  readonly connectionId: string;
  readonly projectId: string;
  readonly handed: HandedToken;
  /** When a renewal is due, in milliseconds of the clock. */
  readonly until: number;
}

export interface HotMemory {
  /** One that is good until `wantedUntil`, in milliseconds of the clock. */
  find(connectionId: string, wantedUntil: number): HotToken | undefined;
  heat(token: HotToken): void;
  drop(connectionId: string): void;
}

const hotMilliseconds = 1_000;
const mostHot = 10_000;

/** Age is measured by the process's own steady clock: the machine's may jump. */
export function createHotMemory(): HotMemory {
  const tokens = new Map<string, HotToken & { readonly heatedAt: number }>();
  return {
    find(connectionId, wantedUntil) {
      const token = tokens.get(connectionId);
      if (token === undefined || wantedUntil >= token.until) return undefined;
      return performance.now() - token.heatedAt < hotMilliseconds ? token : undefined;
    },
    heat(token) {
      tokens.delete(token.connectionId);
      tokens.set(token.connectionId, { ...token, heatedAt: performance.now() });
      const oldest = tokens.size > mostHot ? tokens.keys().next().value : undefined;
      if (oldest !== undefined) tokens.delete(oldest);
    },
    drop: (connectionId) => void tokens.delete(connectionId),
  };
}
