/** Repository, project and workspace access tokens from the outside: what each opens, who makes them, how they end. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { basic, call, seen, tokensFor } from "./client.ts";
import { type Fields, personAt } from "./person.ts";

const unsupported = {
  type: "error",
  error: { message: "Token is invalid, expired, or not supported for this endpoint." },
};
const forbidden = { type: "error", error: { message: "Forbidden" } };
let folder: string;
let emulator: Emulator;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "emulator-access-tokens-"));
  execFileSync("git", ["init", "--quiet", folder]);
  emulator = await createEmulator(options());
});

afterAll(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true });
});

function options(rules: Parameters<typeof createEmulator>[0] = {}): Parameters<typeof createEmulator>[0] {
  const repositories = [
    { path: folder, workspace: "acme", slug: "own" },
    { path: folder, workspace: "acme", slug: "other", project: "OTHER" },
    { path: folder, workspace: "acme", slug: "public", private: false },
    { path: folder, workspace: "globex", slug: "open", private: false },
  ];
  return { repositories, ...rules };
}

async function under(rules: Parameters<typeof createEmulator>[0], use: (where: Emulator) => Promise<void>) {
  const where = await createEmulator(options(rules));
  await use(where).finally(() => where.close());
}

const make = (where: Emulator, wanted: Parameters<Emulator["control"]["addAccessToken"]>[0]) =>
  where.control.addAccessToken(wanted).token;

const status = async (where: Emulator, path: string, token: string) =>
  (await call(where, path, token)).status;

async function slugs(where: Emulator, token: string, workspace = "acme"): Promise<readonly string[]> {
  const [, body] = await seen(call(where, `/2.0/repositories/${workspace}`, token));
  return (body as { readonly values: readonly { readonly slug: string }[] }).values.map(({ slug }) => slug);
}

test("C24: the seed gives acme a workspace access token, and the first repository one of its own", async () => {
  expect(emulator.accessTokens).toMatchObject([
    { kind: "workspace", workspace: "acme", project: null, repository: null },
    { kind: "repository", workspace: "acme", repository: "own", scopes: ["repository"] },
  ]);
  for (const { token } of emulator.accessTokens) {
    expect(token).toMatch(/^ATCTT3x/);
    expect(await status(emulator, "/2.0/repositories/acme/own", token)).toBe(200);
  }
});

test("C24: a repository access token opens its repository; everything else is not there, public or not", async () => {
  const token = make(emulator, { workspace: "acme", repository: "own", scopes: ["repository"] });
  expect(await status(emulator, "/2.0/repositories/acme/own", token)).toBe(200);
  expect(await status(emulator, "/2.0/repositories/acme/own/refs", token)).toBe(200);
  expect(await slugs(emulator, token)).toEqual(["own"]);
  for (const path of [
    "/2.0/repositories/acme/other",
    "/2.0/repositories/acme/public",
    "/2.0/repositories/globex/open",
    "/2.0/repositories/globex",
    "/2.0/workspaces/acme",
    "/2.0/workspaces/globex",
  ])
    expect(await status(emulator, path, token), path).toBe(404);
});

test("C24: a project access token opens the repositories of its project", async () => {
  const token = make(emulator, { workspace: "acme", project: "OTHER", scopes: ["project"] });
  expect(await seen(call(emulator, "/2.0/repositories/acme/other", token))).toMatchObject([
    200,
    { project: { key: "OTHER" } },
  ]);
  expect(await slugs(emulator, token)).toEqual(["other"]);
  expect(await status(emulator, "/2.0/repositories/acme/own", token)).toBe(404);
});

test("C24: a workspace access token opens all of its workspace and no other", async () => {
  const token = make(emulator, { workspace: "acme", scopes: ["account", "repository"] });
  expect(await slugs(emulator, token)).toEqual(["own", "other", "public"]);
  expect(await status(emulator, "/2.0/workspaces/acme", token)).toBe(200);
  expect(await seen(call(emulator, "/2.0/user/workspaces", token))).toMatchObject([
    200,
    { size: 1, values: [{ administrator: false, workspace: { slug: "acme" } }] },
  ]);
  for (const path of ["/2.0/workspaces/globex", "/2.0/repositories/globex", "/2.0/repositories/globex/open"])
    expect(await status(emulator, path, token), path).toBe(404);
});

test("C24: what an access token sees outside its reach, and of its own workspace, are switches", () =>
  under({ rules: { publicBeyondReach: true, narrowTokenReadsWorkspace: true } }, async (where) => {
    const token = make(where, { workspace: "acme", repository: "own", scopes: ["repository"] });
    for (const path of [
      "/2.0/repositories/acme/public",
      "/2.0/repositories/globex/open",
      "/2.0/workspaces/acme",
    ])
      expect(await status(where, path, token), path).toBe(200);
    for (const path of ["/2.0/repositories/acme/other", "/2.0/workspaces/globex"])
      expect(await status(where, path, token), path).toBe(404);
  }));

test("C22, C24: the classic scopes of an access token imply as OAuth's do, and a missing one is a 403", async () => {
  const implied = make(emulator, { workspace: "acme", scopes: ["pullrequest:write"] });
  expect(await status(emulator, "/2.0/repositories/acme/own", implied)).toBe(200);
  for (const scopes of [["repository:admin"], ["webhook"], []]) {
    const token = make(emulator, { workspace: "acme", repository: "own", scopes });
    expect(await seen(call(emulator, "/2.0/repositories/acme/own", token))).toMatchObject([
      403,
      { error: { detail: { required: ["repository"], granted: scopes } } },
    ]);
  }
});

test("C24: nobody stands behind an access token: /user is 403, by its scopes or altogether; the bot of its name is a switch", async () => {
  const narrow = make(emulator, { workspace: "acme", repository: "own", scopes: ["repository"] });
  expect(await seen(call(emulator, "/2.0/user", narrow))).toMatchObject([
    403,
    { error: { detail: { required: ["account"], granted: ["repository"] } } },
  ]);
  const wide = { workspace: "acme", name: "deploys", scopes: ["account"] };
  expect(await seen(call(emulator, "/2.0/user", make(emulator, wide)))).toEqual([403, forbidden]);
  expect(await status(emulator, "/2.0/user/emails", make(emulator, wide))).toBe(403);
  await under(
    { rules: { userForAccessToken: "app_user", workspacesForAccessToken: "403" } },
    async (where) => {
      const token = make(where, wide);
      expect(await seen(call(where, "/2.0/user", token))).toMatchObject([
        200,
        { type: "app_user", display_name: "deploys", kind: "workspace_access_token" },
      ]);
      expect(await seen(call(where, "/2.0/user/workspaces", token))).toEqual([403, forbidden]);
    },
  );
});

test("C24: permissions and deploy keys are closed to an access token, whatever its scopes", async () => {
  const scopes = ["account", "repository", "repository:admin", "project:admin"];
  const token = make(emulator, { workspace: "acme", scopes });
  const at = "/2.0/repositories/acme/own";
  for (const [method, path] of [
    ["GET", "/2.0/user/workspaces/acme/permission"],
    ["GET", "/2.0/user/workspaces/acme/permissions/repositories"],
    ["GET", "/2.0/workspaces/acme/permissions"],
    ["GET", "/2.0/workspaces/acme/permissions/repositories"],
    ["GET", "/2.0/workspaces/acme/projects/ACME/permissions-config/users"],
    ["GET", `${at}/permissions-config/users`],
    ["PUT", `${at}/permissions-config/users/x`],
    ["POST", `${at}/deploy-keys`],
    ["PUT", `${at}/deploy-keys/1`],
    ["DELETE", `${at}/deploy-keys/1`],
  ] as const) {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${emulator.urls.api}${path}`, { method, headers });
    expect([answer.status, await answer.json()], `${method} ${path}`).toEqual([403, forbidden]);
  }
});

test("C24: an access token goes as Bearer: as Basic it opens nothing, and at the website nothing either", async () => {
  const token = make(emulator, { workspace: "acme", scopes: ["repository"] });
  for (const name of ["x-token-auth", "", "user@example.com", "johndoe"]) {
    const headers = { authorization: basic(name, token) };
    const answer = await fetch(`${emulator.urls.api}/2.0/repositories/acme/own`, { headers });
    expect([answer.status, await answer.json()], name).toEqual([
      401,
      { type: "error", error: { message: "Invalid credentials." } },
    ]);
  }
  const headers = { authorization: `Bearer ${token}` };
  const website = await fetch(`${emulator.urls.bitbucket}/acme/own/`, { headers, redirect: "manual" });
  expect(website.headers.get("location")).toContain("/account/signin/");
});

test("C21, C24: unknown, expired and revoked access tokens are all the same 401", () =>
  under({}, async (where) => {
    const expiresAt = new Date(where.clock.now().getTime() + 60_000).toISOString();
    const path = "/2.0/repositories/acme/own";
    const brief = make(where, { workspace: "acme", scopes: ["repository"], expiresAt });
    const lasting = where.control.addAccessToken({ workspace: "acme", scopes: ["repository"] });
    expect([await status(where, path, brief), await status(where, path, lasting.token)]).toEqual([200, 200]);
    where.control.advance(61);
    where.control.advance(3 * 365 * 86_400);
    expect(await status(where, path, lasting.token)).toBe(200);
    expect([where.control.revokeToken(lasting.id), where.control.revokeToken(lasting.id)]).toEqual([
      true,
      false,
    ]);
    for (const token of [brief, lasting.token, "ATCTT3xUnknown"]) {
      const answer = await call(where, path, token);
      expect(answer.headers.get("www-authenticate")).toBe("BitbucketCustom realm=Bitbucket.org HTTP");
      expect(await seen(answer)).toEqual([401, unsupported]);
    }
  }));

test("C3, C24: answers name the kind of token and its scopes, also where it is refused", async () => {
  const types = { own: "repo_access_token", other: "project_access_token", none: "workspace_access_token" };
  for (const [wanted, type] of [
    [{ repository: "own" }, types.own],
    [{ project: "OTHER" }, types.other],
    [{}, types.none],
  ] as const) {
    const scopes = ["repository", "webhook"];
    const answer = await call(
      emulator,
      "/2.0/user",
      make(emulator, { workspace: "acme", scopes, ...wanted }),
    );
    expect(answer.status).toBe(403);
    expect(answer.headers.get("x-credential-type")).toBe(type);
    expect(answer.headers.get("x-oauth-scopes")).toBe("repository, webhook");
  }
});

test("C40: access tokens are told their limit and anonymous callers count down; OAuth and API tokens hear nothing", () =>
  under({}, async (where) => {
    const names = ["limit", "remaining", "reset", "resource", "nearlimit"].map(
      (name) => `x-ratelimit-${name}`,
    );
    const headers = async (authorization?: string) => {
      const init = authorization === undefined ? {} : { headers: { authorization } };
      const answer = await fetch(`${where.urls.api}/2.0/repositories/acme/public`, init);
      expect(answer.status).toBe(200);
      return names.map((name) => answer.headers.get(name));
    };
    expect(await headers()).toEqual([
      "60, 60;w=3600",
      "59",
      expect.stringMatching(/^3(600|59\d)$/),
      null,
      null,
    ]);
    where.control.advance(1800);
    expect(await headers()).toEqual([
      "60, 60;w=3600",
      "58",
      expect.stringMatching(/^1(800|79\d)$/),
      null,
      null,
    ]);
    where.control.advance(1801);
    expect((await headers())[1]).toBe("59");
    const token = make(where, { workspace: "acme", scopes: ["repository"] });
    expect(await headers(`Bearer ${token}`)).toEqual(["1000", null, null, "api", "false"]);
    const apiToken = where.people[0]?.apiTokens[0]?.token ?? "";
    expect(await headers(basic("user@example.com", apiToken))).toEqual([null, null, null, null, null]);
    const { access_token } = await tokensFor(where);
    expect(await headers(`Bearer ${access_token}`)).toEqual([null, null, null, null, null]);
  }));

test("C24: an access token cannot have a scope its kind may not have; a seed says so with its path", async () => {
  for (const [wanted, words] of [
    [{ repository: "own", scopes: ["account"] }, 'a repository access token cannot have the scope "account"'],
    [{ project: "OTHER", scopes: ["project:admin"] }, "a project access token cannot have the scope"],
    [{ scopes: ["email"] }, 'a workspace access token cannot have the scope "email"'],
    [{ repository: "own", project: "OTHER", scopes: [] }, "not for both"],
  ] as const) {
    const answer = await fetch(`${emulator.urls.control}/access-tokens`, {
      method: "POST",
      body: JSON.stringify({ workspace: "acme", ...wanted }),
    });
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { problems: [expect.stringContaining(words)] },
    ]);
  }
  const seed = {
    workspaces: [{ slug: "w" }],
    accessTokens: [
      { workspace: "w", scopes: ["email"] },
      { workspace: "gone", scopes: [] },
    ],
  };
  await expect(createEmulator({ seed })).rejects.toThrow(
    /accessTokens\[0\]: a workspace access token.*accessTokens\[1\]\.workspace: there is no workspace "gone"/,
  );
  await expect(
    createEmulator({
      seed: { workspaces: [{ slug: "w" }], accessTokens: [{ workspace: "w", repository: "r", scopes: [] }] },
    }),
  ).rejects.toThrow('There is no repository "w/r".');
});

test("control makes an access token over HTTP and revokes it", async () => {
  const made = await fetch(`${emulator.urls.control}/access-tokens`, {
    method: "POST",
    body: JSON.stringify({ workspace: "acme", repository: "own", name: "ci", scopes: ["repository"] }),
  });
  expect(made.status).toBe(201);
  const { id, token } = (await made.json()) as { readonly id: string; readonly token: string };
  expect(await status(emulator, "/2.0/repositories/acme/own", token)).toBe(200);
  const answer = await fetch(`${emulator.urls.control}/access-tokens/${id}`, { method: "DELETE" });
  expect(answer.status).toBe(204);
  expect(await status(emulator, "/2.0/repositories/acme/own", token)).toBe(401);
});

const places = {
  workspace: "/acme/workspace/settings/access-tokens",
  project: "/acme/workspace/projects/OTHER/settings/access-tokens",
  repository: "/acme/own/admin/access-tokens",
};

async function loggedIn(displayName: string) {
  const person = personAt(emulator.urls.bitbucket);
  await person.logIn(displayName);
  return person;
}

test("C24, S15: settings of workspace, project and repository make an access token, show it once, list and revoke it", async () => {
  const john = await loggedIn("John Doe");
  const opened = { workspace: "own", project: "other", repository: "own" };
  for (const kind of ["workspace", "project", "repository"] as const) {
    const path = places[kind];
    const fields: Fields = [
      ["name", `my ${kind} <bot>`],
      ["scope", "repository"],
      ["scope", "email"],
    ];
    expect((await john.fillIn(path, fields)).headers.get("location"), kind).toBe(path);
    const page = await (await john.visit(path)).text();
    const token = /<code>(ATCTT3x[^<]+)</.exec(page)?.[1] ?? "";
    expect(token).toMatch(/^ATCTT3xFfGN0[\w-]{171}=[0-9A-F]{8}$/);
    const again = await (await john.visit(path)).text();
    expect(again).toContain(`my ${kind} &lt;bot&gt;`);
    expect(again).not.toContain(token);
    const read = `/2.0/repositories/acme/${opened[kind]}`;
    expect((await call(emulator, read, token)).headers.get("x-oauth-scopes")).toBe("repository");
    const id =
      new RegExp(`name="id" value="([^"]+)"><button[^>]*><span>Revoke my ${kind} `).exec(again)?.[1] ?? "";
    const elsewhere = kind === "workspace" ? places.repository : places.workspace;
    await john.fillIn(elsewhere, [["id", id]], `${elsewhere}/revoke`);
    expect(await status(emulator, read, token)).toBe(200);
    expect((await john.fillIn(path, [["id", id]], `${path}/revoke`)).status).toBe(303);
    expect(await status(emulator, read, token)).toBe(401);
  }
});

test("C24: the pages of access tokens are for administrators, forgive nothing forged, and say what is wrong", async () => {
  const jane = await loggedIn("Jane Roe");
  const john = await loggedIn("John Doe");
  for (const path of Object.values(places)) {
    expect((await personAt(emulator.urls.bitbucket).visit(path)).status).toBe(302);
    expect((await jane.visit(path)).status).toBe(403);
    const body = new URLSearchParams({ name: "forged", scope: "repository" });
    expect((await john.visit(path, { method: "POST", body })).status).toBe(403);
    expect((await john.visit(`${path}/revoke`, { method: "POST", body })).status).toBe(403);
    const answer = await john.fillIn(path, [
      ["name", " "],
      ["expires", "2020-01-01"],
    ]);
    const page = await answer.text();
    expect(answer.status).toBe(400);
    for (const words of ["A name is needed.", "This date has passed."]) expect(page).toContain(words);
  }
  for (const path of [
    "/acme/nowhere/admin/access-tokens",
    "/acme/workspace/projects/NONE/settings/access-tokens",
  ])
    expect((await john.visit(path)).status, path).toBe(404);
});
