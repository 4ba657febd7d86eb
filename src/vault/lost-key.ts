/** Owns what becomes of a connection whose tokens can never be opened again, because the key that sealed them was given up as lost. */
import { isWindlassError } from "../base/errors.ts";
import { findSecretsVersion } from "../storage/tables/connection-secrets.ts";
import { findConnection } from "../storage/tables/connections.ts";
import { type Move, moveTo, type StoreParts } from "./saving.ts";
import type { SeenTokens } from "./stored.ts";

/** States that only a person ends: nothing is to be said beside them. */
const endedStates: ReadonlySet<string> = new Set(["reconnect", "suspended", "disconnected"]);

/**
 * What `opening` gives, or throws. A connection whose key is lost is to be reconnected from then on, and says why; one whose key
 * service is away, or whose key is only missing, stays as it is.
 */
export async function orLost<Opened>(
  parts: StoreParts,
  seen: SeenTokens,
  opening: Promise<Opened>,
): Promise<Opened> {
  try {
    return await opening;
  } catch (error) {
    // What cannot be written now is found again at the next look.
    if (isWindlassError(error, keyLost) && !endedStates.has(seen.state))
      await move(parts, seen, { state: "reconnect", reason: keyLost }).catch(() => {});
    throw error;
  }
}

/**
 * What opened although its key had been given up: the key turned up after all, and the connection is as before. As it was seen
 * when that is not on record, because somebody ended it meanwhile or the database does not write: it is handed to nobody then.
 */
export async function foundAgain(parts: StoreParts, seen: SeenTokens): Promise<SeenTokens> {
  if (seen.state !== "reconnect" || seen.stateReason !== keyLost) return seen;
  const isActive = await move(parts, seen, { state: "active", reason: null }).catch(() => false);
  return isActive ? { ...seen, state: "active", stateReason: null } : seen;
}

const keyLost = "sealing.key_lost";

/** False, with nothing written, when other tokens lie there, or the connection has gone elsewhere than `to` since it was seen. */
async function move({ audit, clock }: StoreParts, seen: SeenTokens, to: Move): Promise<boolean> {
  const { connectionId, version, state, stateReason } = seen;
  return audit.transaction(async (transaction, record) => {
    if ((await findSecretsVersion(transaction, connectionId)) !== version) return false;
    const connection = await findConnection(transaction, connectionId);
    const stands = (at: Move) => connection?.state === at.state && connection.state_reason === at.reason;
    // Whoever saw the same was first: it happened once, and stands in the record once.
    if (stands(to)) return true;
    if (connection?.state !== state || connection.state_reason !== stateReason) return false;
    await moveTo({ transaction, record, clock }, seen, to);
    return true;
  });
}
