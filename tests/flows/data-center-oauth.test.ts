/** Our OAuth 2 client against the emulator's Data Center: sign-in, rotation, revocation, and what goes wrong. */
import { afterEach, describe, expect, test } from "vitest";
import { randomToken } from "../../src/base/random.ts";
import { Secret } from "../../src/base/secret.ts";
import { bearer } from "../../src/bitbucket/api/authorize.ts";
import { dataCenterProvider } from "../../src/bitbucket/data-center-provider.ts";
import { buildAuthorizationUrl, validateCallback } from "../../src/bitbucket/oauth2/authorization.ts";
import { revokeToken } from "../../src/bitbucket/oauth2/revoke.ts";
import { exchangeCode, refreshTokens, requestClientCredentials } from "../../src/bitbucket/oauth2/token.ts";
import { openProfile } from "../../src/bitbucket/profile/open.ts";
import { createEmulator, type Emulator, type EmulatorOptions } from "../../src/emulator/emulator.ts";
import { personAtDataCenter } from "../emulator/dc-person.ts";
import { failureOf } from "../failure.ts";
import { apiOf, dataCenterOf, fetch, instanceOf, redirectUri } from "./data-center-place.ts";

const running: Emulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
});

async function start(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await createEmulator({ autoApprove: "johndoe", ...options });
  running.push(emulator);
  return emulator;
}

/** What a browser does between leaving us and coming back. */
async function callbackOf(url: string): Promise<URL> {
  const answer = await globalThis.fetch(url, { redirect: "manual" });
  return new URL(answer.headers.get("location") ?? "about:blank#not-sent-back");
}

const contextOf = (emulator: Emulator, instance = instanceOf(emulator)) => ({
  instance,
  fetch,
  clock: emulator.clock,
});

interface Trip {
  readonly scopes?: readonly string[];
  readonly wrongVerifier?: string;
}

async function begin(emulator: Emulator, { scopes }: Trip = {}, instance = instanceOf(emulator)) {
  const [state, codeVerifier] = [randomToken(), randomToken()];
  const url = await buildAuthorizationUrl(instance, { redirectUri, state, scopes, codeVerifier });
  return { url, state, codeVerifier, instance };
}

async function allowed(emulator: Emulator, trip: Trip = {}) {
  const { url, state, codeVerifier, instance } = await begin(emulator, trip);
  const callback = validateCallback(instance, await callbackOf(url), state);
  return { callback, redirectUri, codeVerifier: trip.wrongVerifier ?? codeVerifier };
}

const signIn = async (emulator: Emulator, trip: Trip = {}) =>
  exchangeCode(contextOf(emulator), await allowed(emulator, trip));

const profileWith = (emulator: Emulator, token: Secret) =>
  openProfile(instanceOf(emulator), apiOf(emulator, bearer(token)));

describe("signing in", () => {
  test("goes to Bitbucket below its context path and back, and ends with the person's profile", async () => {
    const emulator = await start();
    const tokens = await signIn(emulator);
    expect(tokens.scopes).toEqual(["PUBLIC_REPOS"]);
    expect((tokens.expiresAt?.getTime() ?? 0) - emulator.clock.now().getTime()).toBeGreaterThan(3_590_000);
    expect(await profileWith(emulator, tokens.accessToken)).toMatchObject({
      instance: "data-center",
      id: "101",
      email: "user@example.com",
      emailVerified: false,
      username: "johndoe",
      firstName: "John",
      lastName: "Doe",
    });
  });

  test("the challenge is always sent, and the verifier stays here", async () => {
    const emulator = await start();
    const { url, codeVerifier } = await begin(emulator);
    const { searchParams } = new URL(url);
    expect(searchParams.get("code_challenge_method")).toBe("S256");
    expect(searchParams.get("code_challenge")).not.toBe(codeVerifier);
  });

  test("somebody who logs in and allows by hand is signed in, and who denies is told so", async () => {
    const emulator = await start({ autoApprove: undefined });
    const { url: base } = dataCenterOf(emulator);
    const { url, state, codeVerifier, instance } = await begin(emulator);
    const jane = personAtDataCenter(base);
    await jane.logIn("Jane Doe");
    const consent = jane.leadsTo(await jane.visit(url));
    const denied = new URL(jane.leadsTo(await jane.fillIn(consent, [["deny", "Deny"]])));
    const refusal = await failureOf(() => validateCallback(instance, denied, state));
    expect(refusal).toMatchObject({ code: "bitbucket.denied", cure: expect.stringContaining("Allow") });
    const callback = new URL(jane.leadsTo(await jane.fillIn(consent, [["approve", "Allow"]])));
    const exchange = { callback: validateCallback(instance, callback, state), redirectUri, codeVerifier };
    const { accessToken } = await exchangeCode(contextOf(emulator), exchange);
    expect(await profileWith(emulator, accessToken)).toMatchObject({
      id: "102",
      username: "jane.doe@example.com",
      nickname: "jane.doe_example.com",
    });
  });

  test("a permission the link lacks is refused by name of the link", async () => {
    const emulator = await start();
    const { url, state, instance } = await begin(emulator, { scopes: ["PROJECT_ADMIN"] });
    const callback = await callbackOf(url);
    expect(await failureOf(() => validateCallback(instance, callback, state))).toMatchObject({
      code: "bitbucket.scope_refused",
      message: expect.stringContaining("incoming link"),
    });
  });
});

