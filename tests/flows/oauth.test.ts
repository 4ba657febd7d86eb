/** Our OAuth client against the emulator: sign-in, rotation, expiry, client authentication, PKCE, refreshing. */
import { inspect } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { openDoor } from "../../src/base/http/door.ts";
import { randomToken } from "../../src/base/random.ts";
import { Secret } from "../../src/base/secret.ts";
import { type Authorize, bearer, bearerHeader } from "../../src/bitbucket/api/authorize.ts";
import { createApi } from "../../src/bitbucket/api/client.ts";
import { cloudInstance } from "../../src/bitbucket/cloud.ts";
import type { CloudInstance } from "../../src/bitbucket/instance.ts";
import { buildAuthorizationUrl, validateCallback } from "../../src/bitbucket/oauth2/authorization.ts";
import { exchangeCode, refreshTokens, type TokenSet } from "../../src/bitbucket/oauth2/token.ts";
import { fetchProfile } from "../../src/bitbucket/profile/profile.ts";
import { cloudUrls } from "../../src/cli/emulated-instances.ts";
import type { Rules } from "../../src/emulator/core/rules.ts";
import { createEmulator, type Emulator, type EmulatorOptions } from "../../src/emulator/emulator.ts";
import { failureOf } from "../bitbucket/recorded.ts";
import { personAt } from "../stories/emulator-process.ts";

const fetch = openDoor();
const redirectUri = "http://localhost:8000/auth/bitbucket/callback";
const running: Emulator[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
});

async function start(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await createEmulator({ autoApprove: "johndoe", ...options });
  running.push(emulator);
  return emulator;
}

interface Consumer {
  readonly key: string;
  readonly secret: string;
}

function instanceOf(
  emulator: Emulator,
  consumer: Consumer | undefined = emulator.consumers[0],
): CloudInstance {
  return cloudInstance({
    clientId: consumer?.key ?? "",
    clientSecret: consumer?.secret ?? "",
    urls: cloudUrls(emulator),
  });
}

/** What a browser does between leaving us and coming back. */
async function callbackOf(url: string): Promise<URL> {
  const answer = await globalThis.fetch(url, { redirect: "manual" });
  return new URL(answer.headers.get("location") ?? "about:blank#not-sent-back");
}

interface Trip {
  readonly scopes?: readonly string[];
  /** Sent at the exchange; its challenge at the start. */
  readonly codeVerifier?: string;
  /** Sent at the exchange in place of the right one. */
  readonly wrongVerifier?: string;
}

async function signIn(
  emulator: Emulator,
  instance = instanceOf(emulator),
  trip: Trip = {},
): Promise<TokenSet> {
  const { scopes, codeVerifier, wrongVerifier } = trip;
  const state = randomToken();
  const url = await buildAuthorizationUrl(instance, { redirectUri, state, scopes, codeVerifier });
  const callback = validateCallback(instance, await callbackOf(url), state);
  const context = { instance, fetch, clock: emulator.clock };
  return exchangeCode(context, { callback, redirectUri, codeVerifier: wrongVerifier ?? codeVerifier });
}

const contextOf = (emulator: Emulator, instance = instanceOf(emulator)) => ({
  instance,
  fetch,
  clock: emulator.clock,
});

const profileWith = (instance: CloudInstance, authorize: Authorize) =>
  fetchProfile(createApi({ instance, fetch, authorize }), instance.id);

