/** Owns the rows of Data Center's and Server's permissions, groups and rate limit. */
import type { Proven } from "./row.ts";
import { dataCenterDocument } from "./sources.ts";

const api = "/rest/api/latest";
const project = `${api}/projects/{projectKey}/permissions`;
const repository = `${api}/projects/{projectKey}/repos/{repositorySlug}/permissions`;
const limit = `${api}/admin/rate-limit`;

export const dataCenterPermissions: readonly Proven[] = [
  {
    source: dataCenterDocument,
    grade: "documented",
    test: "tests/emulator/dc-permissions.test.ts",
    point: "D26",
    operations: {
      [`GET ${project}/users`]: [200, 401],
      [`PUT ${project}/users`]: [204, 400, 403, 404],
      [`DELETE ${project}/users`]: [204, 403, 409],
      [`GET ${project}/groups`]: [200],
      [`PUT ${project}/groups`]: [204, 404],
      [`DELETE ${project}/groups`]: [204, 409],
      [`DELETE ${project}`]: [400, 409],
      [`GET ${project}/{permission}/all`]: [200, 400, 401],
      [`POST ${project}/{permission}/all`]: [204, 400],
      [`GET ${repository}/users`]: [200, 401, 404],
      [`PUT ${repository}/users`]: [204],
      [`DELETE ${repository}/users`]: [204],
      [`GET ${repository}/groups`]: [200, 401],
      [`PUT ${repository}/groups`]: [204],
      [`DELETE ${repository}/groups`]: [204],
      [`DELETE ${repository}`]: [204],
      [`GET ${api}/admin/permissions/users`]: [200, 401],
      [`PUT ${api}/admin/permissions/users`]: [204, 400, 401, 404, 409],
      [`DELETE ${api}/admin/permissions/users`]: [204, 409],
      [`GET ${api}/groups`]: [200, 401],
      [`GET ${api}/admin/groups`]: [200, 401],
      [`GET ${api}/admin/groups/more-members`]: [200, 400],
    },
  },
  {
    source: dataCenterDocument,
    grade: "documented",
    test: "tests/emulator/dc-audit.test.ts",
    operations: {
      [`GET ${project}/users/none`]: [200, 401],
      [`GET ${project}/groups/none`]: [200],
      [`GET ${repository}/users/none`]: [200, 401],
      [`GET ${repository}/groups/none`]: [200],
      [`GET ${api}/admin/permissions/users/none`]: [200, 401],
    },
  },
  {
    source: dataCenterDocument,
    grade: "documented",
    test: "tests/emulator/dc-rate-limit.test.ts",
    point: "D28",
    operations: {
      [`GET ${limit}/settings`]: [200, 404],
      [`PUT ${limit}/settings`]: [200, 400, 401, 415],
      [`GET ${limit}/settings/users`]: [200],
      [`POST ${limit}/settings/users`]: [200, 400],
      [`GET ${limit}/settings/users/{userSlug}`]: [200, 401, 404],
      [`PUT ${limit}/settings/users/{userSlug}`]: [200],
      [`DELETE ${limit}/settings/users/{userSlug}`]: [204, 404],
      [`GET ${limit}/history`]: [200, 401],
    },
  },
  {
    source: "Atlassian, HTTP access tokens; the words of the pages are ours",
    grade: "documented",
    test: "tests/emulator/dc-website.test.ts",
    point: "D24",
    operations: Object.fromEntries(
      ["projects/{projectKey}", "projects/{projectKey}/repos/{repositorySlug}"].flatMap((place) => {
        const at = `/plugins/servlet/access-tokens/${place}`;
        return [
          [`GET ${at}/manage`, [200, 403, 404]],
          [`GET ${at}/create`, [200]],
          [`POST ${at}/create`, [302]],
          [`POST ${at}/revoke`, [302]],
        ];
      }),
    ),
  },
];
