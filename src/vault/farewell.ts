/** Owns the end of a connection's access: given back where Bitbucket takes it, and gone here whatever Bitbucket says. */
import { isWindlassError } from "../base/errors.ts";
import type { FindInstance, Instance } from "../bitbucket/instance.ts";
import { revokeToken } from "../bitbucket/oauth2/revoke.ts";
import type { Database } from "../storage/database.ts";
import type { RotationParts } from "./rotation.ts";
import type { StoredTokens } from "./stored.ts";
import type { Watch } from "./watch.ts";

export interface FarewellParts extends RotationParts {
  readonly database: Database;
  readonly instances: FindInstance;
  readonly watch: Watch;
}

/** What became of the access at Bitbucket. */
export type Farewell =
  /** Bitbucket has ended it. */
  | "revoked"
  /** Bitbucket has no way to be told: the person ends it there. */
  | "not-offered"
  /** Bitbucket was told and did not answer, or refused. */
  | "failed"
  /** There was nothing. */
  | "nothing";

export async function sayFarewell(
  parts: FarewellParts,
  connectionId: string,
  actor: string,
): Promise<Farewell> {
  const { store, database, log } = parts;
  const farewell = await partings(parts, connectionId);
  const event = farewell === "revoked" ? "connection.revoked" : "connection.disconnected";
  await store.remove(connectionId, { event, actor });
  log.info("vault.forgotten", { connectionId, farewell });
  await database.scrub();
  return farewell;
}

/** What does not open cannot be given back, and goes all the same. */
async function partings(parts: FarewellParts, connectionId: string): Promise<Farewell> {
  try {
    const stored = await held(parts, connectionId);
    return stored === null ? "nothing" : await giveBack(parts, stored);
  } catch (error) {
    if (!isWindlassError(error)) throw error;
    parts.log.warn("vault.revocation_failed", { connectionId, code: error.code });
    return "failed";
  }
}

/** The tokens, under a lease or after a renewal under way has ended: what it brings would not be given back. Null when there are none. */
async function held(
  { store, clock, watch, leaseMilliseconds }: FarewellParts,
  connectionId: string,
): Promise<StoredTokens | null> {
  try {
    const stored = await store.load(connectionId);
    const until = new Date(clock.now().getTime() + leaseMilliseconds);
    if (stored.lease === null)
      return (await store.claim(stored, "farewell", until)) ?? (await store.load(connectionId));
    await watch.forChange(stored.row, leaseMilliseconds);
    return await store.load(connectionId);
  } catch (error) {
    if (isWindlassError(error, "vault.disconnected")) return null;
    throw error;
  }
}

/** At Data Center either token's end is not the other's, so both are named. @see RFC 7009 section 2.1 */
async function giveBack(parts: FarewellParts, stored: StoredTokens): Promise<Farewell> {
  const { store, clock, fetch, instances } = parts;
  const instance: Instance = await instances(stored.instanceId);
  if (instance.product !== "data-center" || stored.kind !== "oauth2") return "not-offered";
  const refreshToken = await store.refreshToken(stored);
  for (const token of refreshToken === null ? [] : [refreshToken])
    await revokeToken({ instance, fetch, clock }, token);
  await revokeToken({ instance, fetch, clock }, stored.accessToken);
  return "revoked";
}