describe("signing in", () => {
  test("G6, G7, G8, G9, G11, G14, G15: goes to Bitbucket and back, and ends with the person's profile", async () => {
    const emulator = await start();
    const instance = instanceOf(emulator);
    const tokens = await signIn(emulator, instance);
    expect(tokens.scopes).toEqual(["account", "email"]);
    expect(tokens.tokenType).toBe("bearer");
    expect(tokens.accessToken.reveal().length).toBeGreaterThanOrEqual(2600);
    const leftSeconds = ((tokens.expiresAt?.getTime() ?? 0) - emulator.clock.now().getTime()) / 1000;
    expect(leftSeconds).toBeGreaterThan(7100);
    expect(leftSeconds).toBeLessThanOrEqual(7200);
    const profile = await profileWith(instance, bearer(tokens.accessToken));
    expect(profile).toMatchObject({
      id: emulator.people[0]?.uuid,
      email: "user@example.com",
      emailVerified: true,
      username: "johndoe",
      firstName: "John",
      lastName: "Doe",
    });
  });

  test.each([
    ["janeroe", { email: "jane@example.com", emailVerified: true }],
    ["uma", { email: "uma@example.com", emailVerified: false }],
    ["nora", { email: null, emailVerified: false }],
  ])("G18: works for %s, whatever is missing there", async (autoApprove, expected) => {
    const emulator = await start({ autoApprove });
    const tokens = await signIn(emulator);
    expect(await profileWith(instanceOf(emulator), bearer(tokens.accessToken))).toMatchObject(expected);
  });

  test("G6, G18: works for somebody without a username, who logs in and grants access by hand", async () => {
    const emulator = await createEmulator();
    running.push(emulator);
    const instance = instanceOf(emulator);
    const url = new URL(await buildAuthorizationUrl(instance, { redirectUri, state: "s" }));
    const kim = personAt(emulator.urls.bitbucket);
    await kim.logIn("Kim Noname");
    const answer = await kim.fillIn(url.pathname + url.search, [["decision", "grant"]]);
    const callback = validateCallback(instance, new URL(answer.headers.get("location") ?? ""), "s");
    const tokens = await exchangeCode(contextOf(emulator), { callback, redirectUri });
    expect(await profileWith(instance, bearer(tokens.accessToken))).toMatchObject({
      email: "kim@example.com",
      username: null,
      nickname: "Kim",
    });
  });

  test("G4, G18: with account alone there is a profile, its e-mail null with the reason", async () => {
    const emulator = await start();
    const tokens = await signIn(emulator, undefined, { scopes: ["account"] });
    expect(tokens.scopes).toEqual(["account"]);
    const profile = await profileWith(instanceOf(emulator), bearer(tokens.accessToken));
    expect(profile).toMatchObject({ email: null, username: "johndoe" });
    expect(profile.emailMissingReason).toContain("email");
  });

  test("G4, G18: without account the person cannot be asked for, and the failure names the tick", async () => {
    const emulator = await start();
    const tokens = await signIn(emulator, undefined, { scopes: ["email"] });
    await expect(profileWith(instanceOf(emulator), bearer(tokens.accessToken))).rejects.toMatchObject({
      code: "bitbucket.forbidden",
      data: { required: ["account"], granted: ["email"] },
    });
  });

  test("G19: somebody who cancels on the consent page is denied, not lost", async () => {
    const emulator = await createEmulator();
    running.push(emulator);
    const instance = instanceOf(emulator);
    const url = new URL(await buildAuthorizationUrl(instance, { redirectUri, state: "s" }));
    const john = personAt(emulator.urls.bitbucket);
    await john.logIn("John Doe");
    const answer = await john.fillIn(url.pathname + url.search, [["decision", "cancel"]]);
    const callback = new URL(answer.headers.get("location") ?? "");
    expect(() => validateCallback(instance, callback, "s")).toThrow(
      expect.objectContaining({ code: "bitbucket.denied" }),
    );
  });

  test("G8: a code works once and not after its ten minutes, nor with another redirect URI", async () => {
    const emulator = await start();
    const instance = instanceOf(emulator);
    const trip = async () => {
      const url = await buildAuthorizationUrl(instance, { redirectUri, state: "s" });
      return validateCallback(instance, await callbackOf(url), "s");
    };
    const refused = { code: "bitbucket.code_refused", reaction: "refused" };
    const context = contextOf(emulator);
    const used = await trip();
    await exchangeCode(context, { callback: used, redirectUri });
    await expect(exchangeCode(context, { callback: used, redirectUri })).rejects.toMatchObject(refused);
    const other = await trip();
    await expect(
      exchangeCode(context, { callback: other, redirectUri: `${redirectUri}/other` }),
    ).rejects.toMatchObject(refused);
    const late = await trip();
    emulator.clock.advance(601);
    await expect(exchangeCode(context, { callback: late, redirectUri })).rejects.toMatchObject(refused);
  });

  test("G9: a token request in JSON is not read, so ours is a form", async () => {
    const emulator = await start();
    const answer = await globalThis.fetch(instanceOf(emulator).urls.token, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ grant_type: "authorization_code", code: "c" }),
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
      error_description: "Unsupported grant type: None",
      error: "invalid_grant",
    });
  });

  test("G19: a redirect URI may extend the registered one; any other ends on a page, without a redirect", async () => {
    const emulator = await start();
    const instance = instanceOf(emulator);
    const visit = async (uri: string) =>
      globalThis.fetch(await buildAuthorizationUrl(instance, { redirectUri: uri, state: "s" }), {
        redirect: "manual",
      });
    const extended = await visit(`${redirectUri}/connect`);
    expect(extended.headers.get("location")).toContain(`${redirectUri}/connect?code=`);
    for (const uri of [`${redirectUri}-evil`, "https://evil.example/auth/bitbucket/callback"]) {
      const refused = await visit(uri);
      expect(refused.headers.has("location")).toBe(false);
      expect(await refused.text()).toContain("Invalid redirect_uri");
    }
  });

  test("G11: the granted scopes are read under their old name too", async () => {
    for (const scopeField of ["scopes", "both"] as const) {
      const emulator = await start({ rules: { scopeField, stateField: false } });
      expect((await signIn(emulator)).scopes).toEqual(["account", "email"]);
    }
  });
});

