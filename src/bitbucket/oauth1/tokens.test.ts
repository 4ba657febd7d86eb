import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { type RecordedAnswer, recorded } from "../../../tests/bitbucket/recorded.ts";
import { headerParameters, isSignedBy, privateKey } from "../../../tests/bitbucket/signing-keys.ts";
import { failureOf } from "../../../tests/failure.ts";
import { shiftableClock } from "../../base/clock.ts";
import { httpErrors } from "../../base/http/errors.ts";
import { Secret } from "../../base/secret.ts";
import { serverInstance } from "../self-hosted.ts";
import { signatureBaseString } from "./base-string.ts";
import { exchangeVerifier, renewAccess, requestToken } from "./tokens.ts";

const instance = serverInstance({
  baseUrl: "https://git.example.com/bitbucket",
  consumerKey: "windlass",
  privateKey,
});
const now = new Date("2026-11-20T10:00:00Z");
const clock = { ...shiftableClock(now), now: () => now };
const callback = "https://windlass.example.com/callback?instance=server";
const form = (body: string, status = 200): RecordedAnswer => ({
  status,
  body,
  headers: { "content-type": "text/plain" },
});
const access =
  "oauth_token=access-1&oauth_token_secret=s-1&oauth_expires_in=157680000&oauth_session_handle=handle-1" +
  "&oauth_authorization_expires_in=160272000";
const verifierExchange = { requestToken: new Secret("request-1"), verifier: "ab12CD" };
const renewal = { accessToken: new Secret("access-1"), sessionHandle: new Secret("handle-1") };

function rig(answer: RecordedAnswer) {
  const { fetch, requests } = recorded([answer]);
  return { context: { instance, fetch, clock }, requests };
}

const begin = (answer: RecordedAnswer) => requestToken(rig(answer).context, { callback });
const exchange = (answer: RecordedAnswer) => exchangeVerifier(rig(answer).context, verifierExchange);
const renew = (answer: RecordedAnswer) => renewAccess(rig(answer).context, renewal);

describe("the requests", () => {
  test("every one is a POST signed with RSA-SHA1, without a body", async () => {
    const { context, requests } = rig(form(access));
    await requestToken(context, { callback });
    await exchangeVerifier(context, verifierExchange);
    await renewAccess(context, renewal);
    const oauth = "https://git.example.com/bitbucket/plugins/servlet/oauth";
    expect(requests.map(({ method, url, body }) => [method, url, body])).toEqual([
      ["POST", `${oauth}/request-token`, ""],
      ["POST", `${oauth}/access-token`, ""],
      ["POST", `${oauth}/access-token`, ""],
    ]);
    const sent = requests.map(({ headers }) => headerParameters(headers.get("authorization") ?? ""));
    expect(sent[0]).toMatchObject({ oauth_callback: callback, oauth_timestamp: "1795168800" });
    expect(sent[1]).toMatchObject({ oauth_token: "request-1", oauth_verifier: "ab12CD" });
    expect(sent[2]).toMatchObject({ oauth_token: "access-1", oauth_session_handle: "handle-1" });
    for (const [index, { oauth_signature = "", ...parameters }] of sent.entries()) {
      const url = new URL(requests[index]?.url ?? "");
      const base = signatureBaseString({ method: "POST", url, parameters: Object.entries(parameters) });
      expect(isSignedBy(base, oauth_signature)).toBe(true);
    }
  });

  test("the callback of the application link is asked for as oob; anything but an absolute address is refused here", async () => {
    const { context, requests } = rig(form(access));
    await requestToken(context, { callback: "oob" });
    expect(headerParameters(requests[0]?.headers.get("authorization") ?? "").oauth_callback).toBe("oob");
    for (const odd of ["", "/callback", "javascript:alert(1)", "windlass.example.com"]) {
      const failure = await failureOf(requestToken(context, { callback: odd }));
      expect(failure.code).toBe("bitbucket.call_incomplete");
    }
    expect(requests).toHaveLength(1);
  });
});

describe("the answers", () => {
  test("a request token, its callback confirmed", async () => {
    const token = await begin(form("oauth_token=a%2Bb&oauth_token_secret=s&oauth_callback_confirmed=true"));
    expect(token.token.reveal()).toBe("a+b");
    expect(token).toMatchObject({ callbackConfirmed: true });
  });

  test.each(["", "&oauth_callback_confirmed=false", "&oauth_callback_confirmed="])(
    "a request token of OAuth 1.0 is recognised by what is not confirmed (%s)",
    async (rest) => {
      const token = await begin(form(`oauth_token=a&oauth_token_secret=s${rest}`));
      expect(token.callbackConfirmed).toBe(false);
    },
  );

  test("an access token with its session and both dates, counted from the moment of asking", async () => {
    const tokens = await exchange(form(access));
    expect(tokens.accessToken.reveal()).toBe("access-1");
    expect(tokens.sessionHandle?.reveal()).toBe("handle-1");
    expect(tokens.expiresAt?.toISOString()).toBe("2031-11-19T10:00:00.000Z");
    expect(tokens.sessionExpiresAt?.toISOString()).toBe("2031-12-19T10:00:00.000Z");
  });

  test.each(["", "&oauth_expires_in=soon", "&oauth_expires_in=0", "&oauth_expires_in=99999999999999999"])(
    "what is not said is null (%s)",
    async (rest) => {
      expect(await renew(form(`oauth_token=a&oauth_token_secret=s${rest}`))).toMatchObject({
        sessionHandle: null,
        expiresAt: null,
        sessionExpiresAt: null,
      });
    },
  );

  test("a token that is missing, there twice or unfit to be sent is none; what came is not quoted", async () => {
    for (const body of [
      "",
      "oauth_token_secret=sec-0123456789",
      "oauth_token=tok-0123456789&oauth_token=b",
      "oauth_token=tok-0123456789%0d%0aX",
      "<html><title>Log in</title></html>",
      "{}",
    ]) {
      const failure = await failureOf(exchange(form(body)));
      expect(failure).toMatchObject({ code: "bitbucket.oauth1_no_token", reaction: "malformed" });
      expect(inspect(failure)).not.toContain("0123456789");
    }
  });
});