describe("a code", () => {
  test("used twice is refused, and kills the tokens made of it", async () => {
    const emulator = await start();
    const exchange = await allowed(emulator);
    const { accessToken } = await exchangeCode(contextOf(emulator), exchange);
    const error = await failureOf(exchangeCode(contextOf(emulator), exchange));
    expect(error).toMatchObject({ code: "bitbucket.code_refused", data: { error: "invalid_grant" } });
    expect((await failureOf(profileWith(emulator, accessToken))).code).toBe("bitbucket.unauthorized");
  });

  test.each(["invalid_request", "invalid_grant"] as const)(
    "that is unknown means to begin again when Bitbucket says %s",
    async (unknownCode) => {
      const emulator = await start({ dataCenterRules: { unknownCode } });
      const instance = instanceOf(emulator);
      const callback = validateCallback(instance, new URL("http://localhost/?code=unheard-of&state=s"), "s");
      const exchange = { callback, redirectUri, codeVerifier: randomToken() };
      expect(await failureOf(exchangeCode(contextOf(emulator), exchange))).toMatchObject({
        code: "bitbucket.code_refused",
        data: { error: unknownCode },
      });
    },
  );

  test("lives for ten seconds, and goes with its verifier", async () => {
    const emulator = await start();
    const exchange = await allowed(emulator);
    emulator.clock.advance(11);
    expect((await failureOf(exchangeCode(contextOf(emulator), exchange))).code).toBe(
      "bitbucket.code_refused",
    );
    const foreign = signIn(emulator, { wrongVerifier: "v".repeat(43) });
    expect((await failureOf(foreign)).code).toBe("bitbucket.code_refused");
  });
});

describe("refreshing", () => {
  test("G19: gives new tokens and kills both old ones at once", async () => {
    const emulator = await start();
    const old = await signIn(emulator);
    const fresh = await refreshTokens(contextOf(emulator), old.refreshToken ?? new Secret(""));
    expect(await profileWith(emulator, fresh.accessToken)).toMatchObject({ id: "101" });
    expect((await failureOf(profileWith(emulator, old.accessToken))).code).toBe("bitbucket.unauthorized");
    const again = refreshTokens(contextOf(emulator), old.refreshToken ?? new Secret(""));
    expect((await failureOf(again)).code).toBe("bitbucket.refresh_refused");
  });

  test("after an hour the next call refreshes once, repeats once, and succeeds", async () => {
    const emulator = await start();
    let tokens = await signIn(emulator);
    const api = apiOf(emulator, async ({ rejected }) => {
      if (rejected !== undefined)
        tokens = await refreshTokens(contextOf(emulator), tokens.refreshToken ?? rejected);
      return new Secret(`Bearer ${tokens.accessToken.reveal()}`);
    });
    emulator.clock.advance(3601);
    expect(await openProfile(instanceOf(emulator), api)).toMatchObject({ id: "101" });
    const asked = emulator.control.requests().filter(({ path }) => path.endsWith("/application-properties"));
    expect(asked.map(({ status }) => status)).toEqual([401, 200]);
  });
});

