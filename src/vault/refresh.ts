/** Owns one refresh: asking Bitbucket, saving in the order a crash forgives, and judging what went wrong. */
import type { Clock } from "../base/clock.ts";
import { isWindlassError } from "../base/errors.ts";
import type { Fetch } from "../base/http/door.ts";
import type { Log } from "../base/log.ts";
import type { Secret } from "../base/secret.ts";
import { isRenewable, renewCredential } from "../bitbucket/credential.ts";
import type { FindInstance } from "../bitbucket/instance.ts";
import { vaultErrors } from "./errors.ts";
import type { StoredTokens, TokenStore } from "./store.ts";

export interface RefreshParts {
  readonly store: TokenStore;
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly instances: FindInstance;
  readonly log: Log;
}

/** What came of it, and how long to leave Bitbucket alone when it came to nothing. */
export interface RefreshOutcome {
  readonly tokens: StoredTokens;
  readonly pauseSeconds: number;
}

/** Bitbucket locks a client out for some minutes after a spent refresh token: asking at once again would prolong it. */
export const pauseAfterRefusalSeconds = 120;

const pauseAfterFailureSeconds = 30;

/** Thrown to end a refresh whose tokens somebody else has replaced meanwhile. */
const overtaken = new Error("the tokens were replaced meanwhile");

/**
 * Refreshes `stored`. While its access token is still good (`usable`), a failure only costs a pause: it is handed out on.
 * Throws `vault.reconnect` when Bitbucket says no, and what `refreshTokens` throws when it says nothing.
 */
export async function refresh(
  parts: RefreshParts,
  stored: StoredTokens,
  usable: boolean,
): Promise<RefreshOutcome> {
  const { connectionId } = stored;
  if (!isRenewable(stored)) return refused(parts, { stored, usable });
  try {
    const tokens = await renew(parts, stored);
    parts.log.info("vault.refreshed", { connectionId });
    return { tokens, pauseSeconds: 0 };
  } catch (error) {
    if (error === overtaken) return { tokens: await parts.store.load(connectionId), pauseSeconds: 0 };
    if (isWindlassError(error, "bitbucket.refresh_refused")) return refused(parts, { stored, usable, error });
    const code = isWindlassError(error) ? error.code : "unexpected";
    parts.log.warn("vault.refresh_failed", { connectionId, code, usable });
    if (!usable || !isWindlassError(error)) throw error;
    return { tokens: stored, pauseSeconds: error.retryAfterSeconds ?? pauseAfterFailureSeconds };
  }
}

/**
 * Bitbucket has rotated by the time it answers, so the new refresh token is saved first, with the old access token, and
 * only then is the rest of the answer believed.
 */
async function renew({ store, ...parts }: RefreshParts, stored: StoredTokens): Promise<StoredTokens> {
  const { accessToken, expiresAt } = stored;
  const instance = await parts.instances(stored.instanceId);
  let latest = stored;
  const save = async (tokens: Parameters<TokenStore["replace"]>[1]) => {
    const saved = await store.replace(latest, tokens);
    if (saved === null) throw overtaken;
    latest = saved;
  };
  const onRefreshToken = (rotated: Secret) => save({ accessToken, refreshToken: rotated, expiresAt });
  const answer = await renewCredential({ ...parts, instance, onRefreshToken }, stored);
  await save({
    accessToken: answer.accessToken,
    refreshToken: answer.refreshToken ?? latest.refreshToken,
    expiresAt: answer.expiresAt,
  });
  return latest;
}

/** Judged by the row as it is now: a refusal of tokens that were replaced meanwhile says nothing about the new ones. */
async function refused(
  { store, log }: RefreshParts,
  { stored, usable, error }: { stored: StoredTokens; usable: boolean; error?: unknown },
): Promise<RefreshOutcome> {
  const { connectionId } = stored;
  const state = usable ? "suspect" : "reconnect";
  if (!(await store.blame(stored, state, "vault.reconnect"))) {
    return { tokens: await store.load(connectionId), pauseSeconds: 0 };
  }
  log.warn("vault.refresh_refused", { connectionId, state });
  if (!usable) throw reconnect(connectionId, error);
  return { tokens: stored, pauseSeconds: pauseAfterRefusalSeconds };
}

/** The failure a person mends by granting access anew. */
export function reconnect(connectionId: string, cause?: unknown) {
  return vaultErrors.fail("vault.reconnect", { data: { connectionId }, cause });
}