describe("client authentication", () => {
  const oddConsumer = { key: "key-_.~", secret: "se-cr_et.of~all" };
  const signs = { key: "key%2F", secret: "a+b/c%d%2Fe-_.~" };

  const withConsumer = (consumer: Consumer, rules: Partial<Rules> = {}) =>
    start({
      rules,
      seed: {
        people: [{ username: "johndoe", displayName: "John Doe" }],
        workspaces: [{ slug: "acme", members: [{ person: "johndoe", administrator: true }] }],
        consumers: [
          {
            workspace: "acme",
            name: "Odd",
            callbackUrl: redirectUri,
            scopes: ["account", "email"],
            ...consumer,
          },
        ],
      },
    });

  test("G10: key and secret holding - _ . ~ work, read raw or percent-decoded", async () => {
    for (const rules of [{}, { basicPercentDecoded: false }, { basicRaw: false }] as Partial<Rules>[]) {
      const emulator = await withConsumer(oddConsumer, { ...rules, credentialsInBody: true });
      expect((await signIn(emulator)).scopes).toEqual(["account", "email"]);
    }
  });

  test("G10: key and secret holding % + / work where Basic is read raw", async () => {
    const emulator = await withConsumer(signs, { basicPercentDecoded: false });
    expect((await signIn(emulator)).scopes).toEqual(["account", "email"]);
  });

  test("G5, G10: a wrong secret is a matter of configuration, and neither secret is printed", async () => {
    const emulator = await start();
    const [consumer] = emulator.consumers;
    const instance = instanceOf(emulator, { key: consumer?.key ?? "", secret: "not-the-secret" });
    const error = await failureOf(signIn(emulator, instance));
    expect(error).toMatchObject({
      code: "bitbucket.credentials_refused",
      reaction: "configuration",
      data: { error: "unauthorized_client" },
    });
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain("not-the-secret");
  });
});

describe("PKCE", () => {
  const codeVerifier = `${randomToken()}-._~`;
  const wrongVerifier = randomToken();

  test("G19: the verifier is sent and fits, whether Bitbucket checks it or not", async () => {
    for (const rules of [{}, { pkceChecked: true }] as Partial<Rules>[]) {
      const emulator = await start({ rules });
      expect((await signIn(emulator, undefined, { codeVerifier })).refreshToken).not.toBeNull();
    }
  });

  test("G19: a foreign verifier is noticed only where it is checked, so state carries the defence", async () => {
    const strict = await start({ rules: { pkceChecked: true } });
    await expect(signIn(strict, undefined, { codeVerifier, wrongVerifier })).rejects.toMatchObject({
      code: "bitbucket.code_refused",
    });
    const today = await start();
    await expect(signIn(today, undefined, { codeVerifier, wrongVerifier })).resolves.toBeDefined();
  });
});

