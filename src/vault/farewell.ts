/**
 * Owns the end of a connection's access: given back where Bitbucket takes it, and gone here whatever Bitbucket says. The wish
 * stands in the database first: from then on nobody is handed anything, and whoever finds it undone goes on with it.
 */
import { isWindlassError } from "../base/errors.ts";
import type { FindInstance } from "../bitbucket/instance.ts";
import type { Database } from "../storage/database.ts";
import { giveBack } from "./give-back.ts";
import { isAbandoned, keepExtending, leaseEnd, type WaitParts } from "./lease.ts";
import type { RotationParts } from "./rotation.ts";
import { disconnecting, type HeldTokens } from "./saving.ts";
import type { SeenTokens, StoredTokens } from "./stored.ts";

export interface FarewellParts extends RotationParts, WaitParts {
  readonly database: Database;
  readonly instances: FindInstance;
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

/** Throws what the database throws; after the wish was written down {@link finishFarewell} may go on. */
export async function sayFarewell(
  parts: FarewellParts,
  connectionId: string,
  actor: string,
): Promise<Farewell> {
  await parts.store.beginRemoval(connectionId, actor);
  return finishFarewell(parts, connectionId, actor);
}

/** Does what {@link sayFarewell} has written down. A new grant that came meanwhile stays. */
export async function finishFarewell(
  parts: FarewellParts,
  connectionId: string,
  actor: string,
): Promise<Farewell> {
  const { store, database, log } = parts;
  for (;;) {
    const { farewell, version } = await part(parts, connectionId);
    const event = farewell === "revoked" ? "connection.revoked" : "connection.disconnected";
    // What a renewal has saved in between is given back too.
    if (!(await store.remove(connectionId, { event, actor, version }))) continue;
    log.info("vault.forgotten", { connectionId, farewell });
    await database.scrub();
    return farewell;
  }
}

interface Parting {
  readonly farewell: Farewell;
  /** Of the tokens that were given back, or could not be. */
  readonly version: number | null;
}

const nothing: Parting = { farewell: "nothing", version: null };

/** What does not open cannot be given back, and goes all the same. */
async function part(parts: FarewellParts, connectionId: string): Promise<Parting> {
  const seen = await look(parts, connectionId);
  if (seen === null) return nothing;
  const failed = (error: unknown) => {
    // A database that is away says nothing about Bitbucket: the wish stands, and is fulfilled when it is back.
    if (!isWindlassError(error) || error.code.startsWith("storage.")) throw error;
    parts.log.warn("vault.revocation_failed", { connectionId, code: error.code });
    return "failed" as const;
  };
  const last = await takeLast(parts, connectionId).catch(failed);
  if (last === null) return nothing;
  if (last === "failed") return { farewell: "failed", version: seen.version };
  const { stored, held } = last;
  const stopExtending = held === null ? () => {} : keepExtending(parts, held);
  const farewell = await giveAllBack(parts, stored).catch(failed).finally(stopExtending);
  return { farewell, version: stored.version };
}

/** Null when there is nothing to be ended: none, or a new grant. */
async function look({ store }: FarewellParts, connectionId: string) {
  const { seen, opening } = await store.look(connectionId).catch((error: unknown) => {
    if (isWindlassError(error, "vault.disconnected")) return { seen: null, opening: null };
    throw error;
  });
  return seen === null || !isEnding(seen) ? null : { version: seen.version, opening };
}

function isEnding({ state, stateReason }: SeenTokens): boolean {
  return state === disconnecting.state && stateReason === disconnecting.state_reason;
}

/** A renewal under way is waited for so many leases: its request has two thirds of one. */
const mostLeasesWaited = 2;

/**
 * The tokens under a lease, after a renewal under way has ended: what it brings would not be given back. Without a lease when
 * it does not end: what it brings afterwards, it gives back itself. Null when there are none.
 */
async function takeLast(
  parts: FarewellParts,
  connectionId: string,
): Promise<{ readonly stored: StoredTokens; readonly held: HeldTokens | null } | null> {
  const { store, log, leaseMilliseconds } = parts;
  const goOnAt = performance.now() + mostLeasesWaited * leaseMilliseconds;
  for (;;) {
    const found = await look(parts, connectionId);
    if (found === null) return null;
    const stored = await found.opening;
    if (stored.lease === null || (await isAbandoned(parts, stored))) {
      const held = await store.claim(stored, { owner: "farewell", until: leaseEnd(parts), asks: false });
      if (held !== null) return { stored: held, held };
    }
    if (performance.now() < goOnAt) continue;
    log.warn("vault.farewell_not_alone", { connectionId });
    return { stored, held: null };
  }
}

async function giveAllBack(parts: FarewellParts, stored: StoredTokens): Promise<Farewell> {
  const instance = await parts.instances(stored.instanceId);
  const refreshToken = await parts.store.refreshToken(stored);
  const { kind, accessToken } = stored;
  return (await giveBack(parts, instance, { kind, accessToken, refreshToken })) ? "revoked" : "not-offered";
}
