/** Owns signing in: tokens become a profile, the profile a user, the user a new session. */
import type { Clock } from "../base/clock.ts";
import type { Fetch } from "../base/http/door.ts";
import type { Log } from "../base/log.ts";
import { createApi } from "../bitbucket/api/client.ts";
import { authorizeAs } from "../bitbucket/credential.ts";
import type { FindInstance } from "../bitbucket/instance.ts";
import type { TokenSet } from "../bitbucket/oauth2/token.ts";
import { openProfile } from "../bitbucket/profile/open.ts";
import type { Profile } from "../bitbucket/profile/profile.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { Database } from "../storage/database.ts";
import { signinErrors } from "./errors.ts";
import type { Admission, SigninPolicy } from "./policy.ts";
import { resolveEntity } from "./resolvers.ts";
import { resolveUser } from "./user.ts";

export interface SigninParts {
  readonly database: Database;
  readonly sessions: Pick<Sessions, "open" | "end">;
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly instances: FindInstance;
  /** Without it, whoever comes first is made a user. */
  readonly admission?: Admission | undefined;
  /** Told by which resolver somebody was found, and what those before it missed. */
  readonly log?: Pick<Log, "info"> | undefined;
}

export interface SigninRequest {
  readonly instanceId: string;
  /** Fresh from a handshake begun to sign in. A token that was handed in is no proof of who hands it in. */
  readonly tokens: Pick<TokenSet, "accessToken">;
  /** The browser's header: people know their sessions by it. */
  readonly userAgent?: string | undefined;
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
  /** Who may sign in with an instance, for the page that offers it. */
  policy(instanceId: string): SigninPolicy["kind"];
  /** Throws `signin.no_resolver` where nobody can sign in: to be asked before anybody is sent to Bitbucket. */
  admit(instanceId: string): void;
  /**
   * Throws `signin.not_a_person`, `signin.no_resolver`, `signin.no_entity`,
   * `signin.several_entities`, `bitbucket.profile_without_id` and what the calls throw; then nothing has changed, and the
   * previous session still lives.
   */
  signIn(request: SigninRequest): Promise<SigninResult>;
}

export function createSignin(parts: SigninParts): Signin {
  const policy = (instanceId: string) => parts.admission?.policy(instanceId).kind ?? "first-sign-in";
  const admit = (instanceId: string) => {
    if (policy(instanceId) === "nobody")
      throw signinErrors.fail("signin.no_resolver", { detail: instanceId });
  };
  return {
    policy,
    admit,
    async signIn({ instanceId, tokens, userAgent, previousSessionToken }) {
      admit(instanceId);
      const profile = await askProfile(parts, instanceId, tokens);
      const entityRef = await findEntity(parts, profile);
      const now = parts.clock.now();
      const { userId, isNew } = await resolveUser(parts.database, { profile, entityRef, now });
      const sessionToken = await parts.sessions.open({ userId, instanceId, userAgent });
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
  const instance = await instances(instanceId);
  const kind = instance.product === "server" ? "oauth1" : "oauth2";
  const credential = { kind, login: null, accessToken: tokens.accessToken } as const;
  const api = createApi({ instance, fetch, clock, authorize: authorizeAs({ instance, clock }, credential) });
  const profile = await openProfile(instance, api);
  const { type } = profile.raw;
  // Self-hosted, the profile itself refuses whoever is no person.
  if (instance.product === "cloud" && type !== undefined && type !== "user")
    throw signinErrors.fail("signin.not_a_person");
  return profile;
}

/** Who the person is in the catalog; null where no catalog is asked. It is asked anew at each sign-in. */
async function findEntity({ admission, log }: SigninParts, profile: Profile): Promise<string | null> {
  const policy = admission?.policy(profile.instance);
  if (admission === undefined || policy?.kind !== "resolvers") return null;
  const { entityRef, attempts } = resolveEntity(await admission.catalog(), policy.resolvers, profile);
  log?.info("signin.resolved", { instance: profile.instance, entity: entityRef, attempts });
  return entityRef;
}
