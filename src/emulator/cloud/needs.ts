/** Owns which scopes each call needs: classic ones of OAuth and access tokens, granular ones of API tokens. */

export interface Need {
  readonly oauth: readonly string[];
  readonly apiToken: readonly string[];
}

const readUser = "read:user:bitbucket";
const readWorkspace = "read:workspace:bitbucket";
const readRepository = "read:repository:bitbucket";

/** As Atlassian's OpenAPI document has them: `security` and `x-atlassian-oauth2-scopes`. */
export const needs = {
  user: { oauth: ["account"], apiToken: [readUser] },
  emails: { oauth: ["email"], apiToken: [readUser] },
  ownWorkspaces: { oauth: ["account"], apiToken: [readWorkspace] },
  ownRepositoryPermissions: { oauth: ["account", "repository"], apiToken: [readRepository] },
  workspace: { oauth: [], apiToken: [readWorkspace] },
  repository: { oauth: ["repository"], apiToken: [readRepository] },
  removedWorkspaces: { oauth: ["account"], apiToken: [readUser, readWorkspace] },
  removedSnippets: { oauth: ["snippet"], apiToken: ["read:snippet:bitbucket"] },
} as const satisfies Readonly<Record<string, Need>>;
