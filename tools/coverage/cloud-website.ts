/** Owns the rows of the pages that a person meets at Cloud's website. */
import type { Proven } from "./row.ts";

const repository = "/{workspace}/{repository}";

export const cloudWebsite: readonly Proven[] = [
  {
    source: "Atlassian, Use OAuth on Bitbucket Cloud; the words of the page are ours",
    grade: "documented",
    test: "tests/emulator/website.test.ts",
    operations: {
      "GET /{workspace}/workspace/settings/api": [200],
      "POST /{workspace}/workspace/settings/api": [200],
      "GET /account/settings/app-authorizations": [200],
      "POST /account/settings/app-authorizations": [200],
    },
  },
  {
    source: "Atlassian, Use OAuth on Bitbucket Cloud; the words of the page are ours",
    grade: "documented",
    test: "tests/emulator/website.test.ts",
    point: "G5",
    operations: {
      "GET /{workspace}/workspace/settings/api/{key}/delete": [200],
      "POST /{workspace}/workspace/settings/api/{key}/delete": [200],
    },
  },
  {
    source: "Atlassian, App passwords; gone since 9 September 2025",
    grade: "documented",
    test: "tests/emulator/app-passwords.test.ts",
    operations: {
      "GET /account/settings/app-passwords": [200],
      "GET /account/settings/app-passwords/new": [200],
      "POST /account/settings/app-passwords/new": [200],
      "POST /account/settings/app-passwords/revoke": [200],
    },
  },
  {
    source: "Atlassian, API tokens; at Atlassian the pages are at id.atlassian.com",
    grade: "documented",
    test: "tests/emulator/api-tokens.test.ts",
    operations: {
      "GET /account/settings/api-tokens": [200],
      "GET /account/settings/api-tokens/new": [200],
      "POST /account/settings/api-tokens/new": [200],
      "GET /account/settings/api-tokens/new-with-scopes": [200],
      "POST /account/settings/api-tokens/new-with-scopes": [200],
      "POST /account/settings/api-tokens/revoke": [200],
    },
  },
  {
    source: "links of the API lead there",
    grade: "seen",
    test: "tests/emulator/links.test.ts",
    operations: {
      "GET /{workspace}/workspace/overview": [200, 404],
      "GET /{workspace}/workspace/projects/{project}": [200],
      "GET /{workspace}/workspace/projects/{project}/avatar/{size}": [200],
      "GET /ravatar/{repository}": [200, 404],
      [`GET ${repository}/branch/{name}`]: [200, 404],
      [`GET ${repository}/commits/tag/{name}`]: [200],
    },
  },
  {
    source: "Atlassian, Access tokens",
    grade: "documented",
    test: "tests/emulator/access-tokens.test.ts",
    operations: {
      "GET /{workspace}/workspace/settings/access-tokens": [200],
      "POST /{workspace}/workspace/settings/access-tokens": [200],
      "POST /{workspace}/workspace/settings/access-tokens/revoke": [200],
      "GET /{workspace}/workspace/projects/{project}/settings/access-tokens": [200],
      "POST /{workspace}/workspace/projects/{project}/settings/access-tokens": [200],
      "POST /{workspace}/workspace/projects/{project}/settings/access-tokens/revoke": [200],
      [`GET ${repository}/admin/access-tokens`]: [200],
      [`POST ${repository}/admin/access-tokens`]: [200],
      [`POST ${repository}/admin/access-tokens/revoke`]: [200],
    },
  },
  {
    source: "the addresses that links of the API lead to; the pages are ours",
    grade: "seen",
    test: "tests/emulator/repository-pages.test.ts",
    point: "a link to a repository leads to",
    operations: {
      [`GET ${repository}`]: [200],
      [`GET ${repository}/commits/{hash}`]: [200],
    },
  },
  {
    source: "the addresses that links of the API lead to; the pages are ours",
    grade: "seen",
    test: "tests/emulator/people.test.ts",
    point: "the links of a person lead to something",
    operations: {
      "GET /account/{person}/avatar": [200],
      "GET /{handle}": [200],
    },
  },
  {
    source: "the addresses that links of the API lead to; the pages are ours",
    grade: "seen",
    test: "tests/emulator/links.test.ts",
    operations: { "GET /workspaces/{workspace}/avatar": [200] },
  },
  {
    source: "a log-in without passwords and a start page in place of Atlassian's",
    grade: "ours",
    test: "tests/emulator/website.test.ts",
    point: "logging in leads on to",
    operations: {
      "GET /": [200],
      "GET /account/signin": [200],
      "POST /account/signin": [302],
      "POST /account/signout": [302],
    },
  },
  {
    source: "the addresses stand in links of the API; the pages are our own",
    grade: "ours",
    test: "tests/emulator/pull-requests-pages.test.ts",
    operations: {
      [`GET ${repository}/pull-requests`]: [200],
      [`GET ${repository}/pull-requests/{id}`]: [200, 302, 403, 404],
      [`GET ${repository}/pull-requests/{id}/_/diff`]: [200],
    },
  },
];
