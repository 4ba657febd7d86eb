/** Owns the rows of the pages that a person meets at a Data Center or Server. */
import type { Proven } from "./row.ts";
import { ownDocument } from "./sources.ts";

const links = "/plugins/servlet/applinks";
const tokens = "/plugins/servlet/access-tokens";

export const dataCenterWebsite: readonly Proven[] = [
  {
    source: "Atlassian, Configure an incoming link; the words of the pages are ours",
    grade: "documented",
    test: "tests/emulator/dc-website.test.ts",
    operations: {
      [`GET ${links}/listApplicationLinks`]: [200],
      [`GET ${links}/create`]: [200],
      [`GET ${links}/create/atlassian-product`]: [200],
      [`POST ${links}/create/atlassian-product`]: [200],
      [`GET ${links}/create/external-application`]: [200],
      [`POST ${links}/create/external-application`]: [200],
      [`GET ${links}/delete`]: [200],
      [`POST ${links}/delete`]: [302],
    },
  },
  {
    source: "Atlassian, HTTP access tokens; the words of the pages are ours",
    grade: "documented",
    test: "tests/emulator/dc-website.test.ts",
    point: "D24",
    operations: {
      [`GET ${tokens}/manage`]: [200],
      [`GET ${tokens}/create`]: [200],
      [`POST ${tokens}/create`]: [302],
      [`POST ${tokens}/revoke`]: [302],
    },
  },
  {
    source: "Atlassian, Revoke access of an authorized application; the words of the page are ours",
    grade: "documented",
    test: "tests/emulator/dc-website.test.ts",
    operations: {
      "GET /plugins/servlet/oauth/users/access-tokens": [200],
      "POST /plugins/servlet/oauth/users/access-tokens": [302],
    },
  },
  {
    source: "the log-in page of Bitbucket; its form is ours",
    grade: "seen",
    test: "tests/emulator/dc-website.test.ts",
    operations: {
      "GET /login": [200],
      "POST /login": [302],
      "POST /logout": [302],
    },
  },
  {
    source: "a start page in place of Atlassian's",
    grade: "ours",
    test: "tests/emulator/dc-website.test.ts",
    point: "the start page says that it is an emulator",
    operations: { "GET /": [200] },
  },
  {
    source: ownDocument,
    grade: "ours",
    test: "tests/emulator/dc-website.test.ts",
    operations: { "GET /_emulator/assets/{name}": [200, 404] },
  },
  {
    source: "links of the API lead there",
    grade: "seen",
    test: "tests/emulator/data-center-pages.test.ts",
    operations: {
      "GET /projects/{project}/repos/{repository}": [200],
      "GET /projects/{project}/repos/{repository}/browse": [200, 302, 404],
      "GET /projects/{project}/repos/{repository}/browse/{path}": [200, 404],
      "GET /projects/{project}/repos/{repository}/commits": [200],
      "GET /projects/{project}/repos/{repository}/commits/{commit}": [200, 404],
      "GET /projects/{project}/repos/{repository}/pull-requests": [200],
      "GET /projects/{project}/repos/{repository}/pull-requests/{id}": [200, 404],
      "GET /projects/{project}/repos/{repository}/pull-requests/{id}/overview": [200],
    },
  },
  {
    source: "links of the API lead there",
    grade: "seen",
    test: "tests/emulator/dc-audit.test.ts",
    operations: {
      "GET /users/{slug}": [200, 302, 404],
      "GET /projects/{project}": [200, 302, 404],
    },
  },
];
