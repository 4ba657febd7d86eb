/** Owns what becomes of a connection whose tokens can never be opened again, because the key that sealed them was given up as lost. */
import { isWindlassError } from "../base/errors.ts";
import { findSecretsVersion } from "../storage/tables/connection-secrets.ts";
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

/** What opened although its key had been given up: the key turned up after all, and the connection is as before. */
export async function foundAgain(parts: StoreParts, seen: SeenTokens): Promise<SeenTokens> {
  if (seen.state !== "reconnect" || seen.stateReason !== keyLost) return seen;
  await move(parts, seen, { state: "active", reason: null }).catch(() => {});
  return { ...seen, state: "active", stateReason: null };
}

const keyLost = "sealing.key_lost";

async function move({ audit, clock }: StoreParts, seen: SeenTokens, to: Move): Promise<void> {
  await audit.transaction(async (transaction, record) => {
    if ((await findSecretsVersion(transaction, seen.connectionId)) !== seen.version) return;
    await moveTo({ transaction, record, clock }, seen, to);
  });
}
