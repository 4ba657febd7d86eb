/** Owns what a connection asks for at Bitbucket, and why, in words for the page before the trip. */

/** Exactly these two, and nothing that writes. */
export const connectPermissions = [
  {
    scope: "repository",
    title: "Repositories: Read",
    reason: "to read file contents, commits and branches",
  },
  {
    scope: "account",
    title: "Account: Read",
    reason: "to read which workspaces you belong to, so that you need not type them",
  },
] as const;

export const connectScopes: readonly string[] = connectPermissions.map(({ scope }) => scope);
