/** Owns the rows of Data Center's and Server's pull requests. */
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
      [`GET ${all}`]: [200, 400],
      [`POST ${all}`]: [201, 400, 401, 403, 404, 409],
      [`GET ${one}`]: [200, 401, 404],
      [`PUT ${one}`]: [200, 400, 401, 409],
      [`GET ${one}.diff`]: [200, 404],
      [`GET ${one}.patch`]: [200],
      [`GET ${one}/changes`]: [200],
      [`GET ${one}/commits`]: [200],
      [`GET ${one}/diff`]: [200],
      [`GET ${one}/diff/{path}`]: [200],
      [`GET ${one}/merge-base`]: [200],
      [`GET ${repository}/commits/{commitId}/pull-requests`]: [200],
      [`GET ${api}/dashboard/pull-requests`]: [200, 401],
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
      [`DELETE ${one}`]: [204, 401, 409],
      [`GET ${one}/activities`]: [200, 400],
      [`POST ${one}/approve`]: [200, 409],
      [`DELETE ${one}/approve`]: [200, 404],
      [`POST ${one}/decline`]: [200, 401, 403, 409],
      [`GET ${one}/merge`]: [200, 409],
      [`POST ${one}/merge`]: [200, 400, 401, 403, 409],
      [`POST ${one}/reopen`]: [200, 409],
      [`GET ${one}/participants`]: [200],
      [`POST ${one}/participants`]: [200, 400, 401],
      [`DELETE ${one}/participants`]: [204],
      [`PUT ${one}/participants/{userSlug}`]: [200, 400, 401, 409],
      [`DELETE ${one}/participants/{userSlug}`]: [204],
      [`GET ${one}/comments`]: [200, 400],
      [`POST ${one}/comments`]: [201, 400, 404, 409],
      [`GET ${one}/comments/{commentId}`]: [200, 404],
      [`PUT ${one}/comments/{commentId}`]: [200, 401, 409],
      [`DELETE ${one}/comments/{commentId}`]: [204, 401, 409],
      [`GET ${one}/blocker-comments`]: [200],
      [`POST ${one}/blocker-comments`]: [201],
      [`GET ${one}/blocker-comments/{commentId}`]: [200],
      [`PUT ${one}/blocker-comments/{commentId}`]: [200],
      [`DELETE ${one}/blocker-comments/{commentId}`]: [204],
    },
  },
];
