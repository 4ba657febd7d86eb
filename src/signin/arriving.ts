/** Owns finding out who has arrived: whom the tokens stand for, and who that is in the catalog. */
import type { Clock } from "../base/clock.ts";
import type { Fetch } from "../base/http/door.ts";
import type { Log } from "../base/log.ts";
import { createApi } from "../bitbucket/api/client.ts";
import { authorizeAs } from "../bitbucket/credential.ts";
import { bitbucketErrors } from "../bitbucket/errors.ts";
import type { FindInstance, Instance } from "../bitbucket/instance.ts";
import type { TokenSet } from "../bitbucket/oauth2/token.ts";
import { openProfile } from "../bitbucket/profile/open.ts";
import type { Profile } from "../bitbucket/profile/profile.ts";
import { signinErrors } from "./errors.ts";
import type { Admission } from "./policy.ts";
import type { KeptCredential } from "./recheck/kept.ts";
import { resolveEntity } from "./resolvers/chain.ts";
import type { Judge, Judgement } from "./rules/judge.ts";

export interface ArrivingParts {
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly instances: FindInstance;
  /** Without it, whoever comes first is made a user. */
  readonly admission?: Admission | undefined;
  /** Asks the instance's rules. Without it, none are asked. */
  readonly judge?: Judge | undefined;
  /** Told by which resolver somebody was found, and what those before it missed. */
  readonly log?: Pick<Log, "info" | "warn"> | undefined;
}

/** Fresh from a handshake. A token that was handed in is no proof of who hands it in: nothing here takes one. */
export interface Arrived {
  readonly instanceId: string;
  readonly tokens: ArrivedTokens;
}

/** The access token alone is enough where nothing is judged again. */
export type ArrivedTokens = Pick<TokenSet, "accessToken"> &
  Partial<Pick<TokenSet, "refreshToken" | "expiresAt">>;

export interface ArrivedPerson {
  readonly profile: Profile;
  /** The catalog's user; null where no catalog is asked. */
  readonly entityRef: string | null;
  /** What the rules say; of an instance without any, nothing. */
  readonly judged: Judgement;
  /** Their own, by which they were asked about. */
  readonly credential: KeptCredential;
}

/** Throws `signin.no_resolver` where nobody can sign in. */
export function admit(admission: Admission | undefined, instanceId: string): void {
  if (policyAt(admission, instanceId) === "nobody")
    throw signinErrors.fail("signin.no_resolver", { detail: instanceId });
}

/** Who may sign in with an instance. */
export function policyAt(admission: Admission | undefined, instanceId: string) {
  return admission?.policy(instanceId).kind ?? "first-sign-in";
}

/**
 * Throws `signin.not_a_person`, `bitbucket.person_inactive`, `bitbucket.profile_without_id`, `signin.no_resolver`,
 * `signin.no_entity`, `signin.several_entities`, `signin.resolver_failed`, what {@link Judge} throws, and what the calls throw.
 */
export async function whoArrived(parts: ArrivingParts, arrived: Arrived): Promise<ArrivedPerson> {
  admit(parts.admission, arrived.instanceId);
  const instance = await parts.instances(arrived.instanceId);
  const credential = credentialOf(instance, arrived.tokens);
  const profile = await askProfile(parts, instance, credential);
  const entityRef = await findEntity(parts, profile);
  const judged = (await parts.judge?.(instance.id, credential)) ?? { roles: [], digest: "" };
  return { profile, entityRef, judged, credential };
}

function credentialOf(
  { product }: Instance,
  { accessToken, refreshToken = null, expiresAt = null }: ArrivedTokens,
): KeptCredential {
  const kind = product === "server" ? "oauth1" : "oauth2";
  return { kind, login: null, accessToken, refreshToken, expiresAt };
}

async function askProfile(
  { fetch, clock }: ArrivingParts,
  instance: Instance,
  credential: KeptCredential,
): Promise<Profile> {
  const api = createApi({ instance, fetch, clock, authorize: authorizeAs({ instance, clock }, credential) });
  const profile = await openProfile(instance, api);
  // Self-hosted, the profile itself refuses whoever is no person.
  if (instance.product === "cloud") checkPerson(profile);
  return profile;
}

/** A person of Cloud, whose account is in use. */
function checkPerson({ raw: { type, account_status: status } }: Profile): void {
  if (type !== undefined && type !== "user") throw signinErrors.fail("signin.not_a_person");
  if (typeof status === "string" && status !== "active")
    throw bitbucketErrors.fail("bitbucket.person_inactive");
}

/** It is asked anew at each sign-in. */
async function findEntity({ admission, log }: ArrivingParts, profile: Profile): Promise<string | null> {
  const policy = admission?.policy(profile.instance);
  if (admission === undefined || policy?.kind !== "resolvers") return null;
  const { resolvers } = policy;
  const { entityRef, attempts } = await resolveEntity(await admission.catalog(), resolvers, profile);
  log?.info("signin.resolved", { instance: profile.instance, entity: entityRef, attempts });
  return entityRef;
}
