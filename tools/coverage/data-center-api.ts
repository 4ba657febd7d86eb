/** Owns the rows of Data Center's and Server's REST API: people, projects, repositories and their history. */
import type { Proven } from "./row.ts";
import { dataCenterDocument } from "./sources.ts";

const api = "/rest/api/latest";
const repository = `${api}/projects/{projectKey}/repos/{repositorySlug}`;

export const dataCenterApi: readonly Proven[] = [
  {
    source: dataCenterDocument,
    grade: "documented",
    test: "tests/emulator/data-center-people.test.ts",
    operations: {
      [`GET ${api}/application-properties`]: [200, 401, 403, 404, 429],
      [`GET ${api}/users`]: [200, 400, 401],
      [`GET ${api}/users/{userSlug}`]: [200, 400, 401, 404],
    },
  },
  {
    source: "Atlassian's Jenkins plugin and git-credential-manager call it",
    grade: "seen",
    test: "tests/emulator/data-center-people.test.ts",
    operations: { "GET /plugins/servlet/applinks/whoami": [200] },
  },
  {
    source: "links of the API lead there",
    grade: "seen",
    test: "tests/emulator/data-center-people.test.ts",
    operations: { "GET /users/{slug}/avatar.png": [200, 404] },
  },
  {
    source: "Atlassian's Jenkins plugin reads it",
    grade: "seen",
    test: "tests/emulator/data-center-people.test.ts",
    operations: { "GET /rest/capabilities": [200] },
  },
  {
    source: dataCenterDocument,
    grade: "documented",
    test: "tests/emulator/data-center-history.test.ts",
    operations: {
      [`GET ${api}/projects`]: [200, 400, 401, 403, 404, 406],
      [`GET ${api}/projects/{projectKey}`]: [200, 401, 404, 429],
      [`GET ${api}/projects/{projectKey}/repos`]: [200],
      [`GET ${api}/repos`]: [200, 400],
      [`GET ${repository}`]: [200, 401, 404],
      [`GET ${repository}/branches`]: [200, 401],
      [`GET ${repository}/branches/default`]: [200, 204],
      [`GET ${repository}/default-branch`]: [200, 204, 404],
      [`GET ${repository}/tags`]: [200],
      [`GET ${repository}/tags/{name}`]: [200, 400, 404],
      [`GET ${repository}/commits`]: [200, 400, 401, 404],
      [`GET ${repository}/commits/{commitId}`]: [200, 400, 404],
      [`GET ${repository}/compare/commits`]: [200, 404],
      [`GET ${repository}/files`]: [200],
      [`GET ${repository}/files/{path}`]: [200],
      [`GET ${repository}/browse`]: [200],
      [`GET ${repository}/browse/{path}`]: [200, 400, 401, 404],
      [`GET ${repository}/raw/{path}`]: [200, 400, 401, 404],
    },
  },
  {
    source: dataCenterDocument,
    grade: "documented",
    test: "tests/emulator/data-center-diff.test.ts",
    operations: {
      [`GET ${repository}/commits/{commitId}/changes`]: [200],
      [`GET ${repository}/commits/{commitId}/diff`]: [200, 404],
      [`GET ${repository}/commits/{commitId}/diff/{path}`]: [200, 400, 404],
      [`GET ${repository}/changes`]: [200, 400],
      [`GET ${repository}/compare/changes`]: [200, 404],
      [`GET ${repository}/compare/diff`]: [200, 404],
      [`GET ${repository}/compare/diff/{path}`]: [200],
      [`GET ${repository}/diff`]: [200, 400],
      [`GET ${repository}/diff/{path}`]: [200],
      [`GET ${repository}/patch`]: [200, 400],
    },
  },
  {
    source: dataCenterDocument,
    grade: "documented",
    test: "tests/emulator/data-center-blame.test.ts",
    operations: {
      [`GET ${repository}/archive`]: [200, 400, 404],
      [`GET ${repository}/commits/{commitId}/merge-base`]: [200, 400],
      [`GET ${repository}/last-modified`]: [200],
      [`GET ${repository}/last-modified/{path}`]: [200, 400, 404],
    },
  },
  {
    source: "the user interface's address of a file's bytes",
    grade: "seen",
    test: "tests/emulator/data-center-history.test.ts",
    operations: { "GET /projects/{project}/repos/{repository}/raw/{path}": [200, 302, 404] },
  },
];
