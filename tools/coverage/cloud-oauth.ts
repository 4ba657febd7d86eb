/** Owns the rows of Cloud's OAuth 2 endpoints. */
import type { Proven } from "./row.ts";

export const cloudOAuth: readonly Proven[] = [
  {
    source: "Atlassian, REST intro: Authentication; Use OAuth on Bitbucket Cloud",
    grade: "documented",
    test: "tests/emulator/authorize.test.ts",
    operations: { "GET /site/oauth2/authorize": [200, 302, 400] },
  },
  {
    source: "the consent form's own address",
    grade: "unconfirmed",
    test: "tests/emulator/authorize.test.ts",
    operations: { "POST /site/oauth2/authorize": [302, 403] },
  },
  {
    source: "Atlassian, REST intro: Authentication; error bodies as gocov met them in August 2026",
    grade: "seen",
    test: "tests/emulator/token.test.ts",
    point: "C12",
    operations: { "POST /site/oauth2/access_token": [200, 400] },
  },
];