describe("refreshing", () => {
  test("G19: gives a new refresh token each time; the used one dies ten minutes later", async () => {
    const emulator = await start();
    const context = contextOf(emulator);
    const first = (await signIn(emulator)).refreshToken ?? new Secret("");
    const second = (await refreshTokens(context, first)).refreshToken ?? new Secret("");
    expect(second.reveal()).not.toBe(first.reveal());
    await expect(refreshTokens(context, first)).resolves.toBeDefined();
    emulator.clock.advance(601);
    await expect(refreshTokens(context, first)).rejects.toMatchObject({
      code: "bitbucket.refresh_refused",
      data: { error: "unauthorized_client", errorDescription: "Invalid OAuth client credentials" },
    });
    await expect(refreshTokens(context, second)).resolves.toBeDefined();
  });

  test.each(["invalid_grant", "invalid_request"] as const)(
    "a dead refresh token is refused the same way when Bitbucket calls it %s",
    async (refreshFailure) => {
      const emulator = await start({ rules: { refreshFailure } });
      await expect(refreshTokens(contextOf(emulator), new Secret("never-given"))).rejects.toMatchObject({
        code: "bitbucket.refresh_refused",
        reaction: "refused",
        data: { error: refreshFailure },
      });
    },
  );

  test("G13, S3: after two hours the next call refreshes once, repeats once, and succeeds", async () => {
    const emulator = await start();
    const instance = instanceOf(emulator);
    let tokens = await signIn(emulator, instance);
    const authorize: Authorize = async ({ rejected }) => {
      if (rejected !== undefined)
        tokens = await refreshTokens(contextOf(emulator), tokens.refreshToken ?? rejected);
      return bearerHeader(tokens.accessToken);
    };
    emulator.clock.advance(7201);
    expect(await profileWith(instance, authorize)).toMatchObject({ username: "johndoe" });
    const asked = emulator.control
      .requests()
      .map(({ path, grant, status }) => `${path} ${grant ?? ""} ${status}`);
    expect(asked.filter((line) => line.includes("refresh_token"))).toHaveLength(1);
    expect(asked.filter((line) => line.startsWith("/2.0/user "))).toEqual([
      "/2.0/user  401",
      "/2.0/user  200",
    ]);
  });

  test("G13: without a way to refresh, expiry is told in Bitbucket's words", async () => {
    const emulator = await start();
    const instance = instanceOf(emulator);
    const tokens = await signIn(emulator, instance);
    emulator.clock.advance(7201);
    await expect(profileWith(instance, bearer(tokens.accessToken))).rejects.toMatchObject({
      code: "bitbucket.unauthorized",
      reaction: "stale",
      data: {
        expired: true,
        said: "Access token expired. Use your refresh token to obtain a new access token.",
      },
    });
  });

  test("G19: after revoking at Bitbucket neither token works", async () => {
    const emulator = await start();
    const instance = instanceOf(emulator);
    const tokens = await signIn(emulator, instance);
    expect(emulator.control.revoke({ username: "johndoe" })).toBeGreaterThan(0);
    await expect(profileWith(instance, bearer(tokens.accessToken))).rejects.toMatchObject({
      code: "bitbucket.unauthorized",
    });
    await expect(
      refreshTokens(contextOf(emulator), tokens.refreshToken ?? new Secret("")),
    ).rejects.toMatchObject({ code: "bitbucket.refresh_refused" });
  });

  test("a token endpoint that limits, breaks or answers pages is unreachable, and the refresh token lives on", async () => {
    const emulator = await start();
    const context = contextOf(emulator);
    const path = "/site/oauth2/access_token";
    const refreshToken = (await signIn(emulator)).refreshToken ?? new Secret("");
    for (const fault of [
      { path, kind: "rate-limit", retryAfterSeconds: 30 },
      { path, kind: "html", status: 502 },
      { path, kind: "cut" },
    ] as const) {
      emulator.control.addFault(fault);
      await expect(refreshTokens(context, refreshToken)).rejects.toMatchObject({ reaction: "unreachable" });
    }
    await expect(refreshTokens(context, refreshToken)).resolves.toBeDefined();
  });
});
