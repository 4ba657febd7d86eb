/** Owns the two grants of the token endpoint: a code, or a refresh token that is used up by it. */
import { s256, secretsEqual } from "../../core/entropy.ts";
import type { DataCenterContext } from "../context.ts";
import type { OAuth2Client, OAuth2Code, OAuth2Grant } from "../state.ts";
import { failure, missing, type TokenFailure } from "./failures.ts";
import { accessTokenSeconds, issueTokens, revokeGrant } from "./issue.ts";

/** A successful token response, on the wire. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: "bearer";
  readonly expires_in: number;
  readonly refresh_token: string;
  readonly scope: string;
}

export type GrantHandler = (
  context: DataCenterContext,
  client: OAuth2Client,
  form: URLSearchParams,
) => TokenAnswer | TokenFailure;

/** `grant_type=authorization_code` (RFC 6749 section 4.1.3). A code that comes again ends what came of it (section 10.5). */
export const exchangeCode: GrantHandler = (context, client, form) => {
  const { world, rules, clock } = context;
  const absent = ["code", "redirect_uri"].find((name) => (form.get(name) ?? "") === "");
  if (absent !== undefined) return missing(absent);
  const { codes, grants } = world.state.oauth2;
  const code = codes.get(form.get("code") ?? "");
  const grant = code === undefined ? undefined : grants.get(code.grantId);
  if (code === undefined || grant === undefined) return failure(rules.unknownCode, "The code is not known.");
  if (grant.clientId !== client.clientId)
    return failure("invalid_grant", "The code was issued to another client.");
  if (code.used) {
    revokeGrant(world.state.oauth2, grant);
    return failure("invalid_grant", "The code was used before.");
  }
  if (code.expiresAt <= clock.now() || grant.revoked)
    return failure("invalid_grant", "The code has expired.");
  if (form.get("redirect_uri") !== code.redirectUri)
    return failure("invalid_grant", "The redirect_uri is not the one of the authorization request.");
  if (!verifierFits(code, form.get("code_verifier")))
    return failure("invalid_grant", "The code_verifier does not fit the code_challenge.");
  code.used = true;
  return answer(context, grant);
};

/** RFC 7636 section 4.6. Nothing is asked of who sent no challenge. */
function verifierFits({ challenge }: OAuth2Code, verifier: string | null): boolean {
  if (challenge === null) return true;
  if (verifier === null || !/^[\w.~-]{43,128}$/.test(verifier)) return false;
  return secretsEqual(challenge.method === "S256" ? s256(verifier) : verifier, challenge.value);
}

/** `grant_type=refresh_token`: the old access token and the old refresh token are dead when the answer leaves. */
export const refresh: GrantHandler = (context, client, form) => {
  const { grants, refreshTokens } = context.world.state.oauth2;
  const given = form.get("refresh_token") ?? "";
  if (given === "") return missing("refresh_token");
  const token = refreshTokens.get(given);
  const grant = token === undefined ? undefined : grants.get(token.grantId);
  if (token === undefined || grant === undefined || grant.revoked || grant.clientId !== client.clientId)
    return failure("invalid_grant", "The refresh token is not valid.");
  if (token.expiresAt <= context.clock.now())
    return failure("invalid_grant", "The refresh token has expired.");
  return answer(context, grant);
};

function answer(context: DataCenterContext, grant: OAuth2Grant): TokenAnswer {
  const { access, refresh: next } = issueTokens(context, grant);
  return {
    access_token: access.token,
    token_type: "bearer",
    expires_in: accessTokenSeconds,
    refresh_token: next.token,
    scope: grant.scopes.join(" "),
  };
}