describe("the 1.0 dance", () => {
  test("a verifier that has to be there and is not ends it before Bitbucket is asked", async () => {
    const { context, requests } = rig(form(access));
    const parts = { requestToken: new Secret("r"), verifier: null, callbackConfirmed: true };
    expect((await failureOf(exchangeVerifier(context, parts))).code).toBe("bitbucket.callback_malformed");
    expect(requests).toHaveLength(0);
  });

  test.each([null, "made-up"])(
    "a token that was not confirmed goes without verifier (%s)",
    async (verifier) => {
      const { context, requests } = rig(form(access));
      await exchangeVerifier(context, { ...verifierExchange, verifier, callbackConfirmed: false });
      const sent = headerParameters(requests[0]?.headers.get("authorization") ?? "");
      expect(sent).not.toHaveProperty("oauth_verifier");
    },
  );

  test("a person who said no is told of only here", async () => {
    const failure = await failureOf(exchange(form("oauth_problem=permission_denied", 401)));
    expect(failure.code).toBe("bitbucket.denied");
  });
});

describe("a no", () => {
  test("of renewal: Bitbucket no longer renews", async () => {
    const failure = await failureOf(renew(form("oauth_problem=token_rejected", 401)));
    expect(failure).toMatchObject({ code: "bitbucket.refresh_refused", data: { problem: "token_rejected" } });
  });

  test("with its problem in the header, behind an empty body and a status a proxy changed", async () => {
    const headers = { "www-authenticate": 'OAuth realm="x", oauth_problem="consumer_key_unknown"' };
    const failure = await failureOf(begin({ status: 502, body: "", headers }));
    expect(failure.code).toBe("bitbucket.oauth1_consumer_key_unknown");
  });

  test("for the time of the request names our clock", async () => {
    const window = "oauth_problem=timestamp_refused&oauth_acceptable_timestamps=1795168900-1795169500";
    expect((await failureOf(begin(form(window, 400)))).message).toContain("7 minutes behind");
  });

  test.each([
    [{ status: 404, body: "oauth_error=token+expired" }, "bitbucket.oauth1_not_offered", /“token expired”/],
    [{ status: 500, body: "<html><title>Oops</title>" }, "bitbucket.unavailable", /“Oops”/],
    [{ status: 503, body: "" }, "bitbucket.unavailable", /status 503\)\.$/],
    [{ status: 401, body: { errors: [{ message: "No." }] } }, "bitbucket.oauth1_refused", /“No.”/],
    [{ status: 403, body: "go away" }, "bitbucket.oauth1_refused", /request token .*“go away”/],
    [{ status: 429, body: "", headers: { "retry-after": "7" } }, "bitbucket.rate_limited", /429/],
  ] satisfies readonly (readonly [RecordedAnswer, string, RegExp])[])(
    "in another shape keeps Bitbucket's own reason: %j",
    async (answer, code, message) => {
      const failure = await failureOf(begin(answer));
      expect(failure.code).toBe(code);
      expect(failure.message).toMatch(message);
    },
  );

  test("of the network stays what the door says", async () => {
    const fetch = async () => Promise.reject(httpErrors.fail("http.timeout"));
    const failure = await failureOf(requestToken({ instance, fetch, clock }, { callback }));
    expect(failure).toMatchObject({ code: "http.timeout", reaction: "unreachable" });
  });

  test("shows no token, verifier, handle or signature, whatever Bitbucket echoes", async () => {
    const { context, requests } = rig({});
    const echo = async (...args: Parameters<typeof context.fetch>) => {
      await context.fetch(...args);
      const header = requests.at(-1)?.headers.get("authorization") ?? "";
      const body = `oauth_problem=x&oauth_problem_advice=${encodeURIComponent(header)}`;
      return new Response(body, { status: 401, headers: { "x-echo": "1" } });
    };
    const failure = await failureOf(exchangeVerifier({ ...context, fetch: echo }, verifierExchange));
    expect(inspect(failure, { depth: 9 })).not.toMatch(/request-1|ab12CD|oauth_signature="(?!\[secret\])/);
  });
});
