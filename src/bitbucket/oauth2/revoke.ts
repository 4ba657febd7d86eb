/** Owns giving tokens back (RFC 7009), which Data Center takes and Cloud does not. */
import * as oauth from "oauth4webapi";
import type { Secret } from "../../base/secret.ts";
import type { DataCenterInstance } from "../instance.ts";
import { refusal, type TokenContext } from "./answer.ts";
import { demand } from "./authorization.ts";
import { authorizationServer, client, clientAuthentication, requestOptions } from "./server.ts";

/** Where a token is given back; Bitbucket Cloud has no such place. */
export interface RevocationContext extends Omit<TokenContext, "instance" | "onRefreshToken"> {
  readonly instance: DataCenterInstance;
}

/**
 * Revokes an access or a refresh token. A token Bitbucket does not know is revoked already.
 * Throws `bitbucket.credentials_refused`, `bitbucket.token_refused`, `bitbucket.oauth2_not_offered`, `bitbucket.rate_limited`,
 * `bitbucket.unavailable`, `bitbucket.malformed_answer` and what the door throws.
 * @see RFC 7009 section 2; "Bitbucket OAuth 2.0 provider API"
 */
export async function revokeToken(context: RevocationContext, token: Secret): Promise<void> {
  const { instance, fetch } = context;
  demand("token", token.reveal() !== "");
  const response = await oauth.revocationRequest(
    authorizationServer(instance),
    client(instance),
    clientAuthentication(instance),
    token.reveal(),
    requestOptions(instance, fetch),
  );
  const text = await response.text();
  if (response.status >= 200 && response.status <= 299) return;
  throw refusal(context, { grant: "revocation", response, secrets: [token] }, text);
}
