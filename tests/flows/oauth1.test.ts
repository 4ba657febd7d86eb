/** Our OAuth 1.0a client against the emulated Server: allow, deny, the 1.0 dance, time, keys, proxies, renewal. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { makeKeyPair } from "../../src/app/private-key.ts";
import { shiftableClock } from "../../src/base/clock.ts";
import { openDoor } from "../../src/base/http/door.ts";
import { randomToken } from "../../src/base/random.ts";
import { Secret } from "../../src/base/secret.ts";
import { createApi } from "../../src/bitbucket/api/client.ts";
import { authorizationUrl, readOAuth1Callback } from "../../src/bitbucket/oauth1/authorization.ts";
import { signRequest } from "../../src/bitbucket/oauth1/sign.ts";
import { oauth1Authorize } from "../../src/bitbucket/oauth1/sign-call.ts";
import {
  exchangeVerifier,
  type OAuth1Context,
  type OAuth1Tokens,
  renewAccess,
  requestToken,
} from "../../src/bitbucket/oauth1/tokens.ts";
import { serverInstance } from "../../src/bitbucket/self-hosted.ts";
import { serverProvider } from "../../src/bitbucket/server-provider.ts";
import { beginTrip, endTrip, readTripState } from "../../src/bitbucket/trip.ts";
import { createEmulator, type Emulator, type EmulatorOptions } from "../../src/emulator/emulator.ts";
import { failureOf } from "../failure.ts";
import { newVisitor, type Seen } from "../stories/visitor.ts";

const fetch = openDoor();
const running: Emulator[] = [];
const app = createServer((_request, response) => response.end("back at the app"));
let callback = "";

beforeAll(async () => {
  await new Promise<void>((listening) => app.listen(0, "127.0.0.1", listening));
  // A server that listens on a port has an address of this kind.
  const { port } = app.address() as AddressInfo;
  callback = `http://127.0.0.1:${port}/callback?from=server`;
});

afterAll(() => void app.close());

afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
});

/** An emulated Server and an instance of it, with the seeded application link. */
async function start(options: EmulatorOptions = {}) {
  const emulator = await createEmulator({ autoApprove: "johndoe", callbackUrl: callback, ...options });
  running.push(emulator);
  const { server, clock } = emulator;
  const [consumer] = server?.consumers ?? [];
  if (server === null || consumer === undefined) throw new Error("no Server with an application link");
  const instance = serverInstance({
    baseUrl: server.url,
    consumerKey: consumer.key,
    privateKey: consumer.privateKey ?? "",
  });
  return { emulator, server, instance, context: { instance, fetch, clock } };
}

type Started = Awaited<ReturnType<typeof start>>;

/** What a browser brings back, where everything is allowed at once. */
async function callbackAt(url: string): Promise<URL> {
  return (await newVisitor().open(url)).url;
}

async function connect({ instance, context }: Started): Promise<OAuth1Tokens> {
  const begun = await requestToken(context, { callback });
  const back = await callbackAt(authorizationUrl(instance, begun.token));
  const { token, verifier } = readOAuth1Callback(back);
  expect(token).toBe(begun.token.reveal());
  return exchangeVerifier(context, { ...begun, requestToken: begun.token, verifier });
}

function apiOf({ instance, context }: Started, { accessToken }: Pick<OAuth1Tokens, "accessToken">) {
  return createApi({ instance, fetch, authorize: oauth1Authorize(context, accessToken) });
}

/** Logs in at the page a browser was sent to and answers what it then asks. */
async function answerPage({ server }: Started, url: string, button: "approve" | "deny"): Promise<Seen> {
  const visitor = newVisitor();
  const token = (page: Seen) => /name="atl_token" value="([^"]+)"/.exec(page.html)?.[1] ?? "";
  const login = await visitor.open(url);
  const john = server.people.find(({ name }) => name === "johndoe");
  const asked = await visitor.submit(login, `${server.url}/login`, [
    ["atl_token", token(login)],
    ["next", /name="next" value="([^"]+)"/.exec(login.html)?.[1]?.replaceAll("&amp;", "&") ?? ""],
    ["j_username", "johndoe"],
    ["j_password", john?.password ?? ""],
  ]);
  expect(asked.html).toContain("would like to have");
  return visitor.submit(asked, `${server.url}/plugins/servlet/oauth/authorize`, [
    ["atl_token", token(asked)],
    ["oauth_token", new URL(url).searchParams.get("oauth_token") ?? ""],
    [button, "yes"],
  ]);
}

