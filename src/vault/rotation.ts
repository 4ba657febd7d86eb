/**
 * Owns one rotation under a lease: ask Bitbucket, and save what it gave in the order a crash forgives. From the moment of
 * asking, the answer is the only access there is, so nothing but a newer one keeps it from being saved.
 */
import type { Clock } from "../base/clock.ts";
import { isWindlassError } from "../base/errors.ts";
import type { Fetch } from "../base/http/door.ts";
import { httpErrors } from "../base/http/errors.ts";
import type { Log } from "../base/log.ts";
import { randomFraction } from "../base/random.ts";
import type { Secret } from "../base/secret.ts";
import { renewCredential } from "../bitbucket/credential.ts";
import type { Instance } from "../bitbucket/instance.ts";
import type { TokenSet } from "../bitbucket/oauth2/token.ts";
import { pauseSeconds } from "./failures.ts";
import type { HeldTokens, Renewed } from "./saving.ts";
import type { TokenStore } from "./store.ts";
import type { StoredTokens } from "./stored.ts";

export interface RotationParts {
  readonly store: TokenStore;
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly log: Log;
  /** How long a lease lasts that is not extended; extended each third of it. The request has two thirds. */
  readonly leaseMilliseconds: number;
  /** Aborted when the process ends: saving is not tried any longer then. */
  readonly closing: AbortSignal;
}

/** Cloud takes a rotated refresh token for about ten minutes more. @see "OAuth 2.0", refresh tokens, Bitbucket Cloud */
export const reuseWindowSeconds = 600;

/** A credential nobody uses is renewed this often, give or take a sixth: Bitbucket lets it end after 90 days. */
export const keepAliveDays = 30;

/**
 * Renews what `held` holds. Null when somebody else's newer tokens lie there. Throws what the request throws; then nothing was
 * rotated, or its answer was no good and the refresh token in it, if any, is saved.
 */
export async function rotate(
  parts: RotationParts,
  instance: Instance,
  held: HeldTokens,
): Promise<StoredTokens | null> {
  const stopExtending = keepExtending(parts, held);
  let rotated: Secret | null = null;
  const ask = (refreshToken: Secret | null) =>
    renewCredential(
      {
        instance,
        clock: parts.clock,
        fetch: withDeadline(parts.fetch, (parts.leaseMilliseconds * 2) / 3),
        async onRefreshToken(token) {
          rotated = token;
        },
      },
      { ...held, refreshToken },
    );
  try {
    const { store } = parts;
    const refreshToken = await store.refreshToken(held);
    try {
      const { former, answer } = await askTwice(ask, refreshToken, () => store.formerToken(held));
      return await saveForSure(parts, held, renewedBy(parts, instance, held, former, answer));
    } catch (error) {
      // The answer was no good, but Bitbucket has rotated: its refresh token is the only one that still works.
      if (rotated !== null) await saveRefreshTokenAlone(parts, held, { refreshToken: rotated, error });
      throw error;
    }
  } finally {
    stopExtending();
  }
}

/** Within Cloud's reuse window the refresh token before a refused one may still give a successor. */
async function askTwice(
  ask: (refreshToken: Secret | null) => Promise<TokenSet>,
  refreshToken: Secret | null,
  formerToken: () => Promise<Secret | null>,
): Promise<{ readonly former: Secret | null; readonly answer: TokenSet }> {
  try {
    return { former: refreshToken, answer: await ask(refreshToken) };
  } catch (error) {
    const former = isWindlassError(error, "bitbucket.refresh_refused") ? await formerToken() : null;
    if (former === null) throw error;
    return {
      former,
      answer: await ask(former).catch((again: unknown) => {
        throw isWindlassError(again, "bitbucket.refresh_refused") ? error : again;
      }),
    };
  }
}

