/** Owns finding repository, project and workspace access tokens, ending them, and the calls that are closed to them. */
import type { MiddlewareHandler } from "hono";
import type { EmulatorContext } from "../../core/context.ts";
import { secretsEqual } from "../../core/entropy.ts";
import type { ResourceToken, World } from "../../core/world.ts";
import type { ApiEnv } from "../access.ts";
import { forbidden, unauthorized } from "../answers.ts";
import type { Caller } from "../caller.ts";

/** Whether a token is one of these by its looks. */
export function looksLikeAccessToken(secret: string): boolean {
  return secret.startsWith("ATCT");
}

/** Bearer with one. Unknown, expired and revoked ones are not told apart. */
export function identifyByAccessToken(
  { world, clock, rules }: EmulatorContext,
  secret: string,
): Caller | Response {
  const token = world.resourceTokens.find((one) => secretsEqual(one.token, secret));
  if (token === undefined || (token.expiresAt !== null && token.expiresAt <= clock.now()))
    return unauthorized(rules.bearerChallenge);
  const credential = credentialTypes[token.reach.kind];
  const { scopes } = token;
  return { kind: "access_token", token, scopes, credential, consumerKey: null, grantId: null };
}

const credentialTypes = {
  repository: "repo_access_token",
  project: "project_access_token",
  workspace: "workspace_access_token",
} as const;

/** Ends one by its id. Returns it, or null when there was none. */
export function revokeAccessToken({ resourceTokens }: World, id: string): ResourceToken | null {
  const at = resourceTokens.findIndex((one) => one.id === id);
  return at < 0 ? null : (resourceTokens.splice(at, 1)[0] ?? null);
}

const permissions = [
  /^\/2\.0\/repositories\/[^/]+\/[^/]+\/permissions-config(\/|$)/,
  /^\/2\.0\/workspaces\/[^/]+\/projects\/[^/]+\/permissions-config(\/|$)/,
  /^\/2\.0\/workspaces\/[^/]+\/permissions(\/|$)/,
];
const deployKeys = /^\/2\.0\/repositories\/[^/]+\/[^/]+\/deploy-keys(\/|$)/;

/**
 * 403 for what no access token may do, whatever its scopes: asking for or changing permissions, changing deploy keys.
 * @see "Authentication methods", https://developer.atlassian.com/cloud/bitbucket/rest/intro/#access-tokens
 */
export function closedToAccessTokens(): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    if (c.get("caller").kind !== "access_token") return next();
    const changesKeys = c.req.method !== "GET" && deployKeys.test(c.req.path);
    return changesKeys || permissions.some((path) => path.test(c.req.path)) ? forbidden() : next();
  };
}