const withPage = { autoApprove: undefined } as const;

describe("allow", () => {
  test("a person who allows it is back with a verifier, and the tokens read a repository list", async () => {
    const started = await start(withPage);
    const begun = await requestToken(started.context, { callback });
    expect(begun.callbackConfirmed).toBe(true);
    const { url } = await answerPage(started, authorizationUrl(started.instance, begun.token), "approve");
    expect(url.searchParams.get("from")).toBe("server");
    const { token, verifier } = readOAuth1Callback(url);
    expect(token).toBe(begun.token.reveal());
    const exchange = { requestToken: begun.token, verifier, callbackConfirmed: true };
    const tokens = await exchangeVerifier(started.context, exchange);
    const days = (date: Date | null) =>
      Math.round(((date?.getTime() ?? 0) - started.emulator.clock.now().getTime()) / 86_400_000);
    expect([days(tokens.expiresAt), days(tokens.sessionExpiresAt)]).toEqual([1825, 1855]);
    const api = apiOf(started, tokens);
    expect(await api.get("/repos", { name: "a b+c~é*!", limit: 5 })).toMatchObject({ values: [] });
    expect(await api.get("/users/johndoe")).toMatchObject({ id: 101, name: "johndoe" });
  });

  test("the library's calls lead to the person", async () => {
    const { server } = await start();
    const [consumer] = server.consumers;
    const provider = serverProvider({
      baseUrl: server.url,
      consumerKey: consumer?.key ?? "",
      privateKey: consumer?.privateKey ?? "",
    });
    const begun = await provider.getRequestToken({ callbackUrl: callback });
    const back = await callbackAt(await provider.getAuthorizationUrl(begun.requestToken));
    const verifier = back.searchParams.get("oauth_verifier");
    const tokens = await provider.exchangeVerifier({ ...begun, verifier });
    expect(await provider.getUserInfo(tokens)).toMatchObject({
      id: "101",
      username: "johndoe",
      email: "user@example.com",
      emailVerified: false,
    });
  });

  test("below a context path", async () => {
    const started = await start({ server: { contextPath: "/bitbucket", version: "7.6.0" } });
    expect(new URL(started.instance.baseUrl).pathname).toBe("/bitbucket");
    expect(await apiOf(started, await connect(started)).get("/users/johndoe")).toMatchObject({ id: 101 });
  });

  test("a verifier works once, and not with another's token", async () => {
    const { context, instance } = await start();
    const begun = await requestToken(context, { callback });
    const { verifier } = readOAuth1Callback(await callbackAt(authorizationUrl(instance, begun.token)));
    const exchange = { requestToken: begun.token, verifier };
    const other = await requestToken(context, { callback });
    expect(await failureOf(exchangeVerifier(context, { requestToken: other.token, verifier }))).toMatchObject(
      {
        code: "bitbucket.oauth1_permission_unknown",
      },
    );
    const wrong = { ...exchange, verifier: "zzzzzz" };
    expect(await failureOf(exchangeVerifier(context, wrong))).toMatchObject({
      code: "bitbucket.oauth1_token_rejected",
    });
    await exchangeVerifier(context, exchange);
    const again = await failureOf(exchangeVerifier(context, exchange));
    expect(again).toMatchObject({ code: "bitbucket.oauth1_token_rejected" });
    expect(again.cure).toMatch(/Begin again/);
  });
});

describe("deny", () => {
  test("a person who denies it is back with that said, and the token is worth nothing", async () => {
    const started = await start(withPage);
    const { context, instance } = started;
    const begun = await requestToken(context, { callback });
    const { url } = await answerPage(started, authorizationUrl(instance, begun.token), "deny");
    expect(await failureOf(() => readOAuth1Callback(url))).toMatchObject({ code: "bitbucket.denied" });
    const forged = { requestToken: begun.token, verifier: "abc123", callbackConfirmed: true };
    expect(await failureOf(exchangeVerifier(context, forged))).toMatchObject({ code: "bitbucket.denied" });
  });
});

