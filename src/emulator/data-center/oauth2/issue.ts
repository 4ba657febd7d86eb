/** Owns the making and ending of OAuth 2 clients, grants, codes and tokens. */
import { randomUUID } from "node:crypto";
import { randomText } from "../../core/entropy.ts";
import type { DataCenterContext } from "../context.ts";
import type { OAuth2Client, OAuth2Code, OAuth2Grant, OAuth2State, OAuth2Token } from "../state.ts";
import type { DcPerson } from "../world.ts";

/** One hour and ninety days. @see https://confluence.atlassian.com/bitbucketserver/oauth-2-0-provider-system-properties-1108483660.html */
export const accessTokenSeconds = 3600;
const refreshTokenSeconds = 90 * 86_400;

/** A new client; id and secret at random unless given. */
export function newClient(
  given: Pick<OAuth2Client, "name" | "redirectUrls" | "scopes"> & Partial<OAuth2Client>,
): OAuth2Client {
  return {
    ...given,
    clientId: given.clientId ?? randomText(64).replaceAll(/[-_]/g, "").slice(0, 32),
    clientSecret: given.clientSecret ?? randomText(96).replaceAll(/[-_]/g, "").slice(0, 64),
  };
}

/** Takes a client away, and with it all it was allowed. */
export function deleteClient(state: OAuth2State, clientId: string): boolean {
  for (const grant of state.grants.values()) if (grant.clientId === clientId) revokeGrant(state, grant);
  return state.clients.delete(clientId);
}

export function openGrant(
  { world, clock }: DataCenterContext,
  client: OAuth2Client,
  person: DcPerson,
  scopes: readonly string[],
): OAuth2Grant {
  const grant: OAuth2Grant = {
    id: randomUUID(),
    clientId: client.clientId,
    personId: person.id,
    scopes,
    grantedAt: clock.now(),
    revoked: false,
  };
  world.state.oauth2.grants.set(grant.id, grant);
  return grant;
}

export function issueCode(
  context: DataCenterContext,
  grant: OAuth2Grant,
  request: Pick<OAuth2Code, "redirectUri" | "challenge">,
): string {
  const code = randomText(43);
  const expiresAt = later(context, context.rules.codeSeconds);
  context.world.state.oauth2.codes.set(code, { ...request, code, grantId: grant.id, expiresAt, used: false });
  return code;
}

/** An access token and its refresh token. What the grant had before is dropped in the same breath. */
export function issueTokens(
  context: DataCenterContext,
  grant: OAuth2Grant,
): { readonly access: OAuth2Token; readonly refresh: OAuth2Token } {
  const state = context.world.state.oauth2;
  dropTokens(state, grant);
  const make = (kind: string, seconds: number): OAuth2Token => {
    const expiresAt = later(context, seconds);
    const exp = Math.floor(expiresAt.getTime() / 1000);
    const token = jwtShaped({ typ: kind, sub: randomText(22), client: grant.clientId, exp });
    return { token, grantId: grant.id, expiresAt };
  };
  const access = make("access", accessTokenSeconds);
  const refresh = make("refresh", refreshTokenSeconds);
  state.accessTokens.set(access.token, access);
  state.refreshTokens.set(refresh.token, refresh);
  return { access, refresh };
}

/** Ends what a person granted one client, or all of them. Returns how many grants lived until now. */
export function revokeOAuth2(state: OAuth2State, personId: number, clientId?: string): number {
  const ended = livingGrants(state, personId).filter(
    (grant) => clientId === undefined || grant.clientId === clientId,
  );
  for (const grant of ended) revokeGrant(state, grant);
  return ended.length;
}

/** The grants of a person that have not been revoked. */
export function livingGrants(state: OAuth2State, personId: number): readonly OAuth2Grant[] {
  return [...state.grants.values()].filter((grant) => grant.personId === personId && !grant.revoked);
}

export function revokeGrant(state: OAuth2State, grant: OAuth2Grant): void {
  grant.revoked = true;
  dropTokens(state, grant);
}

function dropTokens(state: OAuth2State, { id }: OAuth2Grant): void {
  for (const tokens of [state.accessTokens, state.refreshTokens])
    for (const { token, grantId } of tokens.values()) if (grantId === id) tokens.delete(token);
}

/** A JWT's shape without its meaning: tokens are looked up, never read. */
function jwtShaped(claims: Readonly<Record<string, unknown>>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ typ: "JWT", alg: "HS256" })}.${part({ ...claims, jti: randomText(86) })}.${randomText(43)}`;
}

function later({ clock }: DataCenterContext, seconds: number): Date {
  return new Date(clock.now().getTime() + seconds * 1000);
}
