/** Owns which scopes each call needs: classic ones of OAuth and access tokens, granular ones of API tokens. */

export interface Need {
  readonly oauth: readonly string[];
  readonly apiToken: readonly string[];
}

const readUser = "read:user:bitbucket";
const readWorkspace = "read:workspace:bitbucket";
const readRepository = "read:repository:bitbucket";
const readPullRequest = "read:pullrequest:bitbucket";
const writePullRequest = "write:pullrequest:bitbucket";
const readProject = "read:project:bitbucket";

/** As Atlassian's OpenAPI document has them: `security` and `x-atlassian-oauth2-scopes`. */
export const needs = {
  user: { oauth: ["account"], apiToken: [readUser] },
  somebody: { oauth: [], apiToken: [readUser] },
  emails: { oauth: ["email"], apiToken: [readUser] },
  ownWorkspaces: { oauth: ["account"], apiToken: [readWorkspace] },
  ownRepositoryPermissions: { oauth: ["account", "repository"], apiToken: [readRepository] },
  workspace: { oauth: [], apiToken: [readWorkspace] },
  workspaceMembers: { oauth: ["account"], apiToken: [readWorkspace] },
  workspaceRepositoryPermissions: { oauth: ["account"], apiToken: [readRepository] },
  projects: { oauth: ["project"], apiToken: [readProject] },
  repository: { oauth: ["repository"], apiToken: [readRepository] },
  repositoryAdministration: { oauth: ["repository:admin"], apiToken: [readRepository] },
  pullRequests: { oauth: ["pullrequest"], apiToken: [readPullRequest] },
  pullRequestChange: { oauth: ["pullrequest:write"], apiToken: [readPullRequest, writePullRequest] },
  opinionWithdrawal: { oauth: ["pullrequest:write"], apiToken: [writePullRequest] },
  webhooks: { oauth: ["webhook"], apiToken: ["read:webhook:bitbucket"] },
  webhookChange: { oauth: ["webhook"], apiToken: ["read:webhook:bitbucket", "write:webhook:bitbucket"] },
  webhookDeletion: { oauth: ["webhook"], apiToken: ["delete:webhook:bitbucket"] },
  removedWorkspaces: { oauth: ["account"], apiToken: [readUser, readWorkspace] },
  removedSnippets: { oauth: ["snippet"], apiToken: ["read:snippet:bitbucket"] },
} as const satisfies Readonly<Record<string, Need>>;