describe("a trip", () => {
  const begin = async (options: EmulatorOptions = {}) => {
    const started = await start(options);
    const unused = async () => "unused";
    const plan = { redirectUri: callback, scopes: [], challengeOf: unused };
    const trip = await beginTrip(started.context, plan);
    const kept = { state: trip.state.reveal(), redirectUri: callback, verifierOf: unused };
    return { started, trip, kept };
  };

  test("ends with tokens, found by the request token", async () => {
    const { started, trip, kept } = await begin();
    const back = await callbackAt(trip.location);
    expect(readTripState(started.instance, back)).toBe(kept.state);
    const end = await endTrip(started.context, { ...kept, callback: back });
    expect(end).toMatchObject({ kind: "oauth1", tokens: { refreshToken: expect.any(Secret) } });
  });

  test("that was denied is found too, so that it can be ended", async () => {
    const { started, trip, kept } = await begin(withPage);
    const { url } = await answerPage(started, trip.location, "deny");
    expect(readTripState(started.instance, url)).toBe(kept.state);
    const end = endTrip(started.context, { ...kept, callback: url });
    expect((await failureOf(end)).code).toBe("bitbucket.denied");
  });

  test("whose callback lost its verifier is refused, as the callback was confirmed", async () => {
    const { started, trip, kept } = await begin();
    const back = await callbackAt(trip.location);
    back.searchParams.delete("oauth_verifier");
    const end = endTrip(started.context, { ...kept, callback: back });
    expect((await failureOf(end)).code).toBe("bitbucket.callback_malformed");
  });
});

/** A token as a client of OAuth 1.0 gets it: without a callback. */
async function tokenOf10({ instance, context }: Started): Promise<Secret> {
  const url = new URL(instance.urls.requestToken);
  const { consumerKey, privateKey } = instance;
  const timestamp = Math.floor(context.clock.now().getTime() / 1000);
  const request = { consumerKey, privateKey, method: "POST", url, timestamp, nonce: randomToken() };
  const authorization = (await signRequest(request)).reveal();
  const answer = await fetch(url.href, { method: "POST", headers: { authorization } });
  const form = new URLSearchParams(await answer.text());
  expect(form.get("oauth_callback_confirmed")).toBeNull();
  return new Secret(form.get("oauth_token") ?? "");
}

describe("the 1.0 dance, of a token whose callback was not confirmed", () => {
  test("allow: no verifier comes back, and none is needed", async () => {
    const started = await start(withPage);
    const token = await tokenOf10(started);
    const { url } = await answerPage(started, authorizationUrl(started.instance, token), "approve");
    const { verifier } = readOAuth1Callback(url);
    expect(verifier).toBeNull();
    const exchange = { requestToken: token, verifier, callbackConfirmed: false };
    const tokens = await exchangeVerifier(started.context, exchange);
    expect(await apiOf(started, tokens).get("/users/johndoe")).toMatchObject({ id: 101 });
  });

  test("deny: looks the same until the exchange, which tells it", async () => {
    const started = await start(withPage);
    const token = await tokenOf10(started);
    const { url } = await answerPage(started, authorizationUrl(started.instance, token), "deny");
    const { verifier } = readOAuth1Callback(url);
    const exchange = { requestToken: token, verifier, callbackConfirmed: false };
    expect(await failureOf(exchangeVerifier(started.context, exchange))).toMatchObject({
      code: "bitbucket.denied",
    });
  });
});

describe("time", () => {
  test("a request token lives for ten minutes", async () => {
    const { emulator, context, instance } = await start();
    const begun = await requestToken(context, { callback });
    const { verifier } = readOAuth1Callback(await callbackAt(authorizationUrl(instance, begun.token)));
    emulator.clock.advance(601);
    const failure = await failureOf(exchangeVerifier(context, { requestToken: begun.token, verifier }));
    expect(failure.code).toBe("bitbucket.oauth1_token_expired");
    expect(failure.message).toMatch(/took too long/);
  });

  test.each([
    [-720, "12 minutes behind"],
    [720, "12 minutes ahead of"],
  ])("a clock that is %i seconds off is told of", async (offset, words) => {
    const { emulator, context } = await start();
    const clock = shiftableClock(new Date(emulator.clock.now().getTime() + offset * 1000));
    const failure = await failureOf(requestToken({ ...context, clock }, { callback }));
    expect(failure.code).toBe("bitbucket.oauth1_timestamp_refused");
    expect(failure.message).toContain(words);
    expect(Math.abs(Number(failure.data.skewSeconds) - offset)).toBeLessThanOrEqual(2);
  });

  test("a call of the REST API tells of the clock as well", async () => {
    const started = await start();
    const tokens = await connect(started);
    const clock = shiftableClock(new Date(started.emulator.clock.now().getTime() - 3600_000));
    const authorize = oauth1Authorize({ instance: started.instance, clock }, tokens.accessToken);
    const api = createApi({ instance: started.instance, fetch, authorize, clock });
    const failure = await failureOf(api.get("/users/johndoe"));
    expect(failure.code).toBe("bitbucket.oauth1_timestamp_refused");
    expect(failure.message).toContain("60 minutes behind");
  });

  test("four minutes off are within the window", async () => {
    const { emulator, context } = await start();
    const clock = shiftableClock(new Date(emulator.clock.now().getTime() - 240_000));
    expect((await requestToken({ ...context, clock }, { callback })).callbackConfirmed).toBe(true);
  });
});

