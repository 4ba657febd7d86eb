/** Owns the profile: the one shape of a Bitbucket person, whatever Bitbucket leaves out. */
import { isWindlassError } from "../../base/errors.ts";
import type { Api } from "../api/client.ts";
import { type CloudEmail, currentEmails, currentUser } from "../api/cloud.ts";
import { scopeWithTick } from "../api/errors.ts";
import { bitbucketErrors } from "../errors.ts";
import { asText, at, type JsonObject } from "../json.ts";
import { withoutBraces } from "../uuid.ts";
import { chooseEmail, type EmailStanding, standingOf } from "./email.ts";
import { readLink, readNames } from "./names.ts";

/** A person as Bitbucket knows them. What Bitbucket does not say is null, never "". */
export interface Profile {
  /** The instance that vouches for it. */
  readonly instance: string;
  /** Cloud's uuid without braces, else the user's number: with `instance` the person's identity. Everything else can change. */
  readonly id: string;
  /** The id across Atlassian's products; only Cloud has one. */
  readonly accountId: string | null;
  readonly email: string | null;
  /** Whether Bitbucket has confirmed exactly the address in `email`. Only Cloud says so. */
  readonly emailVerified: boolean;
  /** How far `email` may be believed. Whatever is decided by an address is decided by this: see {@link EmailStanding}. */
  readonly emailStanding: EmailStanding;
  /** All addresses, as listed. */
  readonly emails: readonly CloudEmail[];
  /** A sentence saying why `email` is null; absent when it is not. */
  readonly emailMissingReason?: string;
  /** Cloud gives it for oneself only, and not always; elsewhere it is what the person logs in with. Not stable. */
  readonly username: string | null;
  /** At Cloud chosen by the person and not unique, elsewhere the slug. */
  readonly nickname: string | null;
  readonly displayName: string | null;
  /** The display name up to its first white space. */
  readonly firstName: string | null;
  /** The rest of the display name. */
  readonly lastName: string | null;
  readonly avatarUrl: string | null;
  readonly profileUrl: string | null;
  /** The user as Bitbucket answered it. */
  readonly raw: JsonObject;
}

/**
 * Asks who the credential stands for, and their addresses. A refusal of the addresses is no failure: the profile then comes
 * without an e-mail and says why. Throws `bitbucket.profile_without_id` and whatever the calls throw.
 * @see GET /user, GET /user/emails
 */
export async function fetchProfile(api: Api, instanceId: string): Promise<Profile> {
  const user = await currentUser(api);
  readId(user);
  return readProfile(instanceId, user, await fetchEmails(api));
}

/** The addresses, or the sentence saying why there are none. */
type Addresses = readonly CloudEmail[] | string;

async function fetchEmails(api: Api): Promise<Addresses> {
  try {
    return await currentEmails(api);
  } catch (error) {
    if (isWindlassError(error, "bitbucket.forbidden")) return refusedReason(error.data.required);
    if (isWindlassError(error, "bitbucket.not_found") || isWindlassError(error, "bitbucket.gone")) {
      return "Bitbucket offers no list of e-mail addresses here.";
    }
    throw error;
  }
}

function refusedReason(required: unknown): string {
  if (!Array.isArray(required) || required.length === 0) {
    return "Bitbucket refused to show the e-mail addresses.";
  }
  const names = required.map((scope) => scopeWithTick(String(scope))).join(", ");
  return `Bitbucket refused to show the e-mail addresses: the permission ${names} was not granted.`;
}

/** Makes the profile of what was answered. Throws `bitbucket.profile_without_id`. */
export function readProfile(instance: string, user: JsonObject, addresses: Addresses): Profile {
  const emails = typeof addresses === "string" ? [] : addresses;
  const chosen = chooseEmail(emails);
  const reason = typeof addresses === "string" ? addresses : "The Bitbucket account has no e-mail address.";
  return {
    instance,
    id: readId(user),
    accountId: asText(user.account_id),
    email: chosen?.email ?? null,
    emailVerified: chosen?.isConfirmed ?? false,
    emailStanding: standingOf(emails),
    emails,
    ...(chosen === null ? { emailMissingReason: reason } : {}),
    username: asText(user.username),
    nickname: asText(user.nickname),
    ...readNames(user.display_name),
    avatarUrl: readLink(at(user, "links", "avatar", "href")),
    profileUrl: readLink(at(user, "links", "html", "href")),
    raw: user,
  };
}

function readId(user: JsonObject): string {
  const id = withoutBraces(user.uuid);
  if (id === null || !usableId.test(id)) throw bitbucketErrors.fail("bitbucket.profile_without_id");
  return id;
}

/** A person is known by it for good: it is a key in every database, and readable in a log. */
const usableId = /^[!-~]{1,100}$/;
