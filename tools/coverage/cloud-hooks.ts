/** Owns the rows of Cloud's webhooks. */
import type { Proven } from "./row.ts";
import { cloudDocument } from "./sources.ts";

const repository = "/2.0/repositories/{workspace}/{repo_slug}/hooks";
const workspace = "/2.0/workspaces/{workspace}/hooks";

export const cloudHooks: readonly Proven[] = [
  {
    source: `${cloudDocument}; one 400 as a client's author met it, a hook as captured`,
    grade: "documented",
    test: "tests/emulator/webhooks-cloud-api.test.ts",
    point: "C34",
    operations: {
      "GET /2.0/hook_events": [200],
      "GET /2.0/hook_events/{subject_type}": [200, 404],
      [`GET ${repository}`]: [200, 401, 403, 404, 429],
      [`POST ${repository}`]: [201, 400, 403],
      [`GET ${repository}/{uid}`]: [200, 404],
      [`PUT ${repository}/{uid}`]: [200, 400],
      [`DELETE ${repository}/{uid}`]: [204, 403, 404],
      [`GET ${workspace}`]: [200, 403, 404],
      [`POST ${workspace}`]: [201],
      [`GET ${workspace}/{uid}`]: [200, 404],
      [`PUT ${workspace}/{uid}`]: [200, 403],
      [`DELETE ${workspace}/{uid}`]: [204],
    },
  },
];
