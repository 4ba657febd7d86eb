/**
 * Owns one rotation under a lease: ask Bitbucket, and save what it gave in the order a crash forgives. From the moment of
 * asking, the answer is the only access there is, so nothing but a newer one keeps it from being saved.
 */
import { isWindlassError } from "../base/errors.ts";
import type { Fetch } from "../base/http/door.ts";
import { httpErrors } from "../base/http/errors.ts";
import { randomFraction } from "../base/random.ts";
import type { Secret } from "../base/secret.ts";
import { renewCredential } from "../bitbucket/credential.ts";
import type { Instance } from "../bitbucket/instance.ts";
import type { TokenSet } from "../bitbucket/oauth2/token.ts";
import { pauseSeconds } from "./failures.ts";
import { giveBack } from "./give-back.ts";
import { type InsistParts, insist } from "./insist.ts";
import { keepExtending, type LeaseParts } from "./lease.ts";
import type { HeldTokens, Renewed } from "./saving.ts";
import type { StoredTokens } from "./stored.ts";

/** The request has two thirds of a lease. */
export interface RotationParts extends LeaseParts, InsistParts {
  readonly fetch: Fetch;
}

/** Cloud takes a rotated refresh token for about ten minutes more. @see "OAuth 2.0", refresh tokens, Bitbucket Cloud */
export const reuseWindowSeconds = 600;

/** A credential nobody uses is renewed this often, give or take a sixth: Bitbucket lets it end after 90 days. */
export const keepAliveDays = 30;

/** A renewal Bitbucket has answered. */
export interface Answered {
  /**
   * Saves what Bitbucket gave, for as long as that takes. Null when somebody else's newer tokens lie there, or none any more. Throws
   * what the request threw; then nothing was rotated, or its answer was no good and the refresh token in it, if any, is saved.
   */
  save(): Promise<StoredTokens | null>;
}

/** What is renewed, and with what. */
export interface Question {
  readonly instance: Instance;
  readonly held: HeldTokens;
  readonly refreshToken: Secret | null;
}

/** Asks for new tokens; extends the lease until they are saved. Throws nothing: `save` does. */
export async function rotate(parts: RotationParts, question: Question): Promise<Answered> {
  const { instance, held, refreshToken } = question;
  const stopExtending = keepExtending(parts, held);
  let rotated: Secret | null = null;
  const ask = (token: Secret | null) =>
    renewCredential(
      {
        instance,
        clock: parts.clock,
        fetch: withDeadline(parts.fetch, (parts.leaseMilliseconds * 2) / 3),
        async onRefreshToken(next) {
          rotated = next;
        },
      },
      { ...held, refreshToken: token },
    );
  try {
    const given = await askTwice(ask, refreshToken, () => parts.store.formerToken(held));
    return { save: () => keep(parts, question, given).finally(stopExtending) };
  } catch (error) {
    const save = async () => {
      // The answer was no good, but Bitbucket has rotated: its refresh token is the only one that still works.
      if (rotated !== null) await saveRefreshTokenAlone(parts, held, { refreshToken: rotated, error });
      throw error;
    };
    return { save: () => save().finally(stopExtending) };
  }
}

/** An answer as it is kept: with the refresh token that brought it. */
interface Given {
  readonly former: Secret | null;
  readonly answer: TokenSet;
}

/** Of a connection that was ended meanwhile nobody else knows what Bitbucket gave, so it is given back. */
async function keep(
  parts: RotationParts,
  { instance, held }: Question,
  { former, answer }: Given,
): Promise<StoredTokens | null> {
  const { connectionId, kind } = held;
  const saved = await saveForSure(parts, held, renewedBy(parts, instance, held, { former, answer }));
  if (saved !== null || !(await parts.store.isGone(connectionId).catch(() => false))) return saved;
  const { accessToken, refreshToken } = answer;
  const outcome = await giveBack(parts, instance, { kind, accessToken, refreshToken }).catch(
    (error: unknown) => (isWindlassError(error) ? error.code : "unexpected"),
  );
  if (typeof outcome === "string") parts.log.warn("vault.revocation_failed", { connectionId, code: outcome });
  return null;
}

/** Within Cloud's reuse window the refresh token before a refused one may still give a successor. */
async function askTwice(
  ask: (refreshToken: Secret | null) => Promise<TokenSet>,
  refreshToken: Secret | null,
  formerToken: () => Promise<Secret | null>,
): Promise<Given> {
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
  { former, answer }: Given,
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

/** Until they are saved these tokens are nowhere but here. */
function saveForSure(parts: RotationParts, held: HeldTokens, renewed: Renewed): Promise<StoredTokens | null> {
  const { connectionId } = held;
  return insist(parts, () => parts.store.save(held, renewed), { event: "vault.save_failed", connectionId });
}

/**
 * No answer is waited for longer than the lease lasts, to its last byte, whatever door was handed in. One that comes later all
 * the same, from a door that does not listen, is taken: it may be the only one.
 */
function withDeadline(fetch: Fetch, milliseconds: number): Fetch {
  return async (url, init) => {
    const deadline = new AbortController();
    const late = httpErrors.fail("http.timeout", { detail: "the token endpoint" });
    const timer = setTimeout(() => deadline.abort(late), milliseconds);
    const signal = init?.signal ? AbortSignal.any([init.signal, deadline.signal]) : deadline.signal;
    try {
      const answer = await fetch(url, { ...init, signal });
      const { status, statusText, headers } = answer;
      const text = await answer.text();
      return { status, statusText, headers, text: async () => text, json: async () => JSON.parse(text) };
    } finally {
      clearTimeout(timer);
    }
  };
}
