/** Owns what becomes of a connection whose tokens can never be opened again, because the key that sealed them was given up as lost. */
import { isWindlassError } from "../base/errors.ts";
import { findSecretsVersion } from "../storage/tables/connection-secrets.ts";
import { moveTo, type StoreParts } from "./saving.ts";
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
    if (isWindlassError(error, "sealing.key_lost") && !endedStates.has(seen.state))
      await say(parts, seen).catch(() => {});
    throw error;
  }
}

async function say({ audit, clock }: StoreParts, seen: SeenTokens): Promise<void> {
  await audit.transaction(async (transaction, record) => {
    if ((await findSecretsVersion(transaction, seen.connectionId)) !== seen.version) return;
    await moveTo({ transaction, record, clock }, seen, { state: "reconnect", reason: "sealing.key_lost" });
  });
}
