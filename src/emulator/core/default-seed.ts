/** Owns the people and workspaces that are there when no seed file is given: one of each case a sign-in must cope with. */
import type { Seed, SeedAccessToken } from "./seed.ts";

/** The least that Windlass's guide ticks. */
const readingScopes = ["read:repository:bitbucket", "read:user:bitbucket", "read:workspace:bitbucket"];

const appScopes = ["account", "email", "repository", "pullrequest", "webhook"];

/** The default world. `callbackUrl` is registered on its consumers; `appPassword` is John's, where such still work. */
export function defaultSeed(callbackUrl: string, appPassword: string | null): Seed {
  return {
    people: [
      {
        username: "johndoe",
        displayName: "John Doe",
        nickname: "John",
        createdOn: "2012-07-25T04:53:41.525Z",
        emails: [{ address: "user@example.com", primary: true, confirmed: true }],
        apiTokens: [{ name: "Local API token", scopes: readingScopes }],
        appPasswords: appPassword === null ? [] : [{ password: appPassword, scopes: appScopes }],
      },
      {
        username: "janeroe",
        displayName: "Jane Roe",
        nickname: "Jane Roe",
        emails: [
          { address: "jane.old@example.com", confirmed: true },
          { address: "jane@example.com", primary: true, confirmed: true },
          { address: "jane@unconfirmed.example" },
        ],
      },
      {
        username: "uma",
        displayName: "Uma Unconfirmed",
        emails: [
          { address: "uma@example.com", primary: true, confirmed: false },
          { address: "uma.second@example.com", confirmed: true },
        ],
      },
      { username: "nora", displayName: "Nora Nomail", emails: [] },
      {
        username: null,
        nickname: "Kim",
        displayName: "Kim Noname",
        emails: [{ address: "kim@example.com", primary: true, confirmed: true }],
      },
      {
        username: "sam",
        displayName: "Sam Solo",
        emails: [{ address: "sam@example.com", primary: true, confirmed: true }],
      },
    ],
    workspaces: [
      {
        slug: "acme",
        name: "Acme",
        members: [
          { person: "johndoe", administrator: true },
          { person: "janeroe" },
          { person: "uma" },
          { person: "nora" },
          { person: "Kim" },
        ],
      },
      { slug: "globex", name: "Globex", members: [{ person: "janeroe", administrator: true }] },
    ],
    consumers: [
      {
        workspace: "acme",
        name: "Local app",
        description: "For the app you are building.",
        callbackUrl,
        scopes: appScopes,
      },
      {
        workspace: "acme",
        name: "Local automation",
        description: "May use client_credentials.",
        callbackUrl,
        private: true,
        scopes: ["account", "repository"],
      },
    ],
    accessTokens: [
      { workspace: "acme", name: "Local workspace token", scopes: ["account", "project", "repository"] },
    ],
  };
}

/** The access token that the first repository has where no seed file is given. */
export function defaultRepositoryToken(workspace: string, repository: string): SeedAccessToken {
  return { workspace, repository, name: "Local repository token", scopes: ["repository"] };
}
