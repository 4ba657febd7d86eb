/** Owns what a connection asks for at Bitbucket, and why, in words for the page before the trip. */

import type { Instance } from "../bitbucket/instance.ts";

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

/** What consent is asked for; a Server's link knows no scopes. */
export function scopesToAsk({ product }: Instance): readonly string[] {
  if (product === "cloud") return connectScopes;
  return product === "data-center" ? ["REPO_READ"] : [];
}
