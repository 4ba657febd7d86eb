/** Owns the rows of Cloud's pull requests. */
import type { Proven } from "./row.ts";
import { cloudDocument } from "./sources.ts";

const all = "/2.0/repositories/{workspace}/{repo_slug}/pullrequests";
const one = `${all}/{pull_request_id}`;
const comment = `${one}/comments/{comment_id}`;

export const cloudPullRequests: readonly Proven[] = [
  {
    source: `${cloudDocument}; lists, hashes and links as captured`,
    grade: "seen",
    test: "tests/emulator/pull-requests.test.ts",
    point: "C33",
    operations: {
      [`GET ${all}`]: [200, 400, 403, 404],
      [`POST ${all}`]: [201, 400, 401, 403, 404],
      [`GET ${one}`]: [200, 403, 404],
    },
  },
  {
    source: cloudDocument,
    grade: "documented",
    test: "tests/emulator/pull-requests.test.ts",
    point: "C33",
    operations: {
      [`PUT ${one}`]: [200, 400, 403],
      "GET /2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/pullrequests": [200, 404],
      "GET /2.0/workspaces/{workspace}/pullrequests/{selected_user}": [200, 404],
    },
  },
  {
    source: `${cloudDocument}; the address of the comparison as captured`,
    grade: "seen",
    test: "tests/emulator/pull-requests-closing.test.ts",
    point: "C31",
    operations: {
      [`GET ${one}/diff`]: [302],
      [`GET ${one}/diffstat`]: [302],
      [`GET ${one}/patch`]: [302],
    },
  },
  {
    source: `${cloudDocument}; refusals by clients' authors, their status is a switch`,
    grade: "told",
    test: "tests/emulator/pull-requests-closing.test.ts",
    operations: {
      [`GET ${one}/commits`]: [200, 400, 404],
      [`GET ${one}/statuses`]: [200],
      [`POST ${one}/merge`]: [200, 400, 403, 404, 409],
      [`POST ${one}/decline`]: [200, 400, 403],
    },
  },
  {
    source: cloudDocument,
    grade: "documented",
    test: "tests/emulator/pull-requests-review.test.ts",
    operations: {
      [`POST ${one}/approve`]: [200, 400, 401, 403, 404],
      [`DELETE ${one}/approve`]: [204, 400, 404],
      [`POST ${one}/request-changes`]: [200, 400],
      [`DELETE ${one}/request-changes`]: [204, 400, 401, 404],
      [`GET ${one}/comments`]: [200, 404],
      [`POST ${one}/comments`]: [201, 400, 401],
      [`GET ${comment}`]: [200, 404],
      [`PUT ${comment}`]: [200, 403],
      [`DELETE ${comment}`]: [204, 403, 404],
      [`POST ${comment}/resolve`]: [200, 403, 409],
      [`DELETE ${comment}/resolve`]: [204, 404],
      [`GET ${one}/activity`]: [200],
      [`GET ${all}/activity`]: [200, 400],
    },
  },
];
