/** Owns the making and ending of grants, codes and tokens. */
import { randomUUID } from "node:crypto";
import type { EmulatorContext } from "../../core/context.ts";
import { randomText } from "../../core/entropy.ts";
import type { AccessToken, Code, Consumer, Grant, RefreshToken } from "../../core/oauth-state.ts";

/** Records that a person (or, with null, nobody) let a consumer have scopes. */
export function openGrant(
  context: EmulatorContext,
  consumer: Consumer,
  personUuid: string | null,
  scopes: readonly string[],
): Grant {
  const grant: Grant = {
    id: randomUUID(),
    consumerKey: consumer.key,
    personUuid,
    scopes,
    grantedAt: context.clock.now(),
    revoked: false,
  };
  context.world.oauth.grants.set(grant.id, grant);
  return grant;
}

export function issueCode(
  context: EmulatorContext,
  grant: Grant,
  request: Pick<Code, "redirectUri" | "challenge">,
): string {
  const code = randomText(32);
  context.world.oauth.codes.set(code, {
    ...request,
    code,
    grantId: grant.id,
    consumerKey: grant.consumerKey,
    expiresAt: later(context, context.rules.codeLifeSeconds),
  });
  return code;
}

export function issueAccessToken(
  context: EmulatorContext,
  grant: Grant,
  scopes: readonly string[],
): AccessToken {
  const token: AccessToken = {
    // Base64 padding at the end, as seen in real tokens.
    token: `${randomText(Math.max(context.rules.tokenLength - 1, 42))}=`,
    grantId: grant.id,
    scopes,
    expiresAt: later(context, context.rules.accessTokenLifeSeconds),
  };
  context.world.oauth.accessTokens.set(token.token, token);
  return token;
}

export function issueRefreshToken(context: EmulatorContext, grant: Grant): RefreshToken {
  const token: RefreshToken = {
    token: randomText(Math.max(context.rules.tokenLength, 42)),
    grantId: grant.id,
    scopes: grant.scopes,
    lastUsedAt: context.clock.now(),
    rotatedAt: null,
  };
  context.world.oauth.refreshTokens.set(token.token, token);
  return token;
}

/** Ends the grants of a person, of one consumer or of all. Returns how many lived until now. */
export function revokeGrants(context: EmulatorContext, personUuid: string, consumerKey?: string): number {
  const ended = livingGrants(context, personUuid).filter(
    (grant) => consumerKey === undefined || grant.consumerKey === consumerKey,
  );
  for (const grant of ended) grant.revoked = true;
  return ended.length;
}

/** The grants of a person that have not been revoked. */
export function livingGrants(context: EmulatorContext, personUuid: string): readonly Grant[] {
  return [...context.world.oauth.grants.values()].filter(
    (grant) => grant.personUuid === personUuid && !grant.revoked,
  );
}

/** Takes a consumer away, and with it all it was allowed. */
export function deleteConsumer(context: EmulatorContext, key: string): void {
  context.world.oauth.consumers.delete(key);
  for (const grant of context.world.oauth.grants.values())
    if (grant.consumerKey === key) grant.revoked = true;
}

function later(context: EmulatorContext, seconds: number): Date {
  return new Date(context.clock.now().getTime() + seconds * 1000);
}