/** What is kept of an answer. The former refresh token stays where Bitbucket takes it on. */
function renewedBy(
  { clock }: RotationParts,
  { product }: Instance,
  held: HeldTokens,
  former: Secret | null,
  answer: TokenSet,
): Renewed {
  const until = new Date(held.claimedAt.getTime() + reuseWindowSeconds * 1000);
  const isRotated = answer.refreshToken !== null;
  return {
    accessToken: answer.accessToken,
    refreshToken: answer.refreshToken ?? former,
    expiresAt: answer.expiresAt,
    former: product === "cloud" && isRotated && former !== null ? { refreshToken: former, until } : null,
    scopes: answer.scopes.length === 0 ? null : answer.scopes.join(" "),
    keepAliveAt: keepAliveFrom(clock.now(), held.kind),
    givenAt: clock.now(),
  };
}

/** When a credential of this kind has to be renewed although nobody uses it. */
export function keepAliveFrom(now: Date, kind: StoredTokens["kind"]): Date | null {
  if (kind !== "oauth2" && kind !== "oauth1") return null;
  const days = keepAliveDays * (5 / 6 + randomFraction() / 3);
  return new Date(now.getTime() + days * 86_400_000);
}

/** The old access token goes on as it is, and Bitbucket is left alone for a while, as after any other failure. */
async function saveRefreshTokenAlone(
  parts: RotationParts,
  held: HeldTokens,
  { refreshToken, error }: { readonly refreshToken: Secret; readonly error: unknown },
): Promise<void> {
  const { accessToken, expiresAt } = held;
  const now = parts.clock.now();
  const retryAt = new Date(now.getTime() + pauseSeconds(held.failures, randomFraction()) * 1000);
  await saveForSure(parts, held, {
    accessToken,
    expiresAt,
    refreshToken,
    former: null,
    scopes: null,
    keepAliveAt: keepAliveFrom(now, held.kind),
    givenAt: held.updatedAt,
    failed: {
      reason: isWindlassError(error) ? error.code : "unexpected",
      failures: held.failures + 1,
      retryAt,
    },
  });
}

const longestPauseMilliseconds = 5_000;
const secondsAtTheEnd = 10;

/**
 * Until they are saved these tokens are nowhere but here, so it is tried again and again, whatever is wrong: a database that
 * is gone, full or held comes back. A process that ends gives it some seconds more.
 */
async function saveForSure(
  { store, log, closing }: RotationParts,
  held: HeldTokens,
  renewed: Renewed,
): Promise<StoredTokens | null> {
  let lastAt = Number.POSITIVE_INFINITY;
  for (let attempt = 0; ; attempt++) {
    try {
      return await store.save(held, renewed);
    } catch (error) {
      if (closing.aborted) lastAt = Math.min(lastAt, performance.now() + secondsAtTheEnd * 1000);
      if (performance.now() >= lastAt) throw error;
      const code = isWindlassError(error) ? error.code : String(error);
      if (attempt % 10 === 0)
        log.error("vault.save_failed", { connectionId: held.connectionId, attempt, code });
      await pause(Math.min(50 * 2 ** attempt, longestPauseMilliseconds), closing);
    }
  }
}

/** A process that ends waits no longer than it must. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, 250)));
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", go);
      resolve();
    };
    const timer = setTimeout(go, milliseconds);
    signal.addEventListener("abort", go, { once: true });
  });
}

/** A lease that could not be extended is not given up: what comes of it is judged by the version when it is saved. */
function keepExtending({ store, clock, leaseMilliseconds }: RotationParts, held: HeldTokens): () => void {
  const timer = setInterval(() => {
    store.extend(held, new Date(clock.now().getTime() + leaseMilliseconds)).catch(() => false);
  }, leaseMilliseconds / 3);
  return () => clearInterval(timer);
}

/** No answer is waited for longer than the lease lasts, whatever door was handed in. */
function withDeadline(fetch: Fetch, milliseconds: number): Fetch {
  return async (url, init) => {
    const deadline = new AbortController();
    const late = httpErrors.fail("http.timeout", { detail: "the token endpoint" });
    const timer = setTimeout(() => deadline.abort(late), milliseconds);
    const signal = init?.signal ? AbortSignal.any([init.signal, deadline.signal]) : deadline.signal;
    try {
      return await fetch(url, { ...init, signal });
    } finally {
      clearTimeout(timer);
    }
  };
}
