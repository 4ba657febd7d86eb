/** What nobody noted about Data Center and Server is a rule: the way of the product holds whichever value is the real one. */
import { afterEach, expect, test } from "vitest";
import { randomToken } from "../../src/base/random.ts";
import { Secret } from "../../src/base/secret.ts";
import { bearer } from "../../src/bitbucket/api/authorize.ts";
import { createApi } from "../../src/bitbucket/api/client.ts";
import { openHost } from "../../src/bitbucket/host/open.ts";
import { authorizationUrl, readOAuth1Callback } from "../../src/bitbucket/oauth1/authorization.ts";
import { oauth1Authorize } from "../../src/bitbucket/oauth1/sign-call.ts";
import { exchangeVerifier, requestToken } from "../../src/bitbucket/oauth1/tokens.ts";
import { buildAuthorizationUrl, validateCallback } from "../../src/bitbucket/oauth2/authorization.ts";
import { exchangeCode, refreshTokens } from "../../src/bitbucket/oauth2/token.ts";
import { openProfile } from "../../src/bitbucket/profile/open.ts";
import { serverInstance } from "../../src/bitbucket/self-hosted.ts";
import { repository } from "../../src/emulator/build/repository.ts";
import { commit, movedFrom } from "../../src/emulator/build/steps.ts";
import type { Switch } from "../../src/emulator/core/switches.ts";
import { type DcRuleName, type DcRules, dcSwitches } from "../../src/emulator/data-center/rules.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { failureOf } from "../failure.ts";
import { apiOf, asPerson, asTokenHolder, fetch, instanceOf, redirectUri } from "./data-center-place.ts";

/** Set-ups of an operator, not facts: with them the way is meant to be another one, which tests of their own walk. */
const setUps: readonly DcRuleName[] = ["basicOff", "limitsRequests", "redirectUrls"];

/** Values of rules that take any number or words, where two are told of. */
const told: readonly (readonly [DcRuleName, DcRules[DcRuleName]])[] = [
  ["codeSeconds", 60],
  ["tokenPrefix", "BBDC-"],
  ["loginNext", "os_destination"],
  ["maxCommits", 2],
  ["maxChanges", 1],
  ["maxItems", 1],
  ["diffContext", 3],
  ["projectTokensSince", "9.9"],
  ["draftsSince", "9.9"],
  ["loopbackRedirectsSince", "9.9"],
  ["sessionSeconds", 60],
];

/** Every other value of every rule that has a few, and those that are told of. */
const alternatives = [
  ...Object.entries<Switch<unknown>>(dcSwitches).flatMap(([name, { today, choices }]) => {
    if (setUps.some((setUp) => setUp === name)) return [];
    const all = choices ?? (typeof today === "boolean" ? [true, false] : []);
    return all.filter((value) => value !== today).map((value) => [name, value] as const);
  }),
  ...told,
];

const running: Emulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
});

async function start(name: string, value: unknown): Promise<Emulator> {
  const steps = [
    commit({ "src/a.txt": "one\ntwo\n" }),
    commit({ "src/a.txt": "one\nTWO\nthree\n" }),
    commit({ "src/b.txt": movedFrom("src/a.txt") }),
  ];
  const emulator = await createEmulator({
    autoApprove: "johndoe",
    callbackUrl: redirectUri,
    repositories: [repository("acme/shop", steps), repository("acme/other", [commit({ "x.txt": "x\n" })])],
    dataCenterRules: { [name]: value },
  });
  running.push(emulator);
  return emulator;
}

async function callbackOf(url: string): Promise<URL> {
  const answer = await globalThis.fetch(url, { redirect: "manual" });
  return new URL(answer.headers.get("location") ?? "about:blank#not-sent-back");
}

async function signIn(emulator: Emulator) {
  const instance = instanceOf(emulator);
  const context = { instance, fetch, clock: emulator.clock };
  const [state, codeVerifier] = [randomToken(), randomToken()];
  const url = await buildAuthorizationUrl(instance, {
    redirectUri,
    state,
    scopes: ["REPO_READ"],
    codeVerifier,
  });
  const callback = validateCallback(instance, await callbackOf(url), state);
  const tokens = await exchangeCode(context, { callback, redirectUri, codeVerifier });
  return { context, tokens };
}

async function signInAtServer({ server, clock }: Emulator) {
  const [consumer] = server?.consumers ?? [];
  const instance = serverInstance({
    baseUrl: server?.url ?? "",
    consumerKey: consumer?.key ?? "",
    privateKey: consumer?.privateKey ?? "",
  });
  const context = { instance, fetch, clock };
  const begun = await requestToken(context, { callback: redirectUri });
  const { verifier } = readOAuth1Callback(await callbackOf(authorizationUrl(instance, begun.token)));
  const { accessToken } = await exchangeVerifier(context, { ...begun, requestToken: begun.token, verifier });
  return createApi({ instance, fetch, authorize: oauth1Authorize(context, accessToken) });
}

