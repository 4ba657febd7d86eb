/** The traps people are known to have fallen into with Bitbucket Cloud: where each is held shut, or why it is not ours. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSources } from "../../tools/house.ts";

/** Where the test stands that holds it, and what its title says; or, of what Windlass does not do, what no source may hold. */
type Trap = { readonly symptom: string } & (
  | { readonly file: string; readonly title: string }
  | { readonly never: RegExp }
);

const apiErrors = "tests/bitbucket/api-error-catalogue.test.ts";
const tokenErrors = "tests/bitbucket/token-error-catalogue.test.ts";
const tokens = "src/bitbucket/oauth2/token.test.ts";
const profile = "src/bitbucket/profile/profile.test.ts";
const cloud = "src/bitbucket/api/cloud.test.ts";

/** Webhooks, pull requests, build statuses and rules by permission are not there yet: their traps come with them. */
const traps: readonly Trap[] = [
  {
    symptom: "1: every call is 401 since May 2026, for a token in the query",
    file: "src/bitbucket/api/client.test.ts",
    title: "never carries the token in the URL or in a body",
  },
  {
    symptom: "2: a connection dies, for two workers refresh one rotating token",
    file: "src/vault/vault.test.ts",
    title: "a thousand callers at the moment of expiry are served by one refresh",
  },
  {
    symptom: "3: a refresh says that the credentials are wrong, though they are right",
    file: "src/vault/refresh.test.ts",
    title: "a mistyped consumer secret ends no connection",
  },
  {
    symptom: "4: a refresh fails after a quiet quarter",
    file: "tests/flows/vault.test.ts",
    title: "left alone for more than three months is to be reconnected",
  },
  {
    symptom: "5: a sign-in has no e-mail",
    file: profile,
    title: "a missing scope leaves the e-mail null and names the tick",
  },
  {
    symptom: "6: /user is 403",
    file: "tests/flows/oauth.test.ts",
    title: "without account the person cannot be asked for, and the failure names the tick",
  },
  {
    symptom: "7: an unconfirmed or secondary address is trusted",
    file: profile,
    title: "the e-mail of an account with %s",
  },
  { symptom: "8: a person's key changes or is empty", file: profile, title: "the profile of a user with %s" },
  {
    symptom: "9: a page “Invalid redirect_uri”, and no callback",
    file: "src/doctor/doctor.test.ts",
    title: "names a callback that the consumer does not have, letter by letter",
  },
  {
    symptom: "10: no callback URL on the consumer",
    file: tokenErrors,
    title: "a consumer without callback URL",
  },
  {
    symptom: "11: client_credentials with a public consumer",
    file: tokenErrors,
    title: "client_credentials on a consumer that is not private",
  },
  {
    symptom: "12: a form rejects a key for its length",
    file: "src/bitbucket/cloud.test.ts",
    title: "a key of any length is taken",
  },
  { symptom: "13: a token is cut off", file: tokens, title: "carries tokens of any length" },
  {
    symptom: "14: a token request in JSON is not read",
    file: tokenErrors,
    title: "an unknown grant type, which is a body that is no form",
  },
  {
    symptom: "15: 404 for a private repository",
    file: apiErrors,
    title: "404, a repository that is hidden or absent",
  },
  {
    symptom: "16: 410 at the list of workspaces",
    file: cloud,
    title: "are read from the thin rows of /user/workspaces",
  },
  { symptom: "17: workspaces without names", file: cloud, title: "have their name in /workspaces/{slug}" },
  { symptom: "18: Invalid pagelen", file: apiErrors, title: "400, pagelen out of range" },
  {
    symptom: "19: 403 at the administrators' list of permissions",
    never: /(?<!\/user)\/workspaces\/[^`"]*\/permissions\//,
  },
  {
    symptom: "20: the granted scopes read as empty",
    file: tokens,
    title: "is read with the old `scopes` too",
  },
  {
    symptom: "21: a diff is the wrong way round",
    file: "tests/emulator/repositories-diff.test.ts",
    title: "a spec of two commits is in the order opposite to git's",
  },
  {
    symptom: "26: 401, an API token without scopes",
    file: apiErrors,
    title: "401, an API token without scopes for Bitbucket",
  },
  {
    symptom: "27: git refuses an API token for its user name",
    file: "tests/flows/credentials.test.ts",
    title: 'gitUser: "x-bitbucket-api-token-auth"',
  },
  {
    symptom: "28: 429 for everybody at once",
    file: "src/budget/budget.test.ts",
    title: "sums the calls of the last hour for each consumer apart",
  },
  { symptom: "29: endpoints that change permissions refuse OAuth", never: /permissions-config/ },
  { symptom: "31: the search of code stops", never: /\/search\/code/ },
];

const product = readSources().filter(
  ({ path }) => /^(bitbucket|connections|analyses|vault|signin)\//.test(path) && !path.endsWith(".test.ts"),
);

describe("a known trap", () => {
  test.each(traps)("$symptom", (trap) => {
    if ("file" in trap) {
      const text = readFileSync(join(import.meta.dirname, "../..", trap.file), "utf8");
      expect(text).toContain(trap.title);
    } else {
      expect(product.length).toBeGreaterThan(50);
      expect(product.filter(({ text }) => trap.never.test(text)).map(({ path }) => path)).toEqual([]);
    }
  });
});
