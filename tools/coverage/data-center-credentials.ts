/** Owns the rows of Data Center's and Server's credentials: OAuth 1, OAuth 2, HTTP access tokens, CAPTCHA. */
import type { Proven } from "./row.ts";
import { dataCenterDocument } from "./sources.ts";

const oauth2 = "/rest/oauth2/latest";
const tokens = "/rest/access-tokens/latest";
const repository = `${tokens}/projects/{projectKey}/repos/{repositorySlug}`;

export const dataCenterCredentials: readonly Proven[] = [
  {
    source: "Atlassian's OAuth 1 provider, as ported in its Jenkins plugin",
    grade: "seen",
    test: "tests/emulator/dc-oauth1.test.ts",
    point: "D7",
    operations: {
      "POST /plugins/servlet/oauth/request-token": [200, 400, 401],
    },
  },
  {
    source: "Atlassian's OAuth 1 provider, as ported in its Jenkins plugin",
    grade: "seen",
    test: "tests/emulator/dc-oauth1-dance.test.ts",
    point: "D10",
    operations: {
      "POST /plugins/servlet/oauth/access-token": [200, 400, 401],
      "GET /plugins/servlet/oauth/authorize": [200, 302, 401],
      "POST /plugins/servlet/oauth/authorize": [302],
    },
  },
  {
    source: "Atlassian, Bitbucket OAuth 2.0 provider API",
    grade: "documented",
    test: "tests/emulator/dc-oauth2.test.ts",
    operations: {
      [`GET ${oauth2}/authorize`]: [303, 400],
      [`POST ${oauth2}/token`]: [200, 400, 401],
      [`POST ${oauth2}/revoke`]: [200, 400],
    },
  },
  {
    source: "clients that look for it: the plugin's own paths",
    grade: "told",
    test: "tests/emulator/dc-oauth2.test.ts",
    operations: {
      [`GET ${oauth2}/client`]: [401],
      [`GET ${oauth2}/.well-known/oauth-authorization-server`]: [200],
    },
  },
  {
    source: "the consent page's own address",
    grade: "ours",
    test: "tests/emulator/dc-oauth2.test.ts",
    operations: {
      "GET /plugins/servlet/oauth2/consent": [200],
      "POST /plugins/servlet/oauth2/consent": [303],
    },
  },
  {
    source: dataCenterDocument,
    grade: "documented",
    test: "tests/emulator/dc-tokens.test.ts",
    point: "D24",
    operations: {
      [`PUT ${tokens}/users/{userSlug}`]: [200, 400, 401, 404, 415],
      [`GET ${tokens}/users/{userSlug}`]: [200, 401, 404],
      [`GET ${tokens}/users/{userSlug}/{tokenId}`]: [200],
      [`DELETE ${tokens}/users/{userSlug}/{tokenId}`]: [204, 404],
      [`PUT ${tokens}/projects/{projectKey}`]: [200, 401, 404],
      [`GET ${tokens}/projects/{projectKey}`]: [200, 401],
      [`GET ${tokens}/projects/{projectKey}/{tokenId}`]: [200],
      [`DELETE ${tokens}/projects/{projectKey}/{tokenId}`]: [204],
      [`PUT ${repository}`]: [200],
      [`GET ${repository}`]: [200, 401],
      [`GET ${repository}/{tokenId}`]: [200],
      [`POST ${repository}/{tokenId}`]: [200],
      [`POST ${tokens}/projects/{projectKey}/{tokenId}`]: [200],
      [`POST ${tokens}/users/{userSlug}/{tokenId}`]: [200, 400, 404],
      [`DELETE ${repository}/{tokenId}`]: [204],
    },
  },
  {
    source: dataCenterDocument,
    grade: "documented",
    test: "tests/emulator/dc-tokens.test.ts",
    operations: { "DELETE /rest/api/latest/admin/users/captcha": [204, 400, 401, 403, 404] },
  },
];