/** The repository's whole history with its changes, as an analysis reads it. */
async function readAll(host: ReturnType<typeof openHost>): Promise<void> {
  const place = { workspace: "ACME", slug: "shop" };
  expect(await host.workspaces()).toContainEqual(expect.objectContaining({ key: "ACME" }));
  const names: string[] = [];
  for (let page: string | undefined; ; ) {
    const { repositories, next } = await host.repositoryPage("ACME", { page });
    names.push(...repositories.map(({ fullName }) => fullName));
    if (next === null) break;
    page = next;
  }
  expect(names.toSorted()).toEqual(["ACME/other", "ACME/shop"]);
  const hashes: string[] = [];
  for (let page: string | undefined; ; ) {
    const include = await host.resolveBranch(place, "main");
    const { commits, next } = await host.commitPage(place, { include, page });
    hashes.push(...commits.map(({ hash }) => hash));
    if (next === null) break;
    page = next;
  }
  expect(hashes).toHaveLength(3);
  for (const hash of hashes) {
    const changes = await host.changes(place, hash);
    expect(changes.kind === "diff" ? changes.diff.length : changes.files.length).toBeGreaterThan(0);
  }
  expect(await failureOf(host.resolveBranch(place, "nowhere"))).toMatchObject({
    code: "bitbucket.not_found",
  });
  const unknown = host.repository({ workspace: "NONE", slug: "shop" });
  expect((await failureOf(unknown)).code).toBe("bitbucket.not_found");
}

test.each(alternatives)(
  "one signs in, connects, reads and is refused as ever with %s as %s",
  async (name, value) => {
    const emulator = await start(name, value);
    const instance = instanceOf(emulator);

    const { context, tokens } = await signIn(emulator);
    const withTokens = apiOf(emulator, bearer(tokens.accessToken));
    expect(await openProfile(instance, withTokens)).toMatchObject({ id: "101", username: "johndoe" });
    const fresh = await refreshTokens(context, tokens.refreshToken ?? new Secret(""));
    await readAll(openHost(instance, apiOf(emulator, bearer(fresh.accessToken))));

    const connected = openHost(instance, apiOf(emulator, asTokenHolder(emulator)));
    expect(await connected.account()).toMatchObject({ subject: "101", kind: "person" });
    const atServer = await signInAtServer(emulator);
    expect(await atServer.get("/users/johndoe")).toMatchObject({ id: 101 });

    const dead = openHost(instance, apiOf(emulator, bearer(tokens.accessToken)));
    expect((await failureOf(dead.account())).code).toBe("bitbucket.unauthorized");
    const stranger = openHost(instance, apiOf(emulator, asPerson(emulator, "nora")));
    const closed = await failureOf(stranger.repository({ workspace: "ACME", slug: "shop" }));
    expect(["bitbucket.forbidden", "bitbucket.not_found"]).toContain(closed.code);
  },
);

test("with Basic switched off by either status, a password is refused as such and a token goes on", async () => {
  for (const basicOffStatus of [401, 403] as const) {
    const emulator = await createEmulator({ dataCenterRules: { basicOff: true, basicOffStatus } });
    running.push(emulator);
    const account = (authorize = asTokenHolder(emulator)) =>
      openHost(instanceOf(emulator), apiOf(emulator, authorize)).account();
    expect(await account()).toMatchObject({ subject: "101" });
    const { code } = await failureOf(account(asPerson(emulator, "johndoe")));
    expect(["bitbucket.unauthorized", "bitbucket.forbidden", "bitbucket.basic_off"]).toContain(code);
  }
});

test("with the rate limit of Bitbucket itself, a refusal says how long to wait, with Retry-After and without", async () => {
  for (const limitRetryAfter of [true, false]) {
    const emulator = await createEmulator({ dataCenterRules: { limitsRequests: true, limitRetryAfter } });
    running.push(emulator);
    const host = openHost(instanceOf(emulator), apiOf(emulator, asTokenHolder(emulator)));
    const asked = await Promise.allSettled(Array.from({ length: 120 }, () => host.workspace("ACME")));
    const refused = asked.find((each) => each.status === "rejected");
    expect(refused?.reason).toMatchObject({ code: "bitbucket.rate_limited" });
    expect(refused?.reason.retryAfterSeconds).toBe(limitRetryAfter ? 1 : 5);
  }
});
