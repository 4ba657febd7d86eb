/** Owns the rows of Data Center's and Server's webhooks. */
import type { Proven } from "./row.ts";
import { dataCenterDocument } from "./sources.ts";

const test = "tests/emulator/webhooks-data-center.test.ts";
const project = "/rest/api/latest/projects/{projectKey}/webhooks";
const repository = "/rest/api/latest/projects/{projectKey}/repos/{repositorySlug}/webhooks";

export const dataCenterHooks: readonly Proven[] = [
  {
    source: `${dataCenterDocument}; 201 and the 400 of an unknown event as clients met them`,
    grade: "documented",
    test,
    point: "D38",
    operations: {
      [`GET ${repository}`]: [200, 401, 404],
      [`POST ${repository}`]: [200, 201, 400, 401, 415],
      [`GET ${repository}/{webhookId}`]: [200, 404],
      [`PUT ${repository}/{webhookId}`]: [200],
      [`DELETE ${repository}/{webhookId}`]: [204],
      [`GET ${repository}/search`]: [200],
      [`GET ${project}`]: [200, 401, 404],
      [`POST ${project}`]: [201, 401],
      [`GET ${project}/{webhookId}`]: [200, 404],
      [`PUT ${project}/{webhookId}`]: [200],
      [`DELETE ${project}/{webhookId}`]: [204],
    },
  },
  {
    source: `${dataCenterDocument}; what is in the answer is ours`,
    grade: "documented",
    test,
    point: "D39",
    operations: { [`POST ${repository}/test`]: [200, 404], [`POST ${project}/test`]: [200, 400] },
  },
  {
    source: `${dataCenterDocument}; what is in the answers is ours`,
    grade: "documented",
    test,
    point: "D41",
    operations: {
      [`GET ${repository}/{webhookId}/latest`]: [200, 204],
      [`GET ${repository}/{webhookId}/statistics`]: [200],
      [`GET ${repository}/{webhookId}/statistics/summary`]: [200],
      [`GET ${project}/{webhookId}/latest`]: [200, 204, 404],
      [`GET ${project}/{webhookId}/statistics`]: [200, 404],
      [`GET ${project}/{webhookId}/statistics/summary`]: [200, 204, 404],
    },
  },
  {
    source: "Atlassian's Jenkins plugin reads it",
    grade: "seen",
    test,
    point: "D38",
    operations: { "GET /rest/webhooks/latest/capabilities": [200] },
  },
];
