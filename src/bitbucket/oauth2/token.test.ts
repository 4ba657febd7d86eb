import { inspect } from "node:util";
import * as oauth from "oauth4webapi";
import { describe, expect, test } from "vitest";
import { failureOf, type RecordedAnswer, recorded } from "../../../tests/bitbucket/recorded.ts";
import { fc } from "../../../tests/property.ts";
import { shiftableClock } from "../../base/clock.ts";
import { isWindlassError } from "../../base/errors.ts";
import { Secret } from "../../base/secret.ts";
import { cloudInstance } from "../cloud.ts";
import { trustCode } from "./authorization.ts";
import { exchangeCode, refreshTokens, requestCodeExchange } from "./token.ts";

const key = "key-with_dots.and~more";
const secret = "s3cr-et_with.all~kinds%2F+/of";
const instance = cloudInstance({ clientId: key, clientSecret: secret });
const redirectUri = "http://localhost:8000/auth/bitbucket/callback";
const clock = shiftableClock(new Date("2026-11-20T10:00:00Z"));

/** The answer as announced for May 2026 and after. */
const today = {
  access_token: "access-1",
  scope: "account email repository",
  token_type: "bearer",
  expires_in: 7200,
  state: "authorization_code",
  refresh_token: "refresh-1",
};

function contextWith(...answers: RecordedAnswer[]) {
  const { fetch, requests } = recorded(answers);
  const saved: string[] = [];
  const onRefreshToken = async (token: Secret) => {
    saved.push(token.reveal());
  };
  return { context: { instance, fetch, clock, onRefreshToken }, requests, saved };
}

const exchange = { callback: trustCode(instance, "code-1"), redirectUri };
const exchangeWith = (...answers: RecordedAnswer[]) =>
  exchangeCode(contextWith(...answers).context, exchange);
const refreshWith = (...answers: RecordedAnswer[]) =>
  refreshTokens(contextWith(...answers).context, new Secret("refresh-0"));

describe("the request", () => {
  test("G9, G10: posts grant, code and redirect URI as a form, with key and secret as raw HTTP Basic", async () => {
    const { context, requests } = contextWith({ body: today });
    await exchangeCode(context, { ...exchange, codeVerifier: "v".repeat(43) });
    const [request] = requests;
    expect(request?.method).toBe("POST");
    expect(request?.url).toBe("https://bitbucket.org/site/oauth2/access_token");
    expect(request?.headers.get("content-type")).toMatch(/^application\/x-www-form-urlencoded/);
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: "authorization_code",
      code: "code-1",
      redirect_uri: redirectUri,
      code_verifier: "v".repeat(43),
    });
    expect(basicOf(request?.headers)).toBe(`${key}:${secret}`);
    expect(request?.body).not.toContain("client_secret");
  });

  test("the library's own Basic would have percent-encoded the key's and secret's `-`, `_`, `.`", async () => {
    const headers = new Headers();
    await oauth.ClientSecretBasic(secret)(
      { issuer: "https://bitbucket.org" },
      { client_id: key },
      new URLSearchParams(),
      headers,
    );
    expect(basicOf(headers)).toContain("key%2Dwith%5Fdots%2Eand%7Emore:s3cr%2Det");
  });

  test("leaves the redirect URI out when it was left out before", async () => {
    const { context, requests } = contextWith({ body: today });
    await exchangeCode(context, { callback: exchange.callback });
    expect(Object.fromEntries(new URLSearchParams(requests[0]?.body))).toEqual({
      grant_type: "authorization_code",
      code: "code-1",
    });
  });

  test("G19: a refresh posts the refresh token", async () => {
    const { context, requests } = contextWith({ body: { ...today, state: "refresh_token" } });
    const tokens = await refreshTokens(context, new Secret("refresh-0"));
    expect(Object.fromEntries(new URLSearchParams(requests[0]?.body))).toEqual({
      grant_type: "refresh_token",
      refresh_token: "refresh-0",
    });
    expect(tokens.refreshToken?.reveal()).toBe("refresh-1");
  });
});

