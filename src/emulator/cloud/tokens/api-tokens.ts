/** Owns finding a person's API token, judging it, and ending it. */
import type { EmulatorContext } from "../../core/context.ts";
import { secretsEqual } from "../../core/entropy.ts";
import { type ApiToken, type Person, primaryAddress, type World } from "../../core/world.ts";
import { apiError, json, unauthorized } from "../answers.ts";
import type { Caller } from "../caller.ts";

/** Whether a secret is an API token by its looks. */
export function looksLikeApiToken(secret: string): boolean {
  return secret.startsWith("ATAT");
}

/** Basic with an API token: the name beside it is its owner's e-mail address, and nothing else. */
export function identifyByApiToken(
  context: EmulatorContext,
  email: string,
  secret: string,
): Caller | Response {
  const found = findLivingToken(context, secret);
  const address = found === null ? null : primaryAddress(found.person);
  if (found === null || address?.toLowerCase() !== email.toLowerCase()) return refused(context);
  return found.apiToken.scopes.length === 0 ? withoutScopes(context) : callerOf(found);
}

/** Bearer with one: refused with the general sentence unless the rule `apiTokenAsBearer` is on. */
export function identifyByBareApiToken(context: EmulatorContext, secret: string): Caller | Response {
  const { rules } = context;
  const found = rules.apiTokenAsBearer ? findLivingToken(context, secret) : null;
  return found === null || found.apiToken.scopes.length === 0
    ? unauthorized(rules.bearerChallenge)
    : callerOf(found);
}

/**
 * An API token as git sends it: beside its owner's username, the constant Atlassian gives, or by a rule the e-mail
 * address. Null: refused.
 * @see "Using API tokens", https://support.atlassian.com/bitbucket-cloud/docs/using-api-tokens/
 */
export function identifyGitApiToken(context: EmulatorContext, user: string, secret: string): Caller | null {
  const found = findLivingToken(context, secret);
  if (found === null || found.apiToken.scopes.length === 0) return null;
  const { username } = found.person;
  const isOwner = user === "x-bitbucket-api-token-auth" || (username !== null && user === username);
  const isAddress =
    context.rules.gitApiTokenEmail && primaryAddress(found.person)?.toLowerCase() === user.toLowerCase();
  return isOwner || isAddress ? callerOf(found) : null;
}

/** Ends one by its id, of anybody or of the person named. Returns whether there was one. */
export function revokeApiToken(world: World, id: string, owner?: Person): boolean {
  for (const { apiTokens } of owner === undefined ? world.people : [owner]) {
    const at = apiTokens.findIndex((one) => one.id === id);
    if (at >= 0) return apiTokens.splice(at, 1).length > 0;
  }
  return false;
}

interface Found {
  readonly person: Person;
  readonly apiToken: ApiToken;
}

function findLivingToken({ world, clock }: EmulatorContext, secret: string): Found | null {
  for (const person of world.people) {
    const apiToken = person.apiTokens.find(({ token }) => secretsEqual(token, secret));
    if (apiToken !== undefined) return apiToken.expiresAt <= clock.now() ? null : { person, apiToken };
  }
  return null;
}

function callerOf({ person, apiToken }: Found): Caller {
  const { scopes } = apiToken;
  return { kind: "person", person, scopes, credential: "api_token", consumerKey: null, grantId: null };
}

function refused({ rules }: EmulatorContext): Response {
  return unauthorized(rules.bearerChallenge, rules.badApiTokenMessage);
}

/** The one place where `error` is a string, by those who met it. */
function withoutScopes({ rules }: EmulatorContext): Response {
  const message = "API Token provided has no Bitbucket scopes.";
  return rules.scopelessTokenError === "string" ? json({ error: message }, 401) : apiError(401, { message });
}
