/** The token endpoint, from the outside: points 12–19 of the list of what Bitbucket does. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Rules } from "../../src/emulator/core/rules.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import {
  authorize,
  basic,
  call,
  firstConsumer,
  type Parameters,
  refreshWith,
  requestToken,
  seen,
  type TokenBody,
  tokensFor,
} from "./client.ts";

const wrongClient = { error_description: "Invalid OAuth client credentials", error: "unauthorized_client" };
const opened: Emulator[] = [];
let emulator: Emulator;

beforeAll(async () => {
  emulator = await start();
});

afterAll(async () => {
  await Promise.all(opened.map((one) => one.close()));
});

async function start(rules: Partial<Rules> = {}): Promise<Emulator> {
  const started = await createEmulator({ autoApprove: "johndoe", rules });
  opened.push(started);
  return started;
}

async function codeOf(where: Emulator): Promise<string> {
  const answer = await authorize(where, { client_id: firstConsumer(where).key });
  return new URL(answer.headers.get("location") ?? "").searchParams.get("code") ?? "";
}

async function exchanged(
  where: Emulator,
  authorization?: string | null,
  more: Parameters = {},
): Promise<readonly [number, unknown]> {
  const form = { grant_type: "authorization_code", code: await codeOf(where), ...more };
  return seen(requestToken(where, form, authorization));
}

async function tokens(where: Emulator): Promise<TokenBody> {
  return (await exchanged(where))[1] as TokenBody; // what is in it, point 14 checks
}

test("C12: a JSON body is not read: the grant type is None", async () => {
  const { key, secret } = firstConsumer(emulator);
  const answer = await fetch(`${emulator.urls.bitbucket}/site/oauth2/access_token`, {
    method: "POST",
    headers: { authorization: basic(key, secret), "content-type": "application/json" },
    body: JSON.stringify({ grant_type: "authorization_code", code: await codeOf(emulator) }),
  });
  expect(await seen(answer)).toEqual([
    400,
    { error_description: "Unsupported grant type: None", error: "invalid_grant" },
  ]);
});

test("C12: an unknown grant type is echoed, and GET is no way to ask", async () => {
  for (const grant_type of ["password", "toString", "urn:bitbucket:oauth2:jwt"])
    expect(await seen(requestToken(emulator, { grant_type }))).toEqual([
      400,
      { error_description: `Unsupported grant type: ${grant_type}`, error: "invalid_grant" },
    ]);
  expect((await fetch(`${emulator.urls.bitbucket}/site/oauth2/access_token`)).status).toBe(405);
});

test("C13, G10: Basic, body and both are accepted; none, wrong and mixed are refused with their sentences", async () => {
  const { key, secret } = firstConsumer(emulator);
  const body = { client_id: key, client_secret: secret };
  const good = basic(key, secret);
  const missing = {
    error_description: "Requests must be authenticated using OAuth client credentials",
    error: "unauthorized_client",
  };
  expect((await exchanged(emulator, good))[0]).toBe(200);
  expect((await exchanged(emulator, null, body))[0]).toBe(200);
  expect((await exchanged(emulator, good, body))[0]).toBe(200);
  expect(await exchanged(emulator, null)).toEqual([400, missing]);
  expect(await exchanged(emulator, null, { client_id: key })).toEqual([400, missing]);
  for (const wrong of [basic(key, "no"), basic("no", secret), "Basic !!!", basic(key, `${secret} `)])
    expect(await exchanged(emulator, wrong), wrong).toEqual([400, wrongClient]);
  expect(await exchanged(emulator, good, { ...body, client_secret: "no" })).toEqual([400, wrongClient]);
  const strict = await start({ credentialsInBody: false });
  const own = firstConsumer(strict);
  expect(await exchanged(strict, null, { client_id: own.key, client_secret: own.secret })).toEqual([
    400,
    missing,
  ]);
});

test("C13: Basic is read raw and percent-decoded, each with a switch of its own", async () => {
  const seed = {
    people: [{ username: "ada", displayName: "Ada" }],
    workspaces: [{ slug: "w" }],
    consumers: [
      {
        workspace: "w",
        name: "c",
        callbackUrl: "http://localhost/",
        scopes: ["account"],
        key: "k-e_y",
        secret: "s%2F+é:x",
      },
    ],
  };
  const status = async (rules: Partial<Rules>, credentials: string) => {
    const where = await createEmulator({ autoApprove: "ada", seed, rules });
    opened.push(where);
    return (await exchanged(where, `Basic ${Buffer.from(credentials).toString("base64")}`))[0];
  };
  const raw = "k-e_y:s%2F+é:x";
  const encoded = "k%2De%5Fy:s%252F%2B%C3%A9%3Ax";
  expect([await status({}, raw), await status({}, encoded)]).toEqual([200, 200]);
  expect([
    await status({ basicPercentDecoded: false }, raw),
    await status({ basicPercentDecoded: false }, encoded),
  ]).toEqual([200, 400]);
  expect([await status({ basicRaw: false }, raw), await status({ basicRaw: false }, encoded)]).toEqual([
    400, 200,
  ]);
});

test("C14, G11: a success names tokens, scope, bearer, 7200 and the grant in state", async () => {
  expect(await exchanged(emulator)).toEqual([
    200,
    {
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      scope: "account email repository pullrequest webhook",
      token_type: "bearer",
      expires_in: 7200,
      state: "authorization_code",
    },
  ]);
});

test("C14: the old field scopes, no state and an hour can be switched on", async () => {
  const old = await start({ scopeField: "scopes", stateField: false, accessTokenLifeSeconds: 3600 });
  const [, body] = await exchanged(old);
  expect(Object.keys(body as object)).toEqual([
    "access_token",
    "scopes",
    "token_type",
    "expires_in",
    "refresh_token",
  ]);
  expect(body).toMatchObject({ expires_in: 3600 });
  expect((await exchanged(await start({ scopeField: "both" })))[1]).toMatchObject({
    scope: expect.any(String),
    scopes: expect.any(String),
  });
});

test("C15: tokens are longer than 2,600 characters, and a Bearer header carries them", async () => {
  const { access_token, refresh_token } = await tokens(emulator);
  expect(access_token.length).toBeGreaterThan(2600);
  expect(refresh_token.length).toBeGreaterThan(2600);
  expect((await call(emulator, "/2.0/user", access_token)).status).toBe(200);
});

test("C16: a refresh gives two new tokens, and the old access token lives on", async () => {
  const where = await start();
  const first = await tokens(where);
  const [status, body] = await seen(refreshWith(where, first.refresh_token));
  const second = body as TokenBody; // compared field by field below
  expect(status).toBe(200);
  expect(second).toMatchObject({
    state: "refresh_token",
    token_type: "bearer",
    expires_in: 7200,
    scope: first.scope,
  });
  expect(second.access_token).not.toBe(first.access_token);
  expect(second.refresh_token).not.toBe(first.refresh_token);
  expect((await call(where, "/2.0/user", first.access_token)).status).toBe(200);
  expect((await call(where, "/2.0/user", second.access_token)).status).toBe(200);
});

test("C16: the rotated refresh token works ten minutes more and is then a wrong client", async () => {
  const where = await start();
  const { refresh_token } = await tokens(where);
  const again = async () => (await refreshWith(where, refresh_token)).status;
  expect([await again(), await again()]).toEqual([200, 200]);
  where.control.advance(599);
  expect(await again()).toBe(200);
  where.control.advance(2);
  expect(await seen(refreshWith(where, refresh_token))).toEqual([400, wrongClient]);
});

test("C16: no grace, other errors, a client lock-out and the end of the grant are switches", async () => {
  for (const [refreshFailure, body] of [
    ["invalid_grant", { error_description: "Invalid refresh_token", error: "invalid_grant" }],
    ["invalid_request", { error_description: "Invalid refresh_token", error: "invalid_request" }],
  ] as const) {
    const where = await start({ refreshReuseSeconds: 0, refreshFailure });
    const { refresh_token } = await tokens(where);
    expect((await refreshWith(where, refresh_token)).status).toBe(200);
    expect(await seen(refreshWith(where, refresh_token))).toEqual([400, body]);
  }
  const locking = await start({ refreshReuseSeconds: 0, clientLockoutSeconds: 180 });
  const [one, other] = [await tokens(locking), await tokens(locking)];
  await refreshWith(locking, one.refresh_token);
  await refreshWith(locking, one.refresh_token);
  expect(await seen(refreshWith(locking, other.refresh_token))).toEqual([400, wrongClient]);
  locking.control.advance(181);
  expect((await refreshWith(locking, other.refresh_token)).status).toBe(200);

  const killing = await start({ refreshReuseSeconds: 0, refreshReuseKillsGrant: true });
  const first = await tokens(killing);
  const [, second] = await seen(refreshWith(killing, first.refresh_token));
  await refreshWith(killing, first.refresh_token);
  expect((await refreshWith(killing, (second as TokenBody).refresh_token)).status).toBe(400);
});

test("C16: another client's refresh token and nonsense are refused", async () => {
  const { refresh_token } = await tokens(emulator);
  const other = emulator.consumers[1];
  const foreign = requestToken(
    emulator,
    { grant_type: "refresh_token", refresh_token },
    basic(other?.key ?? "", other?.secret ?? ""),
  );
  expect(await seen(foreign)).toEqual([400, wrongClient]);
  expect((await refreshWith(emulator, "nonsense")).status).toBe(400);
});

test("C16: scope narrows one access token, not the grant", async () => {
  const { refresh_token } = await tokens(emulator);
  const [, narrow] = await seen(refreshWith(emulator, refresh_token, { scope: "email" }));
  expect(narrow).toMatchObject({ scope: "email" });
  expect((await call(emulator, "/2.0/user", (narrow as TokenBody).access_token)).status).toBe(403);
  const [, wide] = await seen(refreshWith(emulator, (narrow as TokenBody).refresh_token));
  expect(wide).toMatchObject({ scope: "account email repository pullrequest webhook" });
  expect(
    await seen(refreshWith(emulator, (wide as TokenBody).refresh_token, { scope: "wiki" })),
  ).toMatchObject([400, { error: "invalid_scope" }]);
});

test("C17: a refresh token unused for three months is dead; each use starts the three months anew", async () => {
  const where = await start();
  const [idle, used] = [await tokens(where), await tokens(where)];
  where.control.advance(60 * 86_400);
  const [, kept] = await seen(refreshWith(where, used.refresh_token));
  where.control.advance(31 * 86_400);
  expect(await seen(refreshWith(where, idle.refresh_token))).toEqual([400, wrongClient]);
  expect((await refreshWith(where, (kept as TokenBody).refresh_token)).status).toBe(200);
});

test("C18, G12: client_credentials is for private consumers, without refresh token, as the app in its workspace", async () => {
  const [, automation] = emulator.consumers;
  const credentials = basic(automation?.key ?? "", automation?.secret ?? "");
  expect(await seen(requestToken(emulator, { grant_type: "client_credentials" }))).toEqual([
    400,
    {
      error_description:
        'Cannot use client_credentials with a consumer marked as "public". Calls for auto generated consumers should use urn:bitbucket:oauth2:jwt instead.',
      error: "invalid_grant",
    },
  ]);
  const [status, body] = await seen(
    requestToken(emulator, { grant_type: "client_credentials" }, credentials),
  );
  expect(status).toBe(200);
  expect(body).toMatchObject({ state: "client_credentials", scope: "account repository" });
  expect(body).not.toHaveProperty("refresh_token");
  const { access_token } = body as TokenBody;
  expect(await seen(call(emulator, "/2.0/user", access_token))).toMatchObject([
    200,
    { type: "app_user", display_name: "Local automation" },
  ]);
  expect(await seen(call(emulator, "/2.0/user/workspaces", access_token))).toMatchObject([
    200,
    { size: 1, values: [{ workspace: { slug: "acme" } }] },
  ]);
  expect((await call(emulator, "/2.0/workspaces/globex", access_token)).status).toBe(404);
});

test("C18: under the rules of 2025 the same grant acts as the workspace's owner and can be refreshed", async () => {
  const in2025 = await createEmulator({ rules: "2025" });
  opened.push(in2025);
  const [, automation] = in2025.consumers;
  const credentials = basic(automation?.key ?? "", automation?.secret ?? "");
  const [, body] = await seen(requestToken(in2025, { grant_type: "client_credentials" }, credentials));
  const { access_token, refresh_token } = body as TokenBody;
  expect(await seen(call(in2025, "/2.0/user", access_token))).toMatchObject([200, { username: "johndoe" }]);
  const [, again] = await seen(
    requestToken(in2025, { grant_type: "refresh_token", refresh_token }, credentials),
  );
  expect((again as TokenBody).refresh_token).toBe(refresh_token);
});

test("C16, C17: under the rules of 2025 a refresh token lives on unused, and a bad one is an invalid request", async () => {
  const in2025 = await createEmulator({ rules: "2025" });
  opened.push(in2025);
  const { refresh_token } = await tokensFor(in2025);
  in2025.control.advance(400 * 86_400);
  expect(await seen(requestToken(in2025, { grant_type: "refresh_token", refresh_token }))).toMatchObject([
    200,
    { refresh_token },
  ]);
  expect(
    await seen(requestToken(in2025, { grant_type: "refresh_token", refresh_token: "nonsense" })),
  ).toEqual([400, { error_description: "Invalid refresh_token", error: "invalid_request" }]);
});

test("C15: tokens as long as the rule says are taken back, also beyond the headers Node takes by itself", async () => {
  const where = await createEmulator({ rules: { tokenLength: 20_000 } });
  opened.push(where);
  const { access_token, refresh_token = "" } = await tokensFor(where);
  expect([access_token, refresh_token].map(({ length }) => length)).toEqual([20_000, 20_000]);
  expect((await call(where, "/2.0/user", access_token)).status).toBe(200);
  expect((await refreshWith(where, refresh_token)).status).toBe(200);
});

test("C18: a consumer without callback URL fails at every grant", async () => {
  const seed = {
    people: [{ username: "ada", displayName: "Ada" }],
    workspaces: [{ slug: "w", members: [{ person: "ada", administrator: true }] }],
    consumers: [
      {
        workspace: "w",
        name: "c",
        callbackUrl: "",
        scopes: ["account"],
        private: true,
        key: "k",
        secret: "s",
      },
    ],
  };
  const where = await createEmulator({ seed });
  opened.push(where);
  const expected = {
    error_description: "No callback uri defined for the OAuth client.",
    error: "invalid_request",
  };
  expect(await seen(requestToken(where, { grant_type: "client_credentials" }))).toEqual([400, expected]);
  expect((await authorize(where, { client_id: "k" })).status).toBe(400);
});

test("C19: a bad, used or foreign code is an invalid_grant", async () => {
  const expected = [400, { error_description: "The specified code is not valid.", error: "invalid_grant" }];
  const [, automation] = emulator.consumers;
  const code = await codeOf(emulator);
  const form = { grant_type: "authorization_code", code };
  expect(
    await seen(requestToken(emulator, form, basic(automation?.key ?? "", automation?.secret ?? ""))),
  ).toEqual(expected);
  expect((await requestToken(emulator, form)).status).toBe(200);
  expect(await seen(requestToken(emulator, form))).toEqual(expected);
  expect(await seen(requestToken(emulator, { ...form, code: "no" }))).toEqual(expected);
});

test("C19: there is nothing to revoke, introspect or discover at", async () => {
  for (const path of [
    "/site/oauth2/revoke",
    "/site/oauth2/introspect",
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
  ])
    expect((await fetch(`${emulator.urls.bitbucket}${path}`)).status, path).toBe(404);
});

test("C19: a person who revoked the app: 401 at the API, 400 at the refresh, and a new consent works", async () => {
  const where = await createEmulator();
  opened.push(where);
  const before = await tokensFor(where);
  const others = await tokensFor(where, "Jane Roe");
  expect(where.control.revoke({ username: "johndoe" })).toBe(1);
  expect((await call(where, "/2.0/user", before.access_token)).status).toBe(401);
  expect((await refreshWith(where, before.refresh_token)).status).toBe(400);
  expect((await call(where, "/2.0/user", others.access_token)).status).toBe(200);
  expect((await call(where, "/2.0/user", (await tokensFor(where)).access_token)).status).toBe(200);
});