describe("a good answer", () => {
  test("G11, G13: is read with scope, lower-case bearer, the life it states, and its own `state` ignored", async () => {
    const { context, saved } = contextWith({ body: today });
    const tokens = await exchangeCode(context, exchange);
    expect(tokens.accessToken.reveal()).toBe("access-1");
    expect(tokens.refreshToken?.reveal()).toBe("refresh-1");
    expect(tokens.tokenType).toBe("bearer");
    expect(tokens.scopes).toEqual(["account", "email", "repository"]);
    const lifeSeconds = ((tokens.expiresAt?.getTime() ?? 0) - clock.now().getTime()) / 1000;
    expect(lifeSeconds).toBeGreaterThan(7190);
    expect(lifeSeconds).toBeLessThanOrEqual(7200);
    expect(saved).toEqual(["refresh-1"]);
  });

  test("G11: is read with the old `scopes` too", async () => {
    const { scope: _, ...rest } = today;
    const old = await exchangeWith({ body: { ...rest, scopes: "repository account" } });
    expect(old.scopes).toEqual(["repository", "account"]);
    expect((await exchangeWith({ body: rest })).scopes).toEqual([]);
  });

  test("without expires_in has no known end, and without refresh_token none is kept", async () => {
    const tokens = await exchangeWith({ body: { access_token: "a", token_type: "Bearer" } });
    expect(tokens).toMatchObject({ expiresAt: null, refreshToken: null, tokenType: "bearer", scopes: [] });
    const nulls = {
      access_token: "a",
      token_type: "bearer",
      expires_in: null,
      refresh_token: null,
      scope: null,
    };
    expect(await exchangeWith({ body: nulls })).toMatchObject({ expiresAt: null, refreshToken: null });
    const endless = { ...today, expires_in: 1e300 };
    expect((await exchangeWith({ body: endless })).expiresAt).toBeNull();
  });

  test("carries tokens of any length", async () => {
    const long = "t".repeat(5_000);
    const tokens = await exchangeWith({ body: { ...today, access_token: long, refresh_token: long } });
    expect(tokens.accessToken.reveal()).toBe(long);
  });

  test("G5: cannot be printed with its tokens in it", async () => {
    const tokens = await exchangeWith({ body: today });
    expect(inspect(tokens, { depth: 9 }) + JSON.stringify(tokens)).not.toMatch(/access-1|refresh-1/);
  });

  test("is handed on as it came beside the tokens", async () => {
    const { raw } = await requestCodeExchange(contextWith({ body: today }).context, exchange);
    expect(raw).toEqual(today);
  });
});

describe("an answer with something wrong in it", () => {
  const wrong: Record<string, unknown> = {
    "token_type mac": { ...today, token_type: "mac" },
    "token_type dpop": { ...today, token_type: "dpop" },
    "no token_type": { ...today, token_type: undefined },
    "no access_token": { ...today, access_token: undefined },
    "access_token a number": { ...today, access_token: 7 },
    "access_token with a line break": { ...today, access_token: "access-1\r\nx: y" },
    "expires_in words": { ...today, expires_in: "soon" },
    "expires_in negative": { ...today, expires_in: -1 },
  };

  test.each(Object.keys(wrong))("has its refresh token saved before it is refused: %s", async (name) => {
    const { context, saved } = contextWith({ body: wrong[name] });
    const error = await failureOf(refreshTokens(context, new Secret("refresh-0")));
    expect(error).toMatchObject({ code: "bitbucket.malformed_answer", reaction: "malformed" });
    expect(saved).toEqual(["refresh-1"]);
    expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/access-1|refresh-[01]/);
  });

  test("when the refresh token cannot be saved, nothing else is done with the answer", async () => {
    const { fetch } = recorded([{ body: today }]);
    const onRefreshToken = async () => {
      throw new Error("disk full");
    };
    await expect(exchangeCode({ instance, fetch, clock, onRefreshToken }, exchange)).rejects.toThrow(
      "disk full",
    );
  });

  test.each([
    ["JSON that breaks off", { headers: { "content-type": "application/json" }, body: '{"access_token":"a' }],
    ["JSON that is a list", { body: [1] }],
    ["nothing", { headers: { "content-type": "application/json" }, body: "" }],
    ["an error without a reason", { status: 400, body: {} }],
  ])("is malformed: %s", async (_, answer) => {
    await expect(exchangeWith(answer)).rejects.toMatchObject({ code: "bitbucket.malformed_answer" });
  });

  test("no JSON whatever ends in a failure nobody has named", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.jsonValue(),
        fc.constantFrom(200, 201, 400, 401, 418, 500),
        async (body, status) => {
          try {
            await refreshWith({ status, headers: { "content-type": "application/json" }, body });
          } catch (error) {
            expect(isWindlassError(error)).toBe(true);
          }
        },
      ),
    );
  });
});

