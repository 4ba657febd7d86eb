/** Owns what a resolver of Backstage's is told of whoever signs in: passport's result, as far as it is true here. */
import type { Profile } from "../bitbucket/profile/profile.ts";
import { backstageErrors } from "./errors.ts";

/** The person, with the names passport's strategy for Bitbucket gives. What Bitbucket does not say is not there. */
export interface BitbucketPassportProfile {
  provider: "bitbucket";
  /** The uuid in braces: the only name of a person that never changes. */
  id: string;
  displayName?: string;
  username?: string;
  profileUrl?: string;
  avatarUrl?: string;
  photos?: { value: string }[];
  /** The address Bitbucket has confirmed, alone. */
  emails?: { value: string }[];
  /** The user as Bitbucket answered it. */
  _json: Readonly<Record<string, unknown>>;
}

/** Tokens are not in it: `accessToken` and `refreshToken` say so when they are read. */
export interface BitbucketOAuthResult {
  /** The person. */
  fullProfile: BitbucketPassportProfile;
  /** Empty: Bitbucket gives no id token. */
  params: { id_token?: string };
}

/** What Backstage shows of a person. */
export interface ProfileInfo {
  /** Confirmed by Bitbucket, or not there. */
  email?: string | undefined;
  displayName?: string | undefined;
  picture?: string | undefined;
}

/** Passport's result for a profile; a new one each time, so that whoever changes it changes nothing else. */
export function resultOf(profile: Profile): BitbucketOAuthResult {
  const { displayName, username, profileUrl, avatarUrl, raw } = profile;
  const email = confirmedEmail(profile);
  const fullProfile: BitbucketPassportProfile = {
    provider: "bitbucket",
    id: `{${profile.id}}`,
    ...(displayName !== null && { displayName }),
    ...(username !== null && { username }),
    ...(profileUrl !== null && { profileUrl }),
    ...(avatarUrl !== null && { avatarUrl, photos: [{ value: avatarUrl }] }),
    ...(email !== null && { emails: [{ value: email }] }),
    _json: structuredClone(raw),
  };
  return withoutTokens({ fullProfile, params: {} });
}

/** The profile Backstage makes of it where no `authHandler` does. */
export function profileInfoOf({ fullProfile }: BitbucketOAuthResult): ProfileInfo {
  const { emails, displayName, username, id, avatarUrl } = fullProfile;
  const email = emails?.[0]?.value;
  return {
    ...(email !== undefined && { email }),
    displayName: displayName ?? username ?? id,
    ...(avatarUrl !== undefined && { picture: avatarUrl }),
  };
}

function confirmedEmail({ email, emailStanding }: Profile): string | null {
  return emailStanding === "confirmed" ? email : null;
}

/** Reading one throws: an `undefined` would be sent somewhere as a token. */
function withoutTokens(result: BitbucketOAuthResult): BitbucketOAuthResult {
  for (const name of ["accessToken", "refreshToken"])
    Object.defineProperty(result, name, {
      get(): never {
        throw backstageErrors.fail("backstage.no_token", { detail: `result.${name} was read` });
      },
    });
  return result;
}
