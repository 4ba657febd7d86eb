/** Owns the profile of a person at Data Center or Server. */
import type { Api } from "../api/client.ts";
import { currentCaller, isPersons, subjectOfUser } from "../api/data-center-user.ts";
import { bitbucketErrors } from "../errors.ts";
import type { DataCenterInstance, ServerInstance } from "../instance.ts";
import { asList, asText, at, type JsonObject } from "../json.ts";
import { readNames } from "./names.ts";
import type { Profile } from "./profile.ts";

/** What is needed of an instance to make a profile. */
export type ProfilePlace = Pick<DataCenterInstance | ServerInstance, "id" | "baseUrl">;

/**
 * Asks who the credential stands for. Only a person has a profile.
 * Throws `bitbucket.not_a_person`, `bitbucket.person_inactive`, `bitbucket.profile_without_id`, `bitbucket.unauthorized` and
 * whatever the calls throw.
 */
export async function fetchDataCenterProfile(api: Api, instance: ProfilePlace): Promise<Profile> {
  const { user } = await currentCaller(api);
  if (user === null || !isPersons(user)) throw bitbucketErrors.fail("bitbucket.not_a_person");
  if (user.active === false) throw bitbucketErrors.fail("bitbucket.person_inactive");
  return readDataCenterProfile(instance, user);
}

/**
 * Makes the profile of what was answered. Nothing tells whether an address was verified, so none counts as such.
 * Throws `bitbucket.profile_without_id`.
 */
export function readDataCenterProfile(instance: ProfilePlace, user: JsonObject): Profile {
  const id = subjectOfUser(user);
  if (id === null) throw bitbucketErrors.fail("bitbucket.profile_without_id");
  const email = asText(user.emailAddress)?.trim() ?? null;
  const reason = "Bitbucket shows no e-mail address of this person.";
  const [self] = asList(at(user, "links", "self"));
  return {
    instance: instance.id,
    id,
    accountId: null,
    email,
    emailVerified: false,
    // It comes from a directory: whoever administers that one writes what they like.
    emailStanding: email === null ? "absent" : "listed",
    emails: email === null ? [] : [{ email, isPrimary: true, isConfirmed: false }],
    ...(email === null ? { emailMissingReason: reason } : {}),
    username: asText(user.name),
    nickname: asText(user.slug),
    ...readNames(user.displayName),
    avatarUrl: absoluteLink(instance.baseUrl, user.avatarUrl),
    profileUrl: absoluteLink(instance.baseUrl, at(self, "href")),
    raw: user,
  };
}

/**
 * The server's own pictures come as a path, with the context path or without it. What does not lead to http(s) is none:
 * a link goes into pages, where `javascript:` would run.
 */
function absoluteLink(baseUrl: string, value: unknown): string | null {
  const link = asText(value)?.trim();
  if (link === undefined) return null;
  const { origin, pathname } = new URL(`${baseUrl}/`);
  const isBelow = link.startsWith("/") && !link.startsWith("//") && !link.startsWith(pathname);
  const url = isBelow ? URL.parse(baseUrl + link) : URL.parse(link, origin + pathname);
  return url?.protocol === "https:" || url?.protocol === "http:" ? url.href : null;
}
