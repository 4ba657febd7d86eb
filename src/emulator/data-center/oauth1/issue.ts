/** Owns the making and ending of OAuth 1 links and tokens. */
import { randomText } from "../../core/entropy.ts";
import type { DataCenterContext } from "../context.ts";
import type { OAuth1AccessToken, OAuth1Consumer, OAuth1RequestToken, OAuth1State } from "../state.ts";

/** Ten minutes, five years, and thirty days more: the defaults of Atlassian's provider. */
const requestTokenSeconds = 600;
export const accessTokenSeconds = 157_680_000;
export const sessionSeconds = 160_272_000;

/** Letters and digits only, as tokens and verifiers are. */
export function alphanumerics(length: number): string {
  let text = "";
  while (text.length < length) text += randomText(length).replaceAll(/[-_]/g, "");
  return text.slice(0, length);
}

/** Registers a link. Tokens of an earlier one with the same key are worth nothing to it. */
export function addConsumer(state: OAuth1State, consumer: OAuth1Consumer): void {
  forgetTokens(state, (token) => token.consumerKey === consumer.key);
  state.consumers.set(consumer.key, consumer);
}

/** Takes a link away. Its access tokens stay, so that their calls hear `consumer_key_unknown`. */
export function deleteConsumer(state: OAuth1State, key: string): boolean {
  for (const { token, consumerKey } of state.requestTokens.values())
    if (consumerKey === key) state.requestTokens.delete(token);
  return state.consumers.delete(key);
}

/** Ends what a person granted one link, or all of them. Returns how many tokens ended. */
export function revokeOAuth1(state: OAuth1State, personId: number, consumerKey?: string): number {
  return forgetTokens(
    state,
    (token) =>
      token.personId === personId && (consumerKey === undefined || token.consumerKey === consumerKey),
  );
}

function forgetTokens(state: OAuth1State, isMeant: (token: OAuth1AccessToken) => boolean): number {
  const ended = [...state.accessTokens.values()].filter(isMeant);
  for (const { token } of ended) state.accessTokens.delete(token);
  return ended.length;
}

export function issueRequestToken(
  { world, clock }: DataCenterContext,
  consumer: OAuth1Consumer,
  callback: string | null,
): OAuth1RequestToken {
  const token: OAuth1RequestToken = {
    token: alphanumerics(32),
    secret: alphanumerics(32),
    consumerKey: consumer.key,
    callback,
    createdAt: clock.now(),
    decision: null,
  };
  world.state.oauth1.requestTokens.set(token.token, token);
  return token;
}

/** A token with its session, whose life begins anew at each renewal. */
export function issueAccessToken(
  { world, clock }: DataCenterContext,
  of: Pick<OAuth1AccessToken, "consumerKey" | "personId"> & { readonly grantedAt?: Date },
): OAuth1AccessToken {
  const now = clock.now();
  const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
  const token: OAuth1AccessToken = {
    token: alphanumerics(32),
    secret: alphanumerics(32),
    consumerKey: of.consumerKey,
    personId: of.personId,
    grantedAt: of.grantedAt ?? now,
    expiresAt: later(accessTokenSeconds),
    sessionHandle: alphanumerics(32),
    sessionExpiresAt: later(sessionSeconds),
  };
  world.state.oauth1.accessTokens.set(token.token, token);
  return token;
}

export function isPast({ clock }: Pick<DataCenterContext, "clock">, moment: Date): boolean {
  return moment <= clock.now();
}

export function requestTokenExpired(context: DataCenterContext, { createdAt }: OAuth1RequestToken): boolean {
  return isPast(context, new Date(createdAt.getTime() + requestTokenSeconds * 1000));
}
