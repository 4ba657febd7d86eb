/** Owns the scopes of Data Center and Server, as data: those of incoming OAuth 2 links and those of HTTP access tokens. */
import type { Scope } from "./scope.ts";

/**
 * Each brings the one before it along; what is ticked on the link is the most a request may ask for, and the person's own
 * rights cap it further. Least first.
 * @see https://confluence.atlassian.com/bitbucketserver/oauth-2-0-scopes-for-incoming-links-1116282015.html
 */
export const linkScopes = {
  PUBLIC_REPOS: {
    meaning:
      "see what every person signed in sees, and read who one is: what there is when nothing is ticked",
    tick: "PUBLIC_REPOS",
    implies: [],
  },
  ACCOUNT_WRITE: {
    meaning: "see and change the account",
    tick: "ACCOUNT_WRITE",
    implies: ["PUBLIC_REPOS"],
  },
  REPO_READ: {
    meaning: "read the repositories the person can see, and make and comment on pull requests",
    tick: "REPO_READ",
    implies: ["PUBLIC_REPOS"],
  },
  REPO_WRITE: { meaning: "push and merge", tick: "REPO_WRITE", implies: ["REPO_READ"] },
  REPO_ADMIN: {
    meaning: "change a repository's settings and webhooks",
    tick: "REPO_ADMIN",
    implies: ["REPO_WRITE"],
  },
  PROJECT_ADMIN: {
    meaning: "change a project's settings and webhooks",
    tick: "PROJECT_ADMIN",
    implies: ["REPO_ADMIN"],
  },
  ADMIN_WRITE: {
    meaning: "change most of the system's settings",
    tick: "ADMIN_WRITE",
    implies: ["PROJECT_ADMIN", "ACCOUNT_WRITE"],
  },
  SYSTEM_ADMIN: { meaning: "everything", tick: "SYSTEM_ADMIN", implies: ["ADMIN_WRITE"] },
} as const satisfies Record<string, Scope>;

/**
 * Chosen when the token is made. What a permission on projects says of their repositories is documented nowhere we could
 * check, so only the steps within projects and within repositories are taken as given.
 * @see https://confluence.atlassian.com/bitbucketserver091/http-access-tokens-1443038354.html
 */
export const httpAccessTokenPermissions = {
  REPO_READ: { meaning: "read repositories, and clone", tick: "REPO_READ", implies: [] },
  REPO_WRITE: { meaning: "push and merge", tick: "REPO_WRITE", implies: ["REPO_READ"] },
  REPO_ADMIN: {
    meaning: "change a repository's settings and webhooks",
    tick: "REPO_ADMIN",
    implies: ["REPO_WRITE"],
  },
  PROJECT_READ: { meaning: "read projects", tick: "PROJECT_READ", implies: [] },
  PROJECT_WRITE: {
    meaning: "change what is in projects",
    tick: "PROJECT_WRITE",
    implies: ["PROJECT_READ"],
  },
  PROJECT_ADMIN: {
    meaning: "change a project's settings and webhooks",
    tick: "PROJECT_ADMIN",
    implies: ["PROJECT_WRITE"],
  },
} as const satisfies Record<string, Scope>;