describe("an error of the token endpoint", () => {
  const refuse = (error: string, error_description: string) => ({
    status: 400,
    body: { error_description, error },
  });
  const wrongClient = refuse("unauthorized_client", "Invalid OAuth client credentials");

  test("G10: wrong key or secret at the exchange is a matter of configuration and names both", async () => {
    for (const answer of [
      wrongClient,
      refuse("unauthorized_client", "Requests must be authenticated using OAuth client credentials"),
    ]) {
      const error = await failureOf(exchangeWith(answer));
      expect(error).toMatchObject({ code: "bitbucket.credentials_refused", reaction: "configuration" });
      expect(isWindlassError(error) && error.message + error.cure).toMatch(/Key.*Secret/);
    }
  });

  test.each([
    ["unauthorized_client", "Invalid OAuth client credentials"],
    ["invalid_grant", "Invalid refresh token"],
    ["invalid_request", "Invalid refresh_token"],
  ])("G19: at a refresh %s is a refusal that carries Bitbucket's error", async (error, description) => {
    await expect(refreshWith(refuse(error, description))).rejects.toMatchObject({
      code: "bitbucket.refresh_refused",
      reaction: "refused",
      data: { error, errorDescription: description },
    });
  });

  test("H15: at a refresh too, what can only be the client's credentials is a matter of configuration", async () => {
    for (const answer of [
      refuse("unauthorized_client", "Requests must be authenticated using OAuth client credentials"),
      refuse("invalid_client", "Unknown client"),
    ]) {
      await expect(refreshWith(answer)).rejects.toMatchObject({
        code: "bitbucket.credentials_refused",
        reaction: "configuration",
      });
    }
  });

  test("G8, G19: a code that was used, is too old or was made for another address is a refusal", async () => {
    await expect(
      exchangeWith(refuse("invalid_grant", "The specified code is not valid.")),
    ).rejects.toMatchObject({
      code: "bitbucket.code_refused",
      reaction: "refused",
    });
  });

  test("G3: what is not ticked or filled in on the consumer is named", async () => {
    const without = refuse("invalid_request", "No callback uri defined for the OAuth client.");
    for (const error of [await failureOf(exchangeWith(without)), await failureOf(refreshWith(without))]) {
      expect(error).toMatchObject({ code: "bitbucket.consumer_without_callback", reaction: "configuration" });
      expect(isWindlassError(error) && error.cure).toContain("callback URL");
    }
    const isPublic = refuse(
      "invalid_grant",
      'Cannot use client_credentials with a consumer marked as "public". Calls for auto generated consumers should use urn:bitbucket:oauth2:jwt instead.',
    );
    const error = await failureOf(exchangeWith(isPublic));
    expect(error).toMatchObject({ code: "bitbucket.consumer_public" });
    expect(isWindlassError(error) && error.cure).toContain("This is a private consumer");
    await expect(exchangeWith(refuse("invalid_scope", ""))).rejects.toMatchObject({
      code: "bitbucket.scope_refused",
    });
    await expect(exchangeWith(refuse("something_else", ""))).rejects.toMatchObject({
      code: "bitbucket.token_refused",
    });
  });

  test("429, 5xx and HTML pages are for trying again, with the time to wait when it is told", async () => {
    await expect(
      refreshWith({ status: 429, headers: { "retry-after": "30" }, body: "slow down" }),
    ).rejects.toMatchObject({
      code: "bitbucket.rate_limited",
      reaction: "unreachable",
      retryAfterSeconds: 30,
    });
    const html = "<html><h1>502 Bad Gateway</h1></html>";
    for (const status of [500, 502, 503, 200, 403]) {
      await expect(refreshWith({ status, body: html })).rejects.toMatchObject({
        code: "bitbucket.unavailable",
        reaction: "unreachable",
      });
    }
    await expect(refreshWith({ status: 503, body: { error: "invalid_grant" } })).rejects.toMatchObject({
      code: "bitbucket.unavailable",
    });
  });

  test("G5: that echoes secrets does not get them into the failure", async () => {
    const sent = [secret, encodeURIComponent(secret), btoa(`${key}:${secret}`)].join(" ");
    const echo = refuse("invalid_grant", `refresh-0 ${sent} is bad`);
    const error = await failureOf(refreshWith(echo));
    const printed = inspect(error, { depth: 20, showHidden: true });
    expect(printed).toContain("[secret] [secret] [secret] [secret] is bad");
    expect(printed).not.toContain("refresh-0");
    expect(printed).not.toContain(secret);
    expect(printed).not.toContain(btoa(`${key}:${secret}`));
  });
});

function basicOf(headers: Headers | undefined): string {
  return atob(headers?.get("authorization")?.replace(/^Basic /, "") ?? "");
}
