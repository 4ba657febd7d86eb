/** What the API makes of odd requests, from the outside: methods, lengths, pages, handles, headers, origins. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { basic, call, firstConsumer, requestToken, seen, tokensFor } from "./client.ts";

let folder: string;
let emulator: Emulator;
let token: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "emulator-manners-"));
  execFileSync("git", ["init", "--quiet", folder]);
  const slugs = Array.from({ length: 12 }, (_, at) => `own-${at}`);
  emulator = await createEmulator({
    repositories: slugs.map((slug) => ({ path: folder, workspace: "acme", slug })),
  });
  token = (await tokensFor(emulator)).access_token;
});

afterAll(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true });
});

const get = (path: string) => seen(call(emulator, `/2.0${path}`, token));
const send = (path: string, init: RequestInit) =>
  fetch(`${emulator.urls.api}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, ...init.headers },
    redirect: "manual",
  });

test("C4: a method that a path does not have is 405 with those it has, or 404, as the rule says", async () => {
  for (const [method, path, allow] of [
    ["POST", "/2.0/user", "GET"],
    ["DELETE", "/2.0/user/", "GET"],
    ["PUT", "/2.0/workspaces/acme", "GET"],
    ["PATCH", "/2.0/repositories/acme/own-0", "GET"],
    ["DELETE", "/2.0/repositories/acme/own-0/commits/main", "GET, POST"],
  ] as const) {
    const answer = await send(path, { method, body: method === "DELETE" ? null : "" });
    expect(answer.status, `${method} ${path}`).toBe(405);
    expect(answer.headers.get("allow"), path).toContain(allow);
    expect(await answer.json()).toMatchObject({ type: "error", error: { message: expect.any(String) } });
  }
  expect((await send("/2.0/nothing/here", { method: "POST", body: "" })).status).toBe(404);
  const other = await createEmulator({ rules: { wrongMethodStatus: 404 } });
  expect((await fetch(`${other.urls.api}/2.0/user`, { method: "DELETE" })).status).toBe(404);
  await other.close();
});

test("C4: HEAD answers as GET without a body; the API's root leads to its documentation", async () => {
  const head = await send("/2.0/user", { method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([200, ""]);
  expect((await send("/2.0/nothing", { method: "HEAD" })).status).toBe(404);
  const root = await fetch(emulator.urls.api, { redirect: "manual" });
  expect([root.status, root.headers.get("location")]).toEqual([
    302,
    "https://developer.atlassian.com/cloud/bitbucket/rest/",
  ]);
  for (const path of ["/user", "/1.0/user", "/2.0user", "/api/2.0/user"])
    expect((await send(path, {})).status, path).toBe(403);
});

test("C4: paths are compared as they are: neither case nor a doubled slash is forgiven", async () => {
  for (const path of [
    "/2.0/User",
    "/2.0//user",
    "/2.0/repositories/ACME/own-0",
    "/2.0/repositories/acme/OWN-0",
  ])
    expect((await send(path, {})).status, path).toBe(404);
});

test("C2: a body without a length is 411 unless the rule is off", async () => {
  const post = (where: Emulator) =>
    new Promise<number | undefined>((resolve, reject) => {
      const url = `${where.urls.api}/2.0/repositories/acme/own-0/commits`;
      const sent = request(url, { method: "POST", headers: { "Transfer-Encoding": "chunked" } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.on("error", reject);
      sent.end("include=main");
    });
  expect(await post(emulator)).toBe(411);
  const lenient = await createEmulator({ rules: { lengthRequired: false } });
  expect(await post(lenient)).not.toBe(411);
  await lenient.close();
});

test("C2: what one would like to accept changes nothing, and no cookie is ever set", async () => {
  for (const accept of ["text/html", "application/xml", "*/*"]) {
    const answer = await send("/2.0/user", { headers: { accept } });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/json"]);
    expect(answer.headers.getSetCookie()).toEqual([]);
  }
});

test("C2: pages of other origins may read, as Atlassian's page shows, unless the rule is off", async () => {
  const origin = "https://app.example";
  const asked = await fetch(`${emulator.urls.api}/2.0/user`, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "GET",
      "access-control-request-headers": "authorization",
    },
  });
  expect(asked.status).toBe(200);
  expect(asked.headers.get("access-control-allow-origin")).toBe("*");
  expect(asked.headers.get("access-control-allow-headers")?.toLowerCase()).toContain("authorization");
  expect(asked.headers.get("access-control-allow-headers")?.toLowerCase()).not.toContain("user-agent");
  expect(asked.headers.get("access-control-allow-credentials")).toBe(null);
  for (const [path, status] of [
    ["/2.0/user", 200],
    ["/2.0/user/emails?pagelen=0", 400],
    ["/2.0/nothing", 404],
  ] as const) {
    const answer = await send(path, { headers: { origin } });
    expect([answer.status, answer.headers.get("access-control-allow-origin")], path).toEqual([status, "*"]);
  }
  expect((await send("/2.0/user", {})).headers.get("access-control-allow-origin")).toBe(null);
  const closed = await createEmulator({ rules: { cors: false } });
  const refused = await fetch(`${closed.urls.api}/2.0/user`, { method: "OPTIONS", headers: { origin } });
  expect(refused.headers.get("access-control-allow-origin")).toBe(null);
  await closed.close();
});