describe("revoking", () => {
  test("ends a token; one nobody knows is revoked already", async () => {
    const emulator = await start();
    const context = contextOf(emulator);
    const tokens = await signIn(emulator);
    await revokeToken(context, tokens.refreshToken ?? tokens.accessToken);
    await revokeToken(context, tokens.accessToken);
    await revokeToken(context, new Secret("unheard-of"));
    expect((await failureOf(profileWith(emulator, tokens.accessToken))).code).toBe("bitbucket.unauthorized");
    const again = refreshTokens(context, tokens.refreshToken ?? tokens.accessToken);
    expect((await failureOf(again)).code).toBe("bitbucket.refresh_refused");
  });
});

describe("a wrong set-up", () => {
  test.each([400, 401] as const)("a wrong secret is the operator's, with status %i", async (status) => {
    const emulator = await start({ dataCenterRules: { invalidClientStatus: status } });
    const instance = instanceOf(emulator, { clientSecret: "wrong" });
    const error = await failureOf(
      refreshTokens(contextOf(emulator, instance), new Secret("refresh-token-of-somebody")),
    );
    expect(error).toMatchObject({
      code: "bitbucket.credentials_refused",
      cure: expect.stringContaining("Application links"),
    });
    expect((await failureOf(revokeToken(contextOf(emulator, instance), new Secret("t")))).code).toBe(
      "bitbucket.credentials_refused",
    );
  });

  test("a Server older than 7.20 offers no OAuth 2", async () => {
    const emulator = await start({ dataCenter: { version: "7.19.0" } });
    const instance = instanceOf(emulator, { clientId: "key", clientSecret: "secret" });
    const error = await failureOf(refreshTokens(contextOf(emulator, instance), new Secret("refresh")));
    expect(error).toMatchObject({
      code: "bitbucket.oauth2_not_offered",
      message: expect.stringMatching(/7\.20/),
    });
  });

  test("a lost context path is named", async () => {
    const emulator = await start();
    const instance = instanceOf(emulator, { baseUrl: new URL(dataCenterOf(emulator).url).origin });
    const context = contextOf(emulator, instance);
    expect((await failureOf(refreshTokens(context, new Secret("refresh")))).code).toBe(
      "bitbucket.oauth2_not_offered",
    );
    const api = apiOf(emulator, bearer("token"), instance);
    expect((await failureOf(openProfile(instance, api))).code).toBe("bitbucket.not_bitbucket");
  });

  test("there is no access for the client alone, and none without a link", async () => {
    const emulator = await start();
    expect((await failureOf(requestClientCredentials(contextOf(emulator)))).code).toBe(
      "bitbucket.configuration",
    );
    const linkless = instanceOf(emulator, { clientId: undefined, clientSecret: undefined });
    expect((await failureOf(begin(emulator, {}, linkless))).code).toBe("bitbucket.configuration");
  });
});

test("the provider signs somebody in with plain strings, renews and revokes", async () => {
  const emulator = await start();
  const { url, clients } = dataCenterOf(emulator);
  const provider = dataCenterProvider({
    baseUrl: url,
    clientId: clients[0]?.clientId ?? "",
    clientSecret: clients[0]?.clientSecret ?? "",
    scopes: "REPO_READ",
  });
  const [state, codeVerifier] = [randomToken(), randomToken()];
  const callback = await callbackOf(await provider.getAuthorizationUrl({ redirectUri, state, codeVerifier }));
  expect(callback.searchParams.get("state")).toBe(state);
  const code = callback.searchParams.get("code") ?? "";
  const tokens = await provider.exchangeCode({ code, redirectUri, codeVerifier });
  expect(tokens).toMatchObject({ tokenType: "bearer", scopes: expect.arrayContaining(["REPO_READ"]) });
  expect(await provider.getUserInfo(tokens.accessToken)).toMatchObject({ id: "101", emailVerified: false });
  const fresh = await provider.refreshToken(tokens.refreshToken ?? "");
  await provider.revokeToken(fresh.accessToken);
  expect((await failureOf(provider.getUserInfo(fresh.accessToken))).code).toBe("bitbucket.unauthorized");
});
