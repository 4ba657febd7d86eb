import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { fc } from "../../../tests/property.ts";
import { isWindlassError } from "../../base/errors.ts";
import { cloudInstance } from "../cloud.ts";
import { buildAuthorizationUrl, readState, trustCode, validateCallback } from "./authorization.ts";

const instance = cloudInstance({ clientId: "key-1", clientSecret: "secret" });
const redirectUri = "http://localhost:8000/auth/bitbucket/callback";
const callback = (query: string) => new URL(`${redirectUri}?${query}`);

describe("the authorization URL", () => {
  test("G6, G7: is Bitbucket's own, with client_id, response_type=code, state and the scopes", async () => {
    const url = new URL(await buildAuthorizationUrl(instance, { redirectUri, state: "s&t=1" }));
    expect(url.origin + url.pathname).toBe("https://bitbucket.org/site/oauth2/authorize");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: "code",
      client_id: "key-1",
      redirect_uri: redirectUri,
      scope: "account email",
      state: "s&t=1",
    });
    expect(url.search).toContain("scope=account+email");
  });

  test("G19: a verifier becomes an S256 challenge and is not in the URL itself", async () => {
    const codeVerifier = "a".repeat(43);
    const url = await buildAuthorizationUrl(instance, { redirectUri, state: "s", codeVerifier });
    const challenge = createHash("sha256").update(codeVerifier).digest("base64url");
    expect(new URL(url).searchParams.get("code_challenge")).toBe(challenge);
    expect(new URL(url).searchParams.get("code_challenge_method")).toBe("S256");
    expect(url).not.toContain(codeVerifier);
  });

  test("asks for other scopes when told, and for all the consumer has when told none", async () => {
    const scopes = ["repository", "account"];
    const narrowed = await buildAuthorizationUrl(instance, { redirectUri, state: "s", scopes });
    expect(new URL(narrowed).searchParams.get("scope")).toBe("repository account");
    const all = await buildAuthorizationUrl(instance, { redirectUri, state: "s", scopes: [] });
    expect(new URL(all).searchParams.has("scope")).toBe(false);
  });

  test("is not made without state, redirect URI or with a verifier of the wrong shape", async () => {
    const wrong = [
      { redirectUri, state: "" },
      { redirectUri: "", state: "s" },
      { redirectUri, state: "s", codeVerifier: "short" },
      { redirectUri, state: "s", codeVerifier: `${"a".repeat(43)}+` },
    ];
    for (const request of wrong) {
      await expect(buildAuthorizationUrl(instance, request)).rejects.toMatchObject({
        code: "bitbucket.call_incomplete",
      });
    }
  });
});

describe("the callback", () => {
  test("G8: gives its code to the exchange when the state is the one that was sent", () => {
    expect(validateCallback(instance, callback("code=c1&state=s1"), "s1").get("code")).toBe("c1");
  });

  test.each([
    "code=c",
    "code=c&state=",
    "state=s",
    "code=c&state=s&state=s",
    "code=c&code=d&state=s",
    "code=c&error=access_denied&state=s",
    "error=a&error=b&state=s",
    "State=s&code=c",
    "code[]=c&state=s",
  ])("G19: is refused as malformed when it reads ?%s", (query) => {
    expect(() => readState(callback(query))).toThrow(
      expect.objectContaining({ code: "bitbucket.callback_malformed", reaction: "malformed" }),
    );
  });

  test.each([
    "code=c&state=s&iss=https://evil.example",
    "code=c&state=s&id_token=x",
    "code=c&state=s&response=x",
  ])("is refused as malformed when it is of another issuer or flow: ?%s", (query) => {
    expect(() => validateCallback(instance, callback(query), "s")).toThrow(
      expect.objectContaining({ code: "bitbucket.callback_malformed" }),
    );
  });

  test("G19: with another state it is refused, whatever else it says", () => {
    for (const query of ["code=c&state=other", "error=access_denied&state=other"]) {
      expect(() => validateCallback(instance, callback(query), "mine")).toThrow(
        expect.objectContaining({ code: "bitbucket.state_mismatch" }),
      );
    }
  });

  test("G19: a person who says no is told so, apart from other errors", () => {
    const judge = (query: string) => () => validateCallback(instance, callback(query), "s");
    expect(judge("error=access_denied&state=s")).toThrow(
      expect.objectContaining({ code: "bitbucket.denied", reaction: "refused" }),
    );
    expect(judge("error=invalid_scope&state=s")).toThrow(
      expect.objectContaining({ code: "bitbucket.scope_refused", reaction: "configuration" }),
    );
    expect(judge("error=server_error&error_description=x&state=s")).toThrow(
      expect.objectContaining({ code: "bitbucket.authorization_failed", data: { error: "server_error" } }),
    );
  });

  test("an error's own words are kept out of the message and made harmless in the detail", () => {
    const description = encodeURIComponent(`line\r\nbreak \u001b[31m \u202e ${"x".repeat(1_000_000)}`);
    try {
      validateCallback(instance, callback(`error=weird&error_description=${description}&state=s`), "s");
      expect.unreachable();
    } catch (error) {
      if (!isWindlassError(error)) throw error;
      expect(error.message).not.toContain("weird");
      expect(error.detail).toMatch(/^weird: line break \[31m x+…$/);
      expect(error.detail?.length).toBeLessThan(310);
    }
  });

  test("any state that went out is read back as it was, and fits no other", async () => {
    const states = fc.string({ unit: "grapheme", minLength: 1 });
    await fc.assert(
      fc.asyncProperty(states, states, async (state, other) => {
        const sent = new URL(await buildAuthorizationUrl(instance, { redirectUri, state }));
        const query = new URLSearchParams({ code: "c", state: sent.searchParams.get("state") ?? "" });
        const url = callback(String(query));
        expect(readState(url)).toBe(state);
        expect(validateCallback(instance, url, state).get("code")).toBe("c");
        if (other !== state) expect(() => validateCallback(instance, url, other)).toThrow("another attempt");
      }),
    );
  });

  test("no query string at all makes it fail in a way nobody has named", () => {
    const name = fc.constantFrom(
      "code",
      "state",
      "error",
      "error_description",
      "iss",
      "response",
      "token",
      "x",
    );
    const pairs = fc.array(fc.tuple(name, fc.string({ unit: "binary" })), { maxLength: 6 });
    fc.assert(
      fc.property(pairs, fc.string(), (query, state) => {
        const url = new URL(redirectUri);
        for (const [key, value] of query) url.searchParams.append(key, value);
        try {
          validateCallback(instance, url, state);
        } catch (error) {
          expect(isWindlassError(error)).toBe(true);
        }
      }),
    );
  });
});

test("a code whose state the caller has judged is taken as it is, an empty one is not", () => {
  expect(trustCode(instance, "c 1").get("code")).toBe("c 1");
  expect(() => trustCode(instance, "")).toThrow(
    expect.objectContaining({ code: "bitbucket.call_incomplete" }),
  );
});
