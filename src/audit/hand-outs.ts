/** Owns recording who was given a token: the first of a minute is written before it is given, further ones cost nothing. */
import type { Clock } from "../base/clock.ts";
import type { Audit } from "./audit.ts";

export interface HandOut {
  /** Who is given it, as the record names them: `key key_…`, `analysis` … */
  readonly caller: string;
  readonly connectionId: string;
  readonly projectId: string;
}

export interface HandOuts {
  /**
   * Resolves when the caller's entry for this connection and minute is durable; gives nothing when it is already.
   * Rejects with what kept it from being written (`storage.…`): then no token may be given.
   */
  note(handOut: HandOut): Promise<void> | undefined;
}

const minuteMilliseconds = 60_000;
/** Beyond that all are forgotten and recorded anew: rather an entry too many than memory without end. */
const mostRemembered = 50_000;

/** One process's view: each records for itself. */
export function createHandOuts(audit: Pick<Audit, "write">, clock: Clock): HandOuts {
  let minute = Number.NaN;
  let noted = new Map<string, Promise<void> | "durable">();

  const record = ({ caller, connectionId, projectId }: HandOut, key: string): Promise<void> => {
    if (noted.size >= mostRemembered) noted = new Map();
    const into = noted;
    const writing = audit
      .write({ event: "connection.handed_out", actor: caller, connectionId, projectId })
      .then(
        () => void into.set(key, "durable"),
        (error) => {
          into.delete(key);
          throw error;
        },
      );
    into.set(key, writing);
    return writing;
  };
  return {
    note(handOut) {
      const now = Math.floor(clock.now().getTime() / minuteMilliseconds);
      if (now !== minute) {
        minute = now;
        noted = new Map();
      }
      const key = `${handOut.connectionId} ${handOut.caller}`;
      const known = noted.get(key);
      if (known === undefined) return record(handOut, key);
      return known === "durable" ? undefined : known;
    },
  };
}
