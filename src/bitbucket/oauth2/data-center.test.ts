import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { failureOf, type RecordedAnswer, recorded } from "../../../tests/bitbucket/recorded.ts";
import { fc } from "../../../tests/property.ts";
import { shiftableClock } from "../../base/clock.ts";
import { isWindlassError } from "../../base/errors.ts";
import { openDoor } from "../../base/http/door.ts";
import { randomToken } from "../../base/random.ts";
import { Secret } from "../../base/secret.ts";
import { dataCenterInstance } from "../self-hosted.ts";
import { buildAuthorizationUrl, trustCode, validateCallback } from "./authorization.ts";
import { revokeToken } from "./revoke.ts";
import { exchangeCode, refreshTokens } from "./token.ts";

const options = {
  baseUrl: "https://git.example.com/bitbucket",
  clientId: "client-1",
  clientSecret: "client+secret/1",
};
const instance = dataCenterInstance(options);
const redirectUri = "http://localhost:8000/auth/bitbucket/callback";
const codeVerifier = "v".repeat(43);
const clock = shiftableClock(new Date("2026-11-20T10:00:00Z"));
const begin = { redirectUri, state: "s-t_a.t~e", codeVerifier };

const pair = {
  access_token: "access-token-1",
  token_type: "bearer",
  expires_in: 3600,
  refresh_token: "refresh-token-1",
  scope: "PUBLIC_REPOS",
};

function contextWith(...answers: RecordedAnswer[]) {
  const { fetch, requests } = recorded(answers);
  return { context: { instance, fetch, clock }, requests };
}

const exchange = { callback: trustCode(instance, "code-of-somebody"), redirectUri, codeVerifier };
const exchangeWith = (answer: RecordedAnswer) => exchangeCode(contextWith(answer).context, exchange);
const refreshWith = (answer: RecordedAnswer) =>
  refreshTokens(contextWith(answer).context, new Secret("refresh-token-0"));

describe("the authorization request", () => {
  test("goes below the context path, with the challenge and never without a scope", async () => {
    const url = new URL(await buildAuthorizationUrl(instance, { ...begin, scopes: [] }));
    expect(url.origin + url.pathname).toBe("https://git.example.com/bitbucket/rest/oauth2/latest/authorize");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: "code",
      client_id: "client-1",
      redirect_uri: redirectUri,
      scope: "PUBLIC_REPOS",
      state: "s-t_a.t~e",
      code_challenge: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      code_challenge_method: "S256",
    });
    const reading = await buildAuthorizationUrl(instance, {
      ...begin,
      scopes: ["REPO_READ", "PUBLIC_REPOS"],
    });
    expect(new URL(reading).searchParams.get("scope")).toBe("REPO_READ PUBLIC_REPOS");
    const bare = dataCenterInstance({ ...options, scopes: "" });
    expect(new URL(await buildAuthorizationUrl(bare, begin)).searchParams.get("scope")).toBe("PUBLIC_REPOS");
  });

  test.each(["", "a b", "a%2Bb", "a+b", "{a}", "ä", "a/b", "a=b"])(
    "refuses the state %j, which Bitbucket could hand back changed",
    async (state) => {
      expect(await failureOf(buildAuthorizationUrl(instance, { ...begin, state }))).toMatchObject({
        code: "bitbucket.call_incomplete",
        data: { name: "state" },
      });
    },
  );

  test("takes every state the house makes, and refuses to go without a verifier", async () => {
    for (let i = 0; i < 50; i += 1) await buildAuthorizationUrl(instance, { ...begin, state: randomToken() });
    const { codeVerifier: _, ...rest } = begin;
    expect(await failureOf(buildAuthorizationUrl(instance, rest))).toMatchObject({
      code: "bitbucket.call_incomplete",
      data: { name: "codeVerifier" },
    });
  });
});

test.each([
  ["access_denied", "bitbucket.denied", /Allow/],
  ["invalid_scope", "bitbucket.scope_refused", /Application links/],
  ["unsupported_response_type", "bitbucket.authorization_failed", /Application links/],
])("the callback's %s is told in the words of an incoming link", async (error, code, cure) => {
  const callback = new URL(`${redirectUri}?error=${error}&error_description=No.&state=s`);
  const failure = await failureOf(Promise.resolve().then(() => validateCallback(instance, callback, "s")));
  expect(failure).toMatchObject({ code, cure: expect.stringMatching(cure) });
});

describe("the token request", () => {
  test("has everything in the body, and no Authorization header", async () => {
    const { context, requests } = contextWith({ body: pair });
    const tokens = await exchangeCode(context, exchange);
    const [request] = requests;
    expect(request?.url).toBe("https://git.example.com/bitbucket/rest/oauth2/latest/token");
    expect(request?.headers.has("authorization")).toBe(false);
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: "authorization_code",
      code: "code-of-somebody",
      redirect_uri: redirectUri,
      code_verifier: codeVerifier,
      client_id: "client-1",
      client_secret: "client+secret/1",
    });
    expect(tokens).toMatchObject({ tokenType: "bearer", scopes: ["PUBLIC_REPOS"] });
    const lifeSeconds = ((tokens.expiresAt?.getTime() ?? 0) - clock.now().getTime()) / 1000;
    expect(lifeSeconds).toBeGreaterThan(3590);
    expect(lifeSeconds).toBeLessThanOrEqual(3600);
  });

  test("reads `scopes` as well, and a refresh posts the refresh token", async () => {
    const { scope, ...rest } = pair;
    const { context, requests } = contextWith({ body: { ...rest, scopes: scope } });
    expect((await refreshTokens(context, new Secret("refresh-token-0"))).scopes).toEqual(["PUBLIC_REPOS"]);
    expect(Object.fromEntries(new URLSearchParams(requests[0]?.body))).toMatchObject({
      grant_type: "refresh_token",
      refresh_token: "refresh-token-0",
      client_id: "client-1",
    });
  });
});

