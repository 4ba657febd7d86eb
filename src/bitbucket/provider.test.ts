import { inspect } from "node:util";
import { expect, test } from "vitest";
import { failureOf, type RecordedAnswer, recorded } from "../../tests/bitbucket/recorded.ts";
import { asResponse } from "../base/http/door.ts";
import { bitbucketProvider } from "./provider.ts";

const redirectUri = "https://example.com/auth/bitbucket/callback";
const answer = {
  access_token: "access-1",
  refresh_token: "refresh-1",
  scope: "account email",
  token_type: "bearer",
  expires_in: 7200,
  state: "authorization_code",
};

function providerWith(answers: readonly RecordedAnswer[] | Record<string, RecordedAnswer>) {
  const { fetch: handFed, requests } = recorded(answers);
  const fetch: typeof globalThis.fetch = async (input, init) =>
    asResponse(
      await handFed(String(input), {
        method: init?.method ?? "GET",
        headers: new Headers(init?.headers),
        body: init?.body === null || init?.body === undefined ? null : String(init.body),
      }),
    );
  return { provider: bitbucketProvider({ clientId: "key", clientSecret: "secret", fetch }), requests };
}

test("G6, G9, G11: the four calls take and give plain strings", async () => {
  const { provider, requests } = providerWith([{ body: answer }, { body: { ...answer, scopes: "x" } }]);
  const url = new URL(
    await provider.getAuthorizationUrl({ redirectUri, state: "s", scopes: "account webhook" }),
  );
  expect(url.searchParams.get("scope")).toBe("account webhook");
  const tokens = await provider.exchangeCode({ code: "c", redirectUri });
  expect(tokens).toEqual({
    accessToken: "access-1",
    refreshToken: "refresh-1",
    tokenType: "bearer",
    scopes: ["account", "email"],
    expiresAt: expect.any(Date),
    raw: answer,
  });
  expect((await provider.refreshToken("refresh-1")).accessToken).toBe("access-1");
  expect(requests.map(({ body }) => new URLSearchParams(body).get("grant_type"))).toEqual([
    "authorization_code",
    "refresh_token",
  ]);
});

test("G14, G15: an access token gives the profile of its person", async () => {
  const { provider, requests } = providerWith({
    "/2.0/user": { body: { uuid: "{abc123}", display_name: "John Doe", username: "johndoe" } },
    "/2.0/user/emails": {
      body: { values: [{ email: "user@example.com", is_primary: true, is_confirmed: true }] },
    },
  });
  const profile = await provider.getUserInfo("access-1");
  expect(profile).toMatchObject({
    instance: "bitbucket",
    id: "abc123",
    email: "user@example.com",
    firstName: "John",
  });
  expect(requests.every(({ headers }) => headers.get("authorization") === "Bearer access-1")).toBe(true);
});

test("without key and secret there is one clear failure, before anything is called", () => {
  // What a caller in plain JavaScript does when an environment variable is not set.
  const options = { clientId: undefined, clientSecret: undefined } as unknown as {
    clientId: string;
    clientSecret: string;
  };
  expect(() => bitbucketProvider(options)).toThrow(
    expect.objectContaining({ code: "bitbucket.configuration", reaction: "configuration" }),
  );
  expect(() => bitbucketProvider(options)).toThrow(/clientId.*clientSecret/);
});

test("arguments that are not there end in a failure that names them, never in a crash", async () => {
  const { provider, requests } = providerWith([{ body: answer }]);
  const missing = undefined as unknown as string; // as plain JavaScript would hand it in
  const failures = await Promise.all([
    failureOf(provider.getAuthorizationUrl({ redirectUri, state: missing })),
    failureOf(provider.getAuthorizationUrl({ redirectUri: missing, state: "s" })),
    failureOf(provider.exchangeCode({ code: missing })),
    failureOf(provider.refreshToken(missing)),
    failureOf(provider.getUserInfo(missing)),
  ]);
  for (const failure of failures) expect(failure).toMatchObject({ code: "bitbucket.call_incomplete" });
  expect(requests).toHaveLength(0);
});

test("G5: no failure shows a key's secret, a code or a token", async () => {
  const bad = { ...answer, token_type: "mac" };
  const { provider } = providerWith([{ body: bad }]);
  const failure = await failureOf(provider.exchangeCode({ code: "code-1", redirectUri }));
  expect(inspect(failure, { depth: 20, showHidden: true })).not.toMatch(/access-1|refresh-1|code-1|:secret/);
});

test("a server that does not answer is unreachable", async () => {
  const fetch = async () => Promise.reject(new TypeError("fetch failed"));
  const provider = bitbucketProvider({ clientId: "k", clientSecret: "s", fetch });
  await expect(provider.refreshToken("r")).rejects.toMatchObject({ reaction: "unreachable" });
});
