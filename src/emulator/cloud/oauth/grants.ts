/** Owns the three grants of the token endpoint: a code, a refresh token, or the client alone. */
import type { EmulatorContext } from "../../core/context.ts";
import { s256, secretsEqual } from "../../core/entropy.ts";
import type { Code, Consumer, Grant, RefreshToken } from "../../core/oauth-state.ts";
import type { Rules } from "../../core/rules.ts";
import { badCode, badRefreshToken, excessScopes, publicConsumer, type TokenFailure } from "./failures.ts";
import { issueAccessToken, issueRefreshToken, openGrant } from "./issue.ts";
import { redirectAllowed } from "./redirect.ts";
import { narrowScopes } from "./scope-request.ts";

/** A successful token response, on the wire. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly scope?: string;
  readonly scopes?: string;
  readonly token_type: "bearer";
  readonly expires_in: number;
  readonly state?: string;
  readonly refresh_token?: string;
}

/** `grant_type=authorization_code` (RFC 6749 section 4.1.3). An attempt by the right client uses the code up, even a failed one. */
export function exchangeCode(
  context: EmulatorContext,
  consumer: Consumer,
  form: URLSearchParams,
): TokenAnswer | TokenFailure {
  const { codes, grants } = context.world.oauth;
  const code = codes.get(form.get("code") ?? "");
  const refused = badCode(context.rules);
  if (code === undefined || code.consumerKey !== consumer.key) return refused;
  codes.delete(code.code);
  const grant = grants.get(code.grantId);
  if (grant === undefined || grant.revoked || code.expiresAt <= context.clock.now()) return refused;
  if (!redirectFits(code, consumer, form.get("redirect_uri"), context.rules)) return refused;
  if (context.rules.pkceChecked && !verifierFits(code, form.get("code_verifier"))) return refused;
  return answer(context, "authorization_code", {
    accessToken: issueAccessToken(context, grant, grant.scopes).token,
    refreshToken: issueRefreshToken(context, grant).token,
    scopes: grant.scopes,
  });
}

/** What was sent to authorize must be sent again, identical; what was not may be sent if it would have been allowed. */
function redirectFits(code: Code, consumer: Consumer, sent: string | null, rules: Rules): boolean {
  if (code.redirectUri !== null) return sent === code.redirectUri;
  return sent === null || redirectAllowed(consumer.callbackUrl, sent, rules);
}

/** RFC 7636 section 4.6. A verifier without a challenge is refused too: somebody took the challenge out. */
function verifierFits({ challenge }: Code, verifier: string | null): boolean {
  if (challenge === null || verifier === null) return challenge === null && verifier === null;
  return secretsEqual(challenge.method === "S256" ? s256(verifier) : verifier, challenge.value);
}

/** `grant_type=refresh_token`: a new access token and, while refresh tokens rotate, a new refresh token. */
export function refresh(
  context: EmulatorContext,
  consumer: Consumer,
  form: URLSearchParams,
): TokenAnswer | TokenFailure {
  const { rules, clock } = context;
  const token = context.world.oauth.refreshTokens.get(form.get("refresh_token") ?? "");
  const grant = usableGrant(context, consumer, token);
  if (token === undefined || grant === undefined) return badRefreshToken(rules.refreshFailure);
  const scopes = narrowScopes(form.get("scope") ?? undefined, token.scopes, rules);
  if ("excess" in scopes) return excessScopes(scopes.excess);
  token.lastUsedAt = clock.now();
  if (rules.rotateRefreshTokens) token.rotatedAt ??= clock.now();
  return answer(context, "refresh_token", {
    accessToken: issueAccessToken(context, grant, scopes).token,
    refreshToken: rules.rotateRefreshTokens ? issueRefreshToken(context, grant).token : token.token,
    scopes,
  });
}

/** The grant behind a refresh token that is still good, or undefined; a reused one may lock the client out. */
function usableGrant(
  context: EmulatorContext,
  consumer: Consumer,
  token: RefreshToken | undefined,
): Grant | undefined {
  const { rules, clock } = context;
  const now = clock.now().getTime();
  const grant = token === undefined ? undefined : context.world.oauth.grants.get(token.grantId);
  if (token === undefined || grant === undefined || grant.revoked || grant.consumerKey !== consumer.key)
    return undefined;
  if (now - token.lastUsedAt.getTime() >= rules.refreshIdleSeconds * 1000) return undefined;
  if (token.rotatedAt !== null && now - token.rotatedAt.getTime() >= rules.refreshReuseSeconds * 1000) {
    punishReuse(context, consumer, grant);
    return undefined;
  }
  const lockedUntil = context.world.oauth.lockouts.get(consumer.key);
  return lockedUntil !== undefined && clock.now() < lockedUntil ? undefined : grant;
}

function punishReuse({ world, rules, clock }: EmulatorContext, consumer: Consumer, grant: Grant): void {
  const until = new Date(clock.now().getTime() + rules.clientLockoutSeconds * 1000);
  if (rules.clientLockoutSeconds > 0) world.oauth.lockouts.set(consumer.key, until);
  if (rules.refreshReuseKillsGrant) grant.revoked = true;
}

/** `grant_type=client_credentials`: for private consumers; acts as the app itself in the workspace that owns it. */
export function clientCredentials(
  context: EmulatorContext,
  consumer: Consumer,
  form: URLSearchParams,
): TokenAnswer | TokenFailure {
  const { rules, world } = context;
  if (!consumer.isPrivate) return publicConsumer;
  const scopes = narrowScopes(form.get("scope") ?? undefined, consumer.scopes, rules);
  if ("excess" in scopes) return excessScopes(scopes.excess);
  const workspace = world.workspaces.find(({ uuid }) => uuid === consumer.workspaceUuid);
  const owner = workspace?.members.find(({ administrator }) => administrator)?.personUuid ?? null;
  const grant = openGrant(context, consumer, rules.clientCredentialsAsOwner ? owner : null, scopes);
  return answer(context, "client_credentials", {
    accessToken: issueAccessToken(context, grant, scopes).token,
    refreshToken: rules.clientCredentialsRefreshToken ? issueRefreshToken(context, grant).token : null,
    scopes,
  });
}

function answer(
  { rules }: EmulatorContext,
  grantName: string,
  issued: {
    readonly accessToken: string;
    readonly refreshToken: string | null;
    readonly scopes: readonly string[];
  },
): TokenAnswer {
  const scope = issued.scopes.join(" ");
  return {
    access_token: issued.accessToken,
    ...(rules.scopeField === "scopes" ? {} : { scope }),
    ...(rules.scopeField === "scope" ? {} : { scopes: scope }),
    token_type: "bearer",
    expires_in: rules.accessTokenLifeSeconds,
    ...(rules.stateField ? { state: grantName } : {}),
    ...(issued.refreshToken === null ? {} : { refresh_token: issued.refreshToken }),
  };
}
