/** Owns signing in: tokens become a profile, the profile a user, the user a new session. */
import type { Clock } from "../base/clock.ts";
import type { Fetch } from "../base/http/door.ts";
import { bearer } from "../bitbucket/api/authorize.ts";
import { createApi } from "../bitbucket/api/client.ts";
import type { Instance } from "../bitbucket/instance.ts";
import type { TokenSet } from "../bitbucket/oauth2/token.ts";
import { fetchProfile, type Profile } from "../bitbucket/profile/profile.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { Database } from "../storage/database.ts";
import { signinErrors } from "./errors.ts";
import { resolveUser } from "./user.ts";

export interface SigninParts {
  readonly database: Database;
  readonly sessions: Pick<Sessions, "open" | "end">;
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly instances: (id: string) => Instance | undefined;
}

export interface SigninRequest {
  readonly instanceId: string;
  /** Fresh from a handshake begun to sign in. A token that was handed in is no proof of who hands it in. */
  readonly tokens: Pick<TokenSet, "accessToken">;
  /** The session this browser had until now: it ends. */
  readonly previousSessionToken?: string | undefined;
}

export interface SigninResult {
  readonly userId: string;
  readonly isNew: boolean;
  /** For the session cookie; always a new one. */
  readonly sessionToken: string;
  readonly profile: Profile;
}

export interface Signin {
  /**
   * Throws `signin.unknown_instance`, `signin.not_a_person`, `bitbucket.profile_without_id` and what the calls throw; then
   * nothing has changed, and the previous session still lives.
   */
  signIn(request: SigninRequest): Promise<SigninResult>;
}

export function createSignin(parts: SigninParts): Signin {
  return {
    async signIn({ instanceId, tokens, previousSessionToken }) {
      const profile = await askProfile(parts, instanceId, tokens);
      const { userId, isNew } = await resolveUser(parts.database, profile, parts.clock.now());
      const sessionToken = await parts.sessions.open({ userId, instanceId });
      if (previousSessionToken !== undefined) await parts.sessions.end(previousSessionToken);
      return { userId, isNew, sessionToken, profile };
    },
  };
}

async function askProfile(
  { instances, fetch, clock }: SigninParts,
  instanceId: string,
  tokens: SigninRequest["tokens"],
): Promise<Profile> {
  const instance = instances(instanceId);
  if (instance === undefined) throw signinErrors.fail("signin.unknown_instance");
  const api = createApi({ instance, fetch, clock, authorize: bearer(tokens.accessToken) });
  const profile = await fetchProfile(api, instance.id);
  const { type } = profile.raw;
  if (type !== undefined && type !== "user") throw signinErrors.fail("signin.not_a_person");
  return profile;
}
