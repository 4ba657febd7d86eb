/** Owns the rows of Data Center's and Server's pull requests, and of what was added beside them. */
import type { Proven } from "./row.ts";
import { dataCenterDocument } from "./sources.ts";

const api = "/rest/api/latest";
const repository = `${api}/projects/{projectKey}/repos/{repositorySlug}`;
const all = `${repository}/pull-requests`;
const one = `${all}/{pullRequestId}`;

export const dataCenterPullRequests: readonly Proven[] = [
  {
    source: dataCenterDocument,
    grade: "documented",
    test: "tests/emulator/data-center-pull-requests.test.ts",
    point: "D35",
    operations: {
      [`GET ${all}`]: [200],
      [`POST ${all}`]: [201],
      [`GET ${one}`]: [200],
      [`PUT ${one}`]: [200],
      [`DELETE ${one}`]: [204],
      [`GET ${one}.diff`]: [200],
      [`GET ${one}.patch`]: [200],
      [`GET ${one}/changes`]: [200],
      [`GET ${one}/commits`]: [200],
      [`GET ${one}/diff`]: [200],
      [`GET ${one}/diff/{path}`]: [200],
      [`GET ${one}/merge`]: [200],
      [`POST ${one}/merge`]: [200],
      [`GET ${one}/merge-base`]: [200],
      [`GET ${repository}/commits/{commitId}/pull-requests`]: [200],
      [`GET ${api}/dashboard/pull-requests`]: [200],
      [`GET ${api}/inbox/pull-requests`]: [200],
      [`GET ${api}/inbox/pull-requests/count`]: [200],
    },
  },
  {
    source: dataCenterDocument,
    grade: "documented",
    test: "tests/emulator/data-center-pull-requests-review.test.ts",
    point: "D35",
    operations: {
      [`GET ${one}/activities`]: [200],
      [`POST ${one}/approve`]: [200],
      [`DELETE ${one}/approve`]: [200],
      [`GET ${one}/blocker-comments`]: [200],
      [`POST ${one}/blocker-comments`]: [201],
      [`GET ${one}/blocker-comments/{commentId}`]: [200],
      [`PUT ${one}/blocker-comments/{commentId}`]: [200],
      [`DELETE ${one}/blocker-comments/{commentId}`]: [204],
      [`GET ${one}/comments`]: [200],
      [`POST ${one}/comments`]: [201],
      [`GET ${one}/comments/{commentId}`]: [200],
      [`PUT ${one}/comments/{commentId}`]: [200],
      [`DELETE ${one}/comments/{commentId}`]: [204],
      [`POST ${one}/decline`]: [200],
      [`POST ${one}/reopen`]: [200],
      [`GET ${one}/participants`]: [200],
      [`POST ${one}/participants`]: [200],
      [`DELETE ${one}/participants`]: [204],
      [`PUT ${one}/participants/{userSlug}`]: [200],
      [`DELETE ${one}/participants/{userSlug}`]: [204],
    },
  },
  {
    source: dataCenterDocument,
    grade: "documented",
    test: "tests/emulator/data-center-blame.test.ts",
    operations: {
      [`GET ${repository}/commits/{commitId}/merge-base`]: [200],
      [`GET ${repository}/archive`]: [200],
      [`GET ${repository}/last-modified`]: [200],
      [`GET ${repository}/last-modified/{path}`]: [200],
    },
  },
];
