/** Owns the scopes of Data Center: what a credential may carry, and what each one brings along. */

/**
 * The permissions of incoming links, and with `PROJECT_READ` and `PROJECT_WRITE` those of HTTP access tokens.
 * @see https://confluence.atlassian.com/bitbucketserver/oauth-2-0-scopes-for-incoming-links-1116282015.html
 * @see https://confluence.atlassian.com/bitbucketserver091/http-access-tokens-1443038354.html
 */
const implied = {
  PUBLIC_REPOS: [],
  ACCOUNT_WRITE: ["PUBLIC_REPOS"],
  REPO_READ: ["PUBLIC_REPOS"],
  REPO_WRITE: ["REPO_READ"],
  REPO_ADMIN: ["REPO_WRITE"],
  PROJECT_READ: ["REPO_READ"],
  PROJECT_WRITE: ["PROJECT_READ", "REPO_WRITE"],
  PROJECT_ADMIN: ["PROJECT_WRITE", "REPO_ADMIN"],
  ADMIN_WRITE: ["PROJECT_ADMIN", "ACCOUNT_WRITE"],
  SYSTEM_ADMIN: ["ADMIN_WRITE"],
} as const;

export type DcScope = keyof typeof implied;

/** What can be ticked on an incoming OAuth 2 link, least first. */
export const linkScopes = [
  "PUBLIC_REPOS",
  "ACCOUNT_WRITE",
  "REPO_READ",
  "REPO_WRITE",
  "REPO_ADMIN",
  "PROJECT_ADMIN",
  "ADMIN_WRITE",
  "SYSTEM_ADMIN",
] as const satisfies readonly DcScope[];

/** What an HTTP access token may be given, least first. */
export const tokenPermissions = [
  "REPO_READ",
  "REPO_WRITE",
  "REPO_ADMIN",
  "PROJECT_READ",
  "PROJECT_WRITE",
  "PROJECT_ADMIN",
] as const satisfies readonly DcScope[];

export function isDcScope(name: string): name is DcScope {
  return Object.hasOwn(implied, name);
}

/** The scopes with all they imply; names that are none are dropped. A credential of any scope at all may say who it is. */
export function expandScopes(granted: Iterable<string>): ReadonlySet<DcScope> {
  const all = new Set<DcScope>();
  const add = (name: string) => {
    if (!isDcScope(name) || all.has(name)) return;
    all.add(name);
    implied[name].forEach(add);
  };
  for (const name of granted) add(name);
  return all;
}
