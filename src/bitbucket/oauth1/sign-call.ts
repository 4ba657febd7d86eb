/** Owns signing the calls of the REST API with an access token of OAuth 1.0a. */
import type { Clock } from "../../base/clock.ts";
import { randomToken } from "../../base/random.ts";
import type { Secret } from "../../base/secret.ts";
import type { Authorize, AuthorizedCall } from "../api/authorize.ts";
import { bitbucketErrors } from "../errors.ts";
import type { ServerInstance } from "../instance.ts";
import { signRequest } from "./sign.ts";

/** What a signature needs of an instance. */
export interface Signing {
  readonly instance: Pick<ServerInstance, "consumerKey" | "privateKey">;
  readonly clock: Clock;
}

/** The header's value for one call. Throws `bitbucket.oauth1_key_unusable`. */
export async function signCall(
  { instance, clock }: Signing,
  accessToken: Secret,
  { method, url }: Pick<AuthorizedCall, "method" | "url">,
): Promise<Secret> {
  const { consumerKey, privateKey } = instance;
  const parameters = { oauth_token: accessToken.reveal() };
  return signRequest({ consumerKey, privateKey, method, url, parameters, ...stamp(clock) });
}

/** When a request is signed, and what makes it unlike every other of that second. */
export function stamp(clock: Clock): { readonly timestamp: number; readonly nonce: string } {
  return { timestamp: Math.floor(clock.now().getTime() / 1000), nonce: randomToken() };
}

/** Authorizes with one access token, for as long as it lives: after a 401 it throws `bitbucket.unauthorized`. */
export function oauth1Authorize(signing: Signing, accessToken: Secret): Authorize {
  return async (call) => {
    if (call.rejected !== undefined) throw bitbucketErrors.fail("bitbucket.unauthorized");
    return signCall(signing, accessToken, call);
  };
}
