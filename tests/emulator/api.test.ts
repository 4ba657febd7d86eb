/** The API as a whole and its authentication, from the outside: points 1–5 and 20–24 of the list of what Bitbucket does. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { basic, call, firstConsumer, refreshWith, seen, type TokenBody, tokensFor } from "./client.ts";

const unsupported = {
  type: "error",
  error: { message: "Token is invalid, expired, or not supported for this endpoint." },
};
const hidden = {
  type: "error",
  error: {
    message:
      "You may not have access to this repository or it no longer exists in this workspace. If you think this repository exists and you have access, make sure you are authenticated.",
  },
};

let folder: string;
let emulator: Emulator;
let in2025: Emulator;
let tokens: TokenBody;
let tokens2025: TokenBody;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "emulator-api-"));
  execFileSync("git", ["init", "--quiet", folder]);
  const repositories = [
    { path: folder, workspace: "acme", slug: "own" },
    { path: folder, workspace: "globex", slug: "hidden" },
    { path: folder, workspace: "globex", slug: "open", private: false },
  ];
  emulator = await createEmulator({ repositories });
  in2025 = await createEmulator({ repositories, rules: "2025" });
  tokens = await tokensFor(emulator);
  tokens2025 = await tokensFor(in2025);
});

afterAll(async () => {
  await emulator.close();
  await in2025.close();
  rmSync(folder, { recursive: true });
});

const withHeader = (where: Emulator, path: string, authorization: string) =>
  fetch(`${where.urls.api}${path}`, { headers: { authorization } });

test("C1: two origins, and a token is worth nothing at the website", async () => {
  expect(new URL(emulator.urls.bitbucket).origin).not.toBe(new URL(emulator.urls.api).origin);
  const authorization = `Bearer ${tokens.access_token}`;
  const atWebsite = await fetch(`${emulator.urls.bitbucket}/2.0/user`, { headers: { authorization } });
  expect(atWebsite.status).toBe(404);
  expect((await fetch(`${emulator.urls.api}/site/oauth2/access_token`, { method: "POST" })).status).toBe(403);
});

test("C2: answers are application/json, and failures wear the envelope", async () => {
  const good = await call(emulator, "/2.0/user", tokens.access_token);
  const bad = await call(emulator, "/2.0/repositories/acme/none", tokens.access_token);
  for (const answer of [good, bad]) expect(answer.headers.get("content-type")).toBe("application/json");
  expect(await bad.json()).toEqual({ type: "error", error: { message: expect.any(String) } });
});

test("C3: answers to OAuth tokens say what was granted, what is accepted and which credential it was", async () => {
  const answer = await call(emulator, "/2.0/user", tokens.access_token);
  expect(answer.headers.get("x-oauth-scopes")).toBe("account, email, repository, pullrequest, webhook");
  expect(answer.headers.get("x-accepted-oauth-scopes")).toBe("account");
  expect(answer.headers.get("x-credential-type")).toBe("oauth2");
  const narrow = await tokensFor(emulator, "John Doe", { scope: "email" });
  const refused = await call(emulator, "/2.0/user", narrow.access_token);
  expect([refused.status, refused.headers.get("x-oauth-scopes")]).toEqual([403, "email"]);
});

test("C4: an unknown path is 404 with the hint, one without /2.0 is 403, a trailing slash is tolerated", async () => {
  expect(await seen(call(emulator, "/2.0/nothing/here", tokens.access_token))).toEqual([
    404,
    {
      type: "error",
      error: {
        message: "Resource not found",
        detail:
          "There is no API hosted at this URL.\n\nFor information about our API's, please refer to the documentation at: https://developer.atlassian.com/bitbucket/api/2/reference/",
      },
    },
  ]);
  expect(await seen(call(emulator, "/user", tokens.access_token))).toEqual([
    403,
    { type: "error", error: { message: "Forbidden" } },
  ]);
  for (const path of [
    "/2.0/user/",
    "/2.0/user/emails/",
    "/2.0/user/workspaces/?pagelen=5",
    "/2.0/repositories/acme/own/",
  ])
    expect((await call(emulator, path, tokens.access_token)).status, path).toBe(200);
});

test("C5: links are absolute, on the emulator's origins, with encoded braces", async () => {
  const [, user] = await seen(call(emulator, "/2.0/user", tokens.access_token));
  const { links, uuid } = user as { links: { self: { href: string } }; uuid: string }; // compared right below
  expect(uuid).toMatch(/^\{[0-9a-f-]{36}\}$/);
  expect(links.self.href).toBe(`${emulator.urls.api}/2.0/users/%7B${uuid.slice(1, -1)}%7D`);
  for (const { href } of Object.values(links))
    expect([emulator.urls.api, emulator.urls.bitbucket]).toContain(new URL(href).origin);
});

test("C20, G15: only the Bearer header counts; a token in query or form is 401 even when valid", async () => {
  const { access_token } = tokens;
  expect((await call(emulator, "/2.0/user", access_token)).status).toBe(200);
  expect((await withHeader(emulator, "/2.0/user", `bearer ${access_token}`)).status).toBe(200);
  const query = `?${new URLSearchParams({ access_token })}`;
  expect(await seen(fetch(`${emulator.urls.api}/2.0/user${query}`))).toEqual([401, unsupported]);
  expect((await call(emulator, `/2.0/user${query}`, access_token)).status).toBe(401);
  const inForm = (where: Emulator, token: string) =>
    fetch(`${where.urls.api}/2.0/repositories/acme/own/commits`, {
      method: "POST",
      body: new URLSearchParams({ access_token: token }),
    });
  expect((await inForm(emulator, access_token)).status).toBe(401);
  expect((await inForm(in2025, tokens2025.access_token)).status).toBe(200);
});

test("C20, G16, G17: under the rules of 2025 a token in the query is taken", async () => {
  const query = (token: string) => `?${new URLSearchParams({ access_token: token })}`;
  expect((await fetch(`${in2025.urls.api}/2.0/user${query(tokens2025.access_token)}`)).status).toBe(200);
  expect((await fetch(`${in2025.urls.api}/2.0/user${query("garbage")}`)).status).toBe(401);
});

test("C20, G16: under the rules of 2025 a form with a token is answered as the read where nothing else is posted", async () => {
  const { access_token } = tokens2025;
  const post = (path: string, fields: Readonly<Record<string, string>>) =>
    fetch(`${in2025.urls.api}${path}`, { method: "POST", body: new URLSearchParams(fields) });
  for (const path of ["/2.0/user", "/2.0/user/emails/", "/2.0/repositories/acme/own", "/2.0/workspaces"]) {
    const [posted, read] = [await post(path, { access_token }), await call(in2025, path, access_token)];
    expect(posted.status, path).toBe(200);
    expect(await posted.json(), path).toEqual(await read.json());
    for (const header of ["x-oauth-scopes", "x-accepted-oauth-scopes", "x-credential-type"])
      expect(posted.headers.get(header), `${path} ${header}`).toBe(read.headers.get(header));
  }
  const chosen = await post("/2.0/user?fields=username", { access_token });
  expect(await chosen.json()).toEqual({ username: "johndoe" });
  expect((await post("/2.0/nothing/here", { access_token })).status).toBe(404);
  expect((await post("/2.0/user", { access_token: "garbage" })).status).toBe(401);
  expect((await post("/2.0/user", {})).status).toBe(405);
  expect(in2025.control.requests().at(-1)).toMatchObject({ method: "POST", path: "/2.0/user", status: 405 });
});

test("C20: a consumer's key and secret are no credentials of the API", async () => {
  const { key, secret } = firstConsumer(emulator);
  for (const [where, consumer] of [
    [emulator, { key, secret }],
    [in2025, firstConsumer(in2025)],
  ] as const) {
    const answer = await withHeader(where, "/2.0/user", basic(consumer.key, consumer.secret));
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBe('Basic realm="Bitbucket.org HTTP"');
    expect(await answer.json()).toEqual({ type: "error", error: { message: "Invalid credentials." } });
  }
});

test("C20, C24: an app password is 401 today, and works with its scopes under the rules of 2025", async () => {
  const seed = {
    people: [
      { username: "ada", displayName: "Ada", appPasswords: [{ password: "ATBBx:y", scopes: ["account"] }] },
    ],
    workspaces: [],
  };
  const today = await createEmulator({ seed });
  const then = await createEmulator({ seed, rules: "2025" });
  expect((await withHeader(today, "/2.0/user", basic("ada", "ATBBx:y"))).status).toBe(401);
  expect(await seen(withHeader(then, "/2.0/user", basic("ada", "ATBBx:y")))).toMatchObject([
    200,
    { username: "ada" },
  ]);
  expect((await withHeader(then, "/2.0/user", basic("ada", "wrong"))).status).toBe(401);
  expect(await seen(withHeader(then, "/2.0/user/emails", basic("ada", "ATBBx:y")))).toMatchObject([
    403,
    { error: { detail: { required: ["email"], granted: ["account"] } } },
  ]);
  await today.close();
  await then.close();
});

test("C21: an unknown token has its sentence and a challenge, an unknown scheme too", async () => {
  for (const authorization of ["Bearer garbage", "token garbage", "Bearer"]) {
    const answer = await withHeader(emulator, "/2.0/user", authorization);
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBe("BitbucketCustom realm=Bitbucket.org HTTP");
    expect(await answer.json()).toEqual(unsupported);
  }
});

test("C21, G13: after two hours a token has expired, says so, and a refresh helps", async () => {
  const where = await createEmulator();
  const first = await tokensFor(where);
  where.control.advance(7199);
  expect((await call(where, "/2.0/user", first.access_token)).status).toBe(200);
  where.control.advance(2);
  expect(await seen(call(where, "/2.0/user", first.access_token))).toEqual([
    401,
    {
      type: "error",
      error: { message: "Access token expired. Use your refresh token to obtain a new access token." },
    },
  ]);
  const [, second] = await seen(refreshWith(where, first.refresh_token));
  expect((await call(where, "/2.0/user", (second as TokenBody).access_token)).status).toBe(200);
  await where.close();
});

test("C22, G4, G18: a missing scope is 403 with required and granted, granted as it was given", async () => {
  const narrow = await tokensFor(emulator, "John Doe", { scope: "pullrequest" });
  expect(await seen(call(emulator, "/2.0/user/emails", narrow.access_token))).toEqual([
    403,
    {
      type: "error",
      error: {
        message: "Your credentials lack one or more required privilege scopes.",
        detail: { required: ["email"], granted: ["pullrequest"] },
      },
    },
  ]);
  expect((await call(emulator, "/2.0/repositories/acme/own", narrow.access_token)).status).toBe(200);
  const two = await call(emulator, "/2.0/user/workspaces/acme/permissions/repositories", narrow.access_token);
  expect(await seen(two)).toMatchObject([
    403,
    { error: { detail: { required: ["account", "repository"] } } },
  ]);
});

test("C23: a hidden repository is 404 with the sentence, for strangers, the anonymous and the absent alike", async () => {
  const answers = [
    call(emulator, "/2.0/repositories/globex/hidden", tokens.access_token),
    call(emulator, "/2.0/repositories/globex/none", tokens.access_token),
    fetch(`${emulator.urls.api}/2.0/repositories/globex/hidden`),
  ];
  for (const answer of answers) expect(await seen(answer)).toEqual([404, hidden]);
  expect(
    (
      await call(
        emulator,
        "/2.0/repositories/globex/hidden",
        (
          await tokensFor(emulator, "Jane Roe")
        ).access_token,
      )
    ).status,
  ).toBe(200);
  expect((await fetch(`${emulator.urls.api}/2.0/repositories/globex/open`)).status).toBe(200);
});

test("C23: authentication comes before scope, and scope before visibility", async () => {
  const path = "/2.0/repositories/globex/hidden";
  expect((await call(emulator, path, "garbage")).status).toBe(401);
  const narrow = await tokensFor(emulator, "John Doe", { scope: "account" });
  expect((await call(emulator, path, narrow.access_token)).status).toBe(403);
  expect((await call(emulator, path, tokens.access_token)).status).toBe(404);
});
