/** Owns connections' access: kept sealed, renewed before it ends, one renewal at a time, handed out by hook. */
import { equalSecrets } from "../base/digest.ts";
import { type Log, silentLog } from "../base/log.ts";
import type { Secret } from "../base/secret.ts";
import type { Authorize } from "../bitbucket/api/authorize.ts";
import { headerFor, isRenewable, originIn, originOf } from "../bitbucket/credential.ts";
import { pauseAfterRefusalSeconds, type RefreshParts, reconnect, refresh } from "./refresh.ts";
import { createTokenStore, type StoredTokens, type StoreParts, type Tokens, type Way } from "./store.ts";

/**
 * Access is renewed when it has no more than this long to live, so that whoever is handed a token can still use it.
 * A token that lives for less than twice as long is renewed at half its life.
 */
export const refreshMarginSeconds = 300;

export interface VaultParts extends StoreParts, Pick<RefreshParts, "fetch" | "instances"> {
  readonly log?: Log | undefined;
  /** Default {@link refreshMarginSeconds}. */
  readonly refreshMarginSeconds?: number | undefined;
}

export interface Vault {
  /**
   * Keeps what a handshake brought, in place of anything older; the connection is active from here on. `way` is how
   * headers are made of it, where that may have changed: both are kept, or neither.
   */
  keep(connectionId: string, tokens: Tokens, way?: Way): Promise<void>;
  /**
   * The hook for an API client. Throws `vault.reconnect` (Bitbucket renews no more), `vault.disconnected` (nothing is
   * kept), and, once the old token has ended, whatever kept it from being renewed.
   */
  authorize(connectionId: string): Authorize;
  /** Forgets the secrets. Bitbucket has no way to revoke them: the person does that in their Bitbucket settings. */
  forget(connectionId: string): Promise<void>;
}

export function createVault(parts: VaultParts): Vault {
  const { log = silentLog, refreshMarginSeconds: margin = refreshMarginSeconds, clock } = parts;
  const store = createTokenStore(parts);
  const refreshParts = { ...parts, store, log };
  const flights = new Map<string, Promise<StoredTokens>>();
  /** Until when a connection's refresh is not tried again, in milliseconds of the clock. */
  const pauses = new Map<string, number>();

  const pause = (connectionId: string, seconds: number) =>
    pauses.set(connectionId, clock.now().getTime() + seconds * 1000);

  const judge = (stored: StoredTokens, rejected: Secret | undefined) => {
    const now = clock.now().getTime();
    const usable = isUsable(stored, rejected, now);
    const paused = now < (pauses.get(stored.connectionId) ?? 0);
    const endsSoon = isRenewable(stored) && !paused && now >= renewalDue(stored, margin);
    return { usable, paused, needsRefresh: !usable || endsSoon };
  };

  /** Reads again first: whoever flew before may have done the work. */
  const fly = async (connectionId: string, rejected: Secret | undefined) => {
    const stored = await store.load(connectionId);
    const { usable, paused, needsRefresh } = judge(stored, rejected);
    if (!needsRefresh) return stored;
    if (stored.state === "reconnect" && paused) throw reconnect(connectionId);
    // Stands when `refresh` throws: a refusal is not to be asked for again at once.
    pause(connectionId, pauseAfterRefusalSeconds);
    const outcome = await refresh(refreshParts, stored, usable);
    pause(connectionId, outcome.pauseSeconds);
    return outcome.tokens;
  };

  const flyOnce = (connectionId: string, rejected: Secret | undefined) => {
    const underWay = flights.get(connectionId);
    if (underWay !== undefined) return underWay;
    const flight = fly(connectionId, rejected).finally(() => flights.delete(connectionId));
    flights.set(connectionId, flight);
    return flight;
  };

  return {
    async keep(connectionId, tokens, way) {
      await store.put(connectionId, tokens, way);
      pauses.delete(connectionId);
    },
    authorize: (connectionId) => async (call) => {
      const { rejected } = call;
      const stored = await store.load(connectionId);
      const instance = await parts.instances(stored.instanceId);
      if (!judge(stored, rejected).needsRefresh) return headerFor({ instance, clock }, stored, call);
      const renewed = await flyOnce(connectionId, rejected);
      // The flight under way may have begun for another reason and have left the rejected token in place.
      const settled = isRejected(renewed, rejected) ? await flyOnce(connectionId, rejected) : renewed;
      return headerFor({ instance, clock }, settled, call);
    },
    async forget(connectionId) {
      await store.remove(connectionId);
      pauses.delete(connectionId);
    },
  };
}

/** Good for a call: not over, not rejected, and not of a connection Bitbucket has given up. */
function isUsable(stored: StoredTokens, rejected: Secret | undefined, now: number): boolean {
  const ended = stored.expiresAt !== null && now >= stored.expiresAt.getTime();
  return !ended && stored.state !== "reconnect" && !isRejected(stored, rejected);
}

function isRejected(stored: StoredTokens, rejected: Secret | undefined): boolean {
  return rejected !== undefined && equalSecrets(originIn(stored).reveal(), originOf(rejected).reveal());
}

/** When to renew, in milliseconds; never, for a token whose end is unknown: it is renewed when it is rejected. */
function renewalDue({ expiresAt, updatedAt }: StoredTokens, marginSeconds: number): number {
  if (expiresAt === null) return Number.POSITIVE_INFINITY;
  const life = expiresAt.getTime() - updatedAt.getTime();
  return expiresAt.getTime() - Math.min(marginSeconds * 1000, life / 2);
}