test("C12: the token endpoint takes no preflight, no other method, no JWT grant and nothing from its query", async () => {
  const at = `${emulator.urls.bitbucket}/site/oauth2/access_token`;
  for (const method of ["OPTIONS", "GET", "PUT", "DELETE"]) {
    const answer = await fetch(at, { method, headers: { origin: "https://app.example" } });
    expect(answer.status, method).toBe(405);
    expect(answer.headers.get("access-control-allow-origin"), method).toBe(null);
  }
  const jwt = "urn:bitbucket:oauth2:jwt";
  expect(await seen(requestToken(emulator, { grant_type: jwt }, "JWT a.b.c"))).toEqual([
    400,
    { error_description: `Unsupported grant type: ${jwt}`, error: "invalid_grant" },
  ]);
  const { key, secret } = firstConsumer(emulator);
  const authorization = basic(key, secret);
  const inQuery = await fetch(`${at}?grant_type=client_credentials`, {
    method: "POST",
    headers: { authorization },
  });
  expect(await inQuery.json()).toMatchObject({ error_description: "Unsupported grant type: None" });
  const multipart = new FormData();
  multipart.set("grant_type", "client_credentials");
  const inParts = await fetch(at, { method: "POST", headers: { authorization }, body: multipart });
  expect([inParts.status, await inParts.json()]).toMatchObject([400, { error: "invalid_grant" }]);
});

test("C13: an error of the token endpoint has its two keys in Bitbucket's order, and is JSON", async () => {
  const answer = await requestToken(emulator, { grant_type: "refresh_token", refresh_token: "x" }, null);
  expect([answer.status, answer.headers.get("content-type")]).toEqual([400, "application/json"]);
  expect(Object.keys((await answer.json()) as object)).toEqual(["error_description", "error"]);
});

test("C20, C21: a header that is not one scheme and one token is no credential", async () => {
  for (const authorization of [
    "Bearer",
    "Bearer  ",
    `Bearer ${token} more`,
    `Token ${token}`,
    token,
    `JWT ${token}`,
  ])
    expect((await send("/2.0/user", { headers: { authorization } })).status, authorization.slice(0, 12)).toBe(
      401,
    );
  expect((await send("/2.0/user", { headers: { authorization: `bearer ${token}` } })).status).toBe(200);
  expect((await send("/2.0/user?access_token=", {})).status).toBe(401);
});

test("C27, C29: a uuid stands in braces, encoded or not, in small letters, and nothing else does for it", async () => {
  const [, workspace] = await get("/workspaces/acme");
  const [, repository] = await get("/repositories/acme/own-0");
  const [ws, repo] = [workspace, repository].map((each) => (each as { uuid: string }).uuid.slice(1, -1)); // both have one
  for (const path of [
    `/workspaces/%7B${ws}%7D`,
    `/workspaces/%7b${ws}%7d`,
    `/repositories/{${ws}}/{${repo}}`,
    `/repositories/%7B%7D/%7B${repo}%7D`,
    `/repositories/acme/%7B${repo}%7D/`,
  ])
    expect((await get(path))[0], path).toBe(200);
  for (const path of [
    `/workspaces/${ws}`,
    "/workspaces/%7B%7D",
    `/workspaces/%7B${ws?.toUpperCase()}%7D`,
    `/repositories/acme/${repo}`,
    "/repositories/%7B%7D/own-0",
    `/repositories/globex/%7B${repo}%7D`,
  ])
    expect((await get(path))[0], path).toBe(404);
});

test("C35: a page and its length are whole numbers in digits, within the limits", async () => {
  for (const pagelen of ["0", "-1", "101", "abc", "", "1e1", "0x10", "10.0", "%2010", "1,000"])
    expect(await get(`/repositories/acme?pagelen=${pagelen}`), pagelen).toEqual([
      400,
      { type: "error", error: { message: "Invalid pagelen" } },
    ]);
  for (const page of ["0", "-1", "abc", "", "1.5", "1e0"])
    expect((await get(`/repositories/acme?page=${page}`))[0], page).toBe(400);
  expect(await get("/repositories/acme?page=3")).toMatchObject([200, { page: 3, size: 12, values: [] }]);
  const [, beyond] = await get("/repositories/acme?page=2");
  expect(beyond).not.toHaveProperty("next");
  expect(beyond).toMatchObject({ previous: expect.stringContaining("page=1") });
});

