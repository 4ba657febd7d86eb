/** Owns what is written down of a profile: no more than is shown or compared, each a line of bounded length. */
import { isLoopback } from "../base/http/loopback.ts";
import { readableLine } from "../base/line.ts";
import type { Profile } from "../bitbucket/profile/profile.ts";
import type { IdentitiesTable, UsersTable } from "../storage/schema.ts";
import { canonicalEmail } from "./email.ts";

/** What is said of an identity beside its id. */
export interface KeptProfile {
  /** The id across Atlassian's products, as of the latest sign-in; null where Bitbucket has none. */
  readonly accountId: string | null;
  readonly username: string | null;
  readonly displayName: string;
}

const [longestName, longestEmail, longestLink] = [200, 320, 2_000];

/** Of the user the profile belongs to. */
export function userColumns(
  profile: Profile,
): Pick<UsersTable, "display_name" | "email" | "email_verified" | "confirmed_email" | "avatar_url"> {
  const { email, emailStanding, avatarUrl } = profile;
  const isReadable = email !== null && readableLine(email) === email && email.length <= longestEmail;
  const isConfirmed = isReadable && emailStanding === "confirmed";
  return {
    display_name: readableName(profile),
    email: isReadable ? email : null,
    email_verified: isConfirmed ? 1 : 0,
    confirmed_email: isConfirmed ? canonicalEmail(email) : null,
    avatar_url: pictureLink(avatarUrl),
  };
}

/** Of the identity itself. What Bitbucket answered word for word is nothing we need to keep. */
export function identityColumns(profile: Profile): Pick<IdentitiesTable, "username" | "profile_json"> {
  const username = shortLine(profile.username);
  const accountId = shortLine(profile.accountId);
  const kept: KeptProfile = { accountId, username, displayName: readableName(profile) };
  return { username: username?.toLowerCase() ?? null, profile_json: JSON.stringify(kept) };
}

/** As {@link identityColumns} wrote it. */
export function readKept({ profile_json }: Pick<IdentitiesTable, "profile_json">): KeptProfile {
  return JSON.parse(profile_json) as KeptProfile; // written here alone
}

/** One line that says who it is. */
function readableName({ displayName, nickname, username }: Profile): string {
  for (const name of [displayName, nickname, username]) {
    const line = shortLine(name);
    if (line !== null) return line;
  }
  return "Bitbucket user";
}

function shortLine(text: string | null): string | null {
  const line = readableLine((text ?? "").slice(0, longestLink));
  return line === "" ? null : [...line].slice(0, longestName).join("");
}

/** A page that shows it must not be unsafe by it: https, or this machine. */
function pictureLink(link: string | null): string | null {
  const url = link === null || link.length > longestLink ? null : URL.parse(link);
  return url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname))
    ? url.href
    : null;
}