describe("a refusal", () => {
  const said = (error: string, status = 400): RecordedAnswer => ({
    status,
    body: { error, error_description: "No." },
  });

  test.each([
    ["invalid_request", "bitbucket.code_refused", "bitbucket.refresh_refused"],
    ["invalid_grant", "bitbucket.code_refused", "bitbucket.refresh_refused"],
    ["invalid_client", "bitbucket.credentials_refused", "bitbucket.credentials_refused"],
    ["unauthorized_client", "bitbucket.credentials_refused", "bitbucket.credentials_refused"],
    ["invalid_scope", "bitbucket.scope_refused", "bitbucket.scope_refused"],
    ["unsupported_grant_type", "bitbucket.token_refused", "bitbucket.token_refused"],
  ])("%s is %s at the exchange and %s at a refresh", async (error, atExchange, atRefresh) => {
    expect((await failureOf(exchangeWith(said(error)))).code).toBe(atExchange);
    expect((await failureOf(refreshWith(said(error)))).code).toBe(atRefresh);
  });

  test("invalid_client is the operator's with either status, in the words of the link", async () => {
    for (const status of [400, 401]) {
      expect(await failureOf(exchangeWith(said("invalid_client", status)))).toMatchObject({
        code: "bitbucket.credentials_refused",
        reaction: "configuration",
        cure: expect.stringContaining("incoming link"),
      });
    }
  });

  test("by Bitbucket's login says that the client was taken for a person", async () => {
    const exceptionName = "com.atlassian.bitbucket.auth.IncorrectPasswordAuthenticationException";
    const body = { errors: [{ context: null, message: "Authentication failed.", exceptionName }] };
    expect(await failureOf(refreshWith({ status: 401, body }))).toMatchObject({
      code: "bitbucket.credentials_refused",
      message: expect.stringContaining("person's login"),
    });
    const captcha = { errors: [{ exceptionName: "x.CaptchaRequiredAuthenticationException" }] };
    expect((await failureOf(refreshWith({ status: 403, body: captcha }))).code).toBe("bitbucket.captcha");
  });

  test.each([
    ["HTML", "<!DOCTYPE html>"],
    [
      "JSON",
      { errors: [{ message: "null for uri", exceptionName: "com.sun.jersey.api.NotFoundException" }] },
    ],
  ])("404 in %s means that there is no OAuth 2", async (_, body) => {
    expect((await failureOf(exchangeWith({ status: 404, body }))).code).toBe("bitbucket.oauth2_not_offered");
  });

  test("a redirect is called the login page", async () => {
    const fetch = openDoor({
      fetch: async () => new Response(null, { status: 302, headers: { location: "/x" } }),
    });
    const failure = failureOf(refreshTokens({ instance, fetch, clock }, new Secret("refresh-token-0")));
    expect((await failure).code).toBe("bitbucket.login_page");
  });

  test("whatever is answered, nothing that went out is in the failure", async () => {
    const secrets = ["client+secret/1", "refresh-token-0"];
    const echo = fc.oneof(fc.constantFrom(...secrets, secrets.join(" ")), fc.string());
    const body = fc.oneof(
      fc.record({ error: echo, error_description: echo }),
      fc.record({ errors: fc.array(fc.record({ message: echo, exceptionName: echo })) }),
      fc.jsonValue(),
      echo,
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(400, 401, 403, 404, 429, 500), body, async (status, content) => {
        const failure = await failureOf(refreshWith({ status, body: content }));
        expect(isWindlassError(failure)).toBe(true);
        const shown = inspect(failure, { depth: 20, showHidden: true });
        for (const secret of secrets) expect(shown).not.toContain(secret);
      }),
      { numRuns: 150 },
    );
  });
});

describe("revoking", () => {
  test("posts token, client id and secret in the body; 200 is all there is to say", async () => {
    const { context, requests } = contextWith({ status: 200, body: "" });
    await revokeToken(context, new Secret("token-of-somebody"));
    expect(requests[0]?.url).toBe("https://git.example.com/bitbucket/rest/oauth2/latest/revoke");
    expect(Object.fromEntries(new URLSearchParams(requests[0]?.body))).toEqual({
      token: "token-of-somebody",
      client_id: "client-1",
      client_secret: "client+secret/1",
    });
  });

  test.each([
    [400, "unsupported_token_type", "bitbucket.token_refused"],
    [400, "invalid_request", "bitbucket.token_refused"],
    [401, "invalid_client", "bitbucket.credentials_refused"],
    [503, "", "bitbucket.unavailable"],
    [429, "", "bitbucket.rate_limited"],
  ])("a %i %s is %s", async (status, error, code) => {
    const { context } = contextWith({ status, body: error === "" ? "" : { error } });
    expect((await failureOf(revokeToken(context, new Secret("token")))).code).toBe(code);
    expect((await failureOf(revokeToken(context, new Secret("")))).code).toBe("bitbucket.call_incomplete");
  });
});