test("C29: filters, orders, roles and flags that cannot be are refused", async () => {
  const q = (text: string) => `q=${encodeURIComponent(text)}`;
  for (const query of [
    q("name"),
    q('name = "x'),
    q("name == 1"),
    q('values.name = "x"'),
    q('name = "x" OR'),
    q("name = unquoted"),
    "sort=nothing",
    "sort=name,slug",
    "role=reader",
    "role=",
  ])
    expect((await get(`/repositories/acme?${query}`))[0], query).toBe(400);
  for (const flag of ["yes", "1", ""])
    expect((await get(`/user/workspaces?administrator=${flag}`))[0], flag).toBe(400);
});

test("C29: a plus of fields that was not encoded is a space and brings nothing, as Atlassian says", async () => {
  expect(await get("/user?fields=+uuid")).toEqual([200, {}]);
  expect(await get("/user?fields=username,nothing")).toEqual([200, { username: "johndoe" }]);
  expect((await get("/user?fields="))[1]).toHaveProperty("uuid");
  expect((await get("/repositories/acme?fields=values.slug&pagelen=1"))[1]).toEqual({
    values: [{ slug: "own-0" }],
  });
});

test("C25, C23: a person is found by uuid or account id without credentials, never by username", async () => {
  const [, john] = await get("/user");
  const { uuid, account_id: accountId } = john as { uuid: string; account_id: string }; // asked of /user above
  for (const handle of [encodeURIComponent(uuid), accountId])
    expect((await fetch(`${emulator.urls.api}/2.0/users/${handle}`)).status, handle).toBe(200);
  expect((await fetch(`${emulator.urls.api}/2.0/users/johndoe`)).status).toBe(404);
  for (const path of ["/user", "/user/emails", "/user/workspaces", "/user/workspaces/acme/permission"])
    expect((await fetch(`${emulator.urls.api}/2.0${path}`)).status, path).toBe(401);
  expect((await fetch(`${emulator.urls.api}/2.0/workspaces/acme`)).status).toBe(404);
  expect(await seen(fetch(`${emulator.urls.api}/2.0/repositories/acme`))).toMatchObject([200, { size: 0 }]);
});

test("C20: two Authorization headers are none, even where each is good", async () => {
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const authorization = [`Bearer ${token}`, `Bearer ${token}`];
    const sent = request(`${emulator.urls.api}/2.0/user`, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    sent.setHeader("Authorization", authorization);
    sent.on("error", reject);
    sent.end();
  });
  expect(status).toBe(401);
});

test("C27: workspaces are filtered and sorted by slug, and by nothing that is not there", async () => {
  const jane = (await tokensFor(emulator, "Jane Roe")).access_token;
  const ask = (query: string) => seen(call(emulator, `/2.0/user/workspaces?${query}`, jane));
  expect(await ask(`q=${encodeURIComponent('slug="globex"')}`)).toMatchObject([
    200,
    { size: 1, values: [{ workspace: { slug: "globex" } }] },
  ]);
  const [, sorted] = await ask("sort=-slug");
  expect(sorted).toMatchObject({
    values: [{ workspace: { slug: "globex" } }, { workspace: { slug: "acme" } }],
  });
  expect((sorted as { values: readonly object[] }).values[0]).not.toHaveProperty("slug");
  expect((await ask("sort=name"))[0]).toBe(400);
});

test("C2: whatever is asked is answered in JSON with a status that is not the emulator's failure", async () => {
  const odd = [
    "%zz",
    "%",
    "%00",
    "%ff%fe",
    "..%2f..",
    "%7B",
    "{}",
    "a".repeat(5000),
    "'--",
    "\u00e9",
    "null",
    "*",
    "?",
    "#x",
  ];
  const below = [
    "",
    "/commits/",
    "/commit/",
    "/diff/",
    "/diffstat/",
    "/patch/",
    "/src/",
    "/refs/branches/",
    "/filehistory/",
  ];
  const paths = odd.flatMap((text) => [
    `/user/emails/${text}`,
    `/users/${text}`,
    `/workspaces/${text}`,
    `/workspaces/acme/members/${text}`,
    `/workspaces/acme/projects/${text}`,
    `/repositories/${text}`,
    ...below.map((name) => `/repositories/acme/own-0${name}${text}`),
    `/repositories/acme?q=${text}&sort=${text}&fields=${text}`,
    `/user/workspaces?fields=-${text},+${text}`,
  ]);
  for (const path of paths) {
    const answer = await call(emulator, `/2.0${path}`, token);
    expect(answer.status, path).toBeLessThan(500);
    const type = answer.headers.get("content-type");
    if (answer.status >= 400) expect(type, path).toBe("application/json");
    await answer.arrayBuffer();
  }
});

test("C19: which error a bad code is, is a rule", async () => {
  const other = await createEmulator({ rules: { badCodeError: "invalid_request" } });
  const form = { grant_type: "authorization_code", code: "nobodys" };
  expect(await seen(requestToken(other, form))).toMatchObject([400, { error: "invalid_request" }]);
  expect(await seen(requestToken(emulator, form))).toMatchObject([400, { error: "invalid_grant" }]);
  await other.close();
});
