/** Owns giving tokens back to Bitbucket, where it takes them. */
import type { Clock } from "../base/clock.ts";
import type { Fetch } from "../base/http/door.ts";
import type { Secret } from "../base/secret.ts";
import type { Instance } from "../bitbucket/instance.ts";
import { revokeToken } from "../bitbucket/oauth2/revoke.ts";
import type { StoredTokens } from "./stored.ts";

/** What is given back. */
export interface Returned extends Pick<StoredTokens, "kind" | "accessToken"> {
  readonly refreshToken: Secret | null;
}

/**
 * At Data Center either token's end is not the other's, so both are named. False where Bitbucket has no way to be told.
 * Throws what `revokeToken` throws. @see RFC 7009 section 2.1
 */
export async function giveBack(
  { fetch, clock }: { readonly fetch: Fetch; readonly clock: Clock },
  instance: Instance,
  { kind, accessToken, refreshToken }: Returned,
): Promise<boolean> {
  if (instance.product !== "data-center" || kind !== "oauth2") return false;
  if (refreshToken !== null) await revokeToken({ instance, fetch, clock }, refreshToken);
  await revokeToken({ instance, fetch, clock }, accessToken);
  return true;
}
