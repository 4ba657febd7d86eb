import { inspect } from "node:util";
import { expect, test } from "vitest";
import { type RecordedAnswer, recorded } from "../../tests/bitbucket/recorded.ts";
import { headerParameters, pkcs1Pem, pkcs8Pem, publicKeyPem } from "../../tests/bitbucket/signing-keys.ts";
import { failureOf } from "../../tests/failure.ts";
import { asResponse } from "../base/http/door.ts";
import { type ServerProviderOptions, serverProvider } from "./server-provider.ts";

const baseUrl = "https://git.example.com/bitbucket";
const callbackUrl = "https://app.example.com/callback";
const text = { "content-type": "text/plain" };

function providerWith(
  answers: readonly RecordedAnswer[] | Record<string, RecordedAnswer>,
  privateKey = pkcs8Pem,
) {
  const { fetch: handFed, requests } = recorded(answers);
  const fetch: typeof globalThis.fetch = async (input, init) =>
    asResponse(
      await handFed(String(input), { method: init?.method ?? "GET", headers: new Headers(init?.headers) }),
    );
  return { provider: serverProvider({ baseUrl, consumerKey: "windlass", privateKey, fetch }), requests };
}

const authorization = (headers: Headers | undefined) => headerParameters(headers?.get("authorization") ?? "");

test("the calls take and give plain strings", async () => {
  const { provider, requests } = providerWith([
    { body: "oauth_token=r-1&oauth_token_secret=rs&oauth_callback_confirmed=true", headers: text },
    { body: "oauth_token=a-1&oauth_token_secret=as&oauth_session_handle=h-1", headers: text },
    { body: "oauth_token=a-2&oauth_token_secret=as&oauth_expires_in=60", headers: text },
  ]);
  const begun = await provider.getRequestToken({ callbackUrl });
  expect(begun).toEqual({ requestToken: "r-1", requestTokenSecret: "rs", callbackConfirmed: true });
  expect(await provider.getAuthorizationUrl(begun.requestToken)).toBe(
    `${baseUrl}/plugins/servlet/oauth/authorize?oauth_token=r-1`,
  );
  const tokens = await provider.exchangeVerifier({ ...begun, verifier: "ab12CD" });
  expect(tokens).toEqual({
    accessToken: "a-1",
    accessTokenSecret: "as",
    sessionHandle: "h-1",
    expiresAt: null,
    sessionExpiresAt: null,
  });
  expect(await provider.renewAccess(tokens)).toMatchObject({
    accessToken: "a-2",
    expiresAt: expect.any(Date),
  });
  expect(requests.map(({ headers }) => authorization(headers))).toMatchObject([
    { oauth_callback: callbackUrl, oauth_signature_method: "RSA-SHA1" },
    { oauth_token: "r-1", oauth_verifier: "ab12CD" },
    { oauth_token: "a-1", oauth_session_handle: "h-1" },
  ]);
});

test("who the tokens stand for is asked with signed calls", async () => {
  const jane = {
    name: "jane.doe@example.com",
    slug: "jane.doe_example.com",
    id: 101,
    displayName: "Jane Doe",
  };
  const user = { ...jane, active: true, type: "NORMAL", emailAddress: "jane@example.com" };
  const api = "/bitbucket/rest/api/latest";
  const headers = { "x-ausername": encodeURIComponent(jane.name), "x-auserid": "101" };
  const { provider, requests } = providerWith({
    [`${api}/application-properties`]: { body: { version: "7.17.0" }, headers },
    [`${api}/users`]: { body: { values: [user], isLastPage: true }, headers },
    [`${api}/users/${jane.slug}`]: { body: user, headers },
    [`${api}/users/${encodeURIComponent(jane.name)}`]: {
      status: 404,
      headers,
      body: {
        errors: [{ message: "no", exceptionName: "com.atlassian.bitbucket.user.NoSuchUserException" }],
      },
    },
  });
  const profile = await provider.getUserInfo({ accessToken: "a-1" });
  expect(profile).toMatchObject({ id: "101", email: "jane@example.com", emailVerified: false });
  expect(requests.every((request) => authorization(request.headers).oauth_token === "a-1")).toBe(true);
});

test("a verifier that says denied is the person's no, before Bitbucket is asked", async () => {
  const { provider, requests } = providerWith([{}]);
  const failure = await failureOf(provider.exchangeVerifier({ requestToken: "r", verifier: "denied" }));
  expect(failure.code).toBe("bitbucket.denied");
  expect(requests).toHaveLength(0);
});

test("a PKCS#1 key is taken; what is no private key is refused before anything is called", () => {
  expect(() => providerWith([], pkcs1Pem)).not.toThrow();
  expect(() => providerWith([], publicKeyPem)).toThrow(
    expect.objectContaining({ code: "bitbucket.oauth1_key_unusable" }),
  );
});

test("without its options there is one clear failure that names them all", () => {
  // What a caller in plain JavaScript does when an environment variable is not set.
  const options = { baseUrl: undefined } as unknown as ServerProviderOptions;
  expect(() => serverProvider(options)).toThrow(/baseUrl.*consumerKey.*privateKey/);
});

test("arguments that are not there end in a failure that names them, never in a crash", async () => {
  const { provider, requests } = providerWith([{}]);
  const missing = undefined as unknown as string; // as plain JavaScript would hand it in
  const failures = await Promise.all([
    failureOf(provider.getRequestToken({ callbackUrl: missing })),
    failureOf(provider.getAuthorizationUrl(missing)),
    failureOf(provider.exchangeVerifier({ requestToken: missing })),
    failureOf(provider.renewAccess({ accessToken: missing, sessionHandle: null })),
    failureOf(provider.renewAccess({ accessToken: "a", sessionHandle: null })),
    failureOf(provider.getUserInfo({ accessToken: missing })),
  ]);
  for (const failure of failures) expect(failure).toMatchObject({ code: "bitbucket.call_incomplete" });
  expect(requests).toHaveLength(0);
});

test("certificates the platform's fetch cannot be told of end the call, never the check of certificates", async () => {
  const provider = serverProvider({ baseUrl, consumerKey: "windlass", privateKey: pkcs8Pem, ca: "PEM" });
  const failure = await failureOf(provider.getRequestToken({ callbackUrl }));
  expect(failure.code).toBe("http.no_certificates");
});

test("no failure shows the key or a token", async () => {
  const { provider } = providerWith([{ status: 401, body: "oauth_problem=token_rejected", headers: text }]);
  const exchange = { requestToken: "request-token-1", verifier: "verifier-1" };
  const failure = await failureOf(provider.exchangeVerifier(exchange));
  expect(inspect(failure, { depth: 20, showHidden: true })).not.toMatch(
    /request-token-1|verifier-1|PRIVATE KEY/,
  );
});