describe("keys and addresses", () => {
  test("another private key: Bitbucket saw the same request, so it is the key", async () => {
    const { context, instance } = await start();
    const { pkcs8 } = await makeKeyPair();
    const other: OAuth1Context = { ...context, instance: { ...instance, privateKey: pkcs8 } };
    const failure = await failureOf(requestToken(other, { callback }));
    expect(failure).toMatchObject({
      code: "bitbucket.oauth1_signature_invalid",
      data: { difference: "nothing" },
    });
    expect(failure.message).toMatch(/public key does not belong/);
  });

  test("a proxy that hides the address: both addresses are named", async () => {
    const started = await start({ dataCenterRules: { seenUrl: "http://localhost:7990/stash" } });
    const failure = await failureOf(requestToken(started.context, { callback }));
    expect(failure.data.difference).toBe("address");
    expect(failure.message).toContain("http://localhost:7990/stash/plugins/servlet/oauth/request-token");
    expect(failure.message).toContain(`${started.instance.baseUrl}/plugins`);
  });

  test("a Bitbucket that does not show its side gets both causes named", async () => {
    const { context, instance } = await start({ dataCenterRules: { signatureDetail: false } });
    const { pkcs8 } = await makeKeyPair();
    const other = { ...context, instance: { ...instance, privateKey: pkcs8 } };
    const failure = await failureOf(requestToken(other, { callback }));
    expect(failure.data.difference).toBe("unknown");
    expect(failure.cure).toMatch(/public key.*proxy/);
  });

  test("an unknown consumer key, and a base URL without its context path", async () => {
    const { context, instance } = await start({ server: { contextPath: "/bitbucket" } });
    const unknown = { ...context, instance: { ...instance, consumerKey: "other" } };
    expect((await failureOf(requestToken(unknown, { callback }))).code).toBe(
      "bitbucket.oauth1_consumer_key_unknown",
    );
    const { origin } = new URL(instance.baseUrl);
    const lost = serverInstance({ ...instance, baseUrl: origin });
    const failure = await failureOf(requestToken({ ...context, instance: lost }, { callback }));
    expect(failure.code).toBe("bitbucket.oauth1_not_offered");
    expect(failure.cure).toMatch(/context path/);
  });
});

describe("renewal", () => {
  test("gives new tokens; the old ones are dead", async () => {
    const started = await start();
    const first = await connect(started);
    const second = await renew(started, first);
    expect(await apiOf(started, second).get("/users/johndoe")).toMatchObject({ id: 101 });
    const failure = await failureOf(apiOf(started, first).get("/users/johndoe"));
    expect(failure).toMatchObject({ code: "bitbucket.oauth1_token_rejected", reaction: "stale" });
    expect(inspect(failure, { depth: 9 })).not.toContain(first.accessToken.reveal());
    expect((await failureOf(renew(started, first))).code).toBe("bitbucket.refresh_refused");
  });

  test("works after access has expired, until the session is over", async () => {
    const started = await start();
    const tokens = await connect(started);
    started.emulator.clock.advance(157_680_001);
    const failure = await failureOf(apiOf(started, tokens).get("/users/johndoe"));
    expect(failure.code).toBe("bitbucket.oauth1_token_expired");
    const renewed = await renew(started, tokens);
    started.emulator.clock.advance(160_272_001);
    expect(await failureOf(renew(started, renewed))).toMatchObject({
      code: "bitbucket.refresh_refused",
      data: { problem: "permission_denied" },
    });
  });
});

function renew({ context }: Started, { accessToken, sessionHandle }: OAuth1Tokens): Promise<OAuth1Tokens> {
  return renewAccess(context, { accessToken, sessionHandle: sessionHandle ?? new Secret("") });
}
