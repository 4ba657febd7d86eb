/** Owns the rows of Cloud's REST API: people, workspaces, repositories and their history. */
import type { Proven } from "./row.ts";
import { cloudDocument } from "./sources.ts";

const repository = "/2.0/repositories/{workspace}/{repo_slug}";

export const cloudApi: readonly Proven[] = [
  {
    source: cloudDocument,
    grade: "documented",
    test: "tests/emulator/people.test.ts",
    operations: {
      "GET /2.0/user": [200, 401, 403, 404],
      "GET /2.0/user/emails": [200, 400, 401, 403],
      "GET /2.0/user/workspaces": [200, 400, 401, 403],
      "GET /2.0/user/workspaces/{workspace}/permission": [200, 401, 403],
      "GET /2.0/user/workspaces/{workspace}/permissions/repositories": [200, 400, 403],
      "GET /2.0/workspaces/{workspace}": [200, 403, 404, 429],
    },
  },
  {
    source: cloudDocument,
    grade: "documented",
    test: "tests/emulator/manners.test.ts",
    operations: { "GET /2.0/users/{selected_user}": [200, 403, 404] },
  },
  {
    source: cloudDocument,
    grade: "documented",
    test: "tests/emulator/links.test.ts",
    point: "C26",
    operations: { "GET /2.0/user/emails/{email}": [200, 404] },
  },
  {
    source: "Atlassian, changelog CHANGE-2770; the body as clients met it",
    grade: "seen",
    test: "tests/emulator/people.test.ts",
    point: "C28",
    operations: {
      "GET /2.0/repositories": [200, 410],
      "GET /2.0/workspaces": [200, 410],
      "GET /2.0/snippets": [403, 410],
      "GET /2.0/user/permissions/workspaces": [200, 410],
      "GET /2.0/user/permissions/repositories": [200, 410],
    },
  },
  {
    source: cloudDocument,
    grade: "documented",
    test: "tests/emulator/repositories.test.ts",
    point: "C29",
    operations: {
      "GET /2.0/repositories/{workspace}": [200, 400, 401, 403, 404, 429],
      [`GET ${repository}`]: [200, 401, 403, 404, 429],
      [`GET ${repository}/refs`]: [200, 400, 403],
      [`GET ${repository}/refs/branches`]: [200, 403],
      [`GET ${repository}/refs/branches/{name}`]: [200, 404],
      [`GET ${repository}/refs/tags`]: [200],
      [`GET ${repository}/refs/tags/{name}`]: [200, 404],
    },
  },
  {
    source: cloudDocument,
    grade: "documented",
    test: "tests/emulator/repositories-commits.test.ts",
    point: "C30",
    operations: {
      [`GET ${repository}/commits`]: [200, 400, 403, 404],
      [`GET ${repository}/commits/{revision}`]: [200, 404],
      [`POST ${repository}/commits`]: [200, 401, 404, 411],
      [`POST ${repository}/commits/{revision}`]: [200],
      [`GET ${repository}/commit/{commit}`]: [200, 404],
    },
  },
  {
    source: cloudDocument,
    grade: "documented",
    test: "tests/emulator/repositories-diff.test.ts",
    point: "C31",
    operations: {
      [`GET ${repository}/diff/{spec}`]: [200, 400, 404],
      [`GET ${repository}/diffstat/{spec}`]: [200, 400, 403, 404, 500],
      [`GET ${repository}/patch/{spec}`]: [200, 404],
    },
  },
  {
    source: cloudDocument,
    grade: "documented",
    test: "tests/emulator/repositories-src.test.ts",
    point: "C32",
    operations: {
      [`GET ${repository}/src`]: [302, 404],
      [`GET ${repository}/src/{commit}/{path}`]: [200, 304, 403, 404, 429, 500, 501],
      [`GET ${repository}/filehistory/{commit}/{path}`]: [200, 404],
    },
  },
  {
    source: cloudDocument,
    grade: "documented",
    test: "tests/emulator/permissions.test.ts",
    operations: {
      "GET /2.0/workspaces/{workspace}/members": [200, 401, 403, 404],
      "GET /2.0/workspaces/{workspace}/members/{member}": [200, 401, 404],
      "GET /2.0/workspaces/{workspace}/permissions": [200, 401, 403],
      "GET /2.0/workspaces/{workspace}/permissions/repositories": [200, 401, 403],
      "GET /2.0/workspaces/{workspace}/permissions/repositories/{repo_slug}": [200, 401, 403, 404],
      "GET /2.0/workspaces/{workspace}/projects": [200, 401, 403],
      "GET /2.0/workspaces/{workspace}/projects/{project_key}": [200, 403, 404],
      [`GET ${repository}/permissions-config/users`]: [200, 403, 404],
      [`GET ${repository}/permissions-config/users/{selected_user_id}`]: [200],
      [`PUT ${repository}/permissions-config/users/{selected_user_id}`]: [403],
      [`DELETE ${repository}/permissions-config/users/{selected_user_id}`]: [403],
      [`GET ${repository}/permissions-config/groups`]: [200],
      [`PUT ${repository}/permissions-config/groups/{group_slug}`]: [403],
      [`DELETE ${repository}/permissions-config/groups/{group_slug}`]: [403],
    },
  },
  {
    source: "the root of the API sends a browser to the website",
    grade: "seen",
    test: "tests/emulator/api.test.ts",
    point: "C4",
    operations: { "GET /": [302] },
  },
  {
    source: "the picture that the thin workspace of /user/workspaces links",
    grade: "seen",
    test: "tests/emulator/links.test.ts",
    operations: { "GET /workspaces/{workspace}/avatar": [200] },
  },
];
