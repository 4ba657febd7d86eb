/** Permissions of workspaces and repositories from the outside: who sees what, who may ask, and projects. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Seed } from "../../src/emulator/core/seed.ts";
import { createEmulator, type Emulator, type EmulatorOptions } from "../../src/emulator/emulator.ts";
import { basic, seen } from "./client.ts";

const scopes = ["read:user", "read:workspace", "read:repository", "read:project"].map(
  (scope) => `${scope}:bitbucket`,
);
const names = ["ada", "bob", "cleo", "dan"] as const;
type Name = (typeof names)[number];
const forbidden = [403, { type: "error", error: { message: "Forbidden" } }];
const closed = [401, { type: "error", error: { message: "You do not have access to view this workspace." } }];

let folder: string;
let emulator: Emulator;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "emulator-permissions-"));
  execFileSync("git", ["init", "--quiet", folder]);
  emulator = await createEmulator({ seed: seed(), dataCenter: false, server: false });
});

afterAll(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true });
});

/** Ada owns, Bob is a member, Cleo has one repository and no membership, Dan has nothing. */
function seed(): Seed {
  const person = (username: Name) => ({
    username,
    displayName: username.toUpperCase(),
    emails: [{ address: `${username}@example.com`, primary: true, confirmed: true }],
    apiTokens: [{ scopes, token: `ATAT-${username}` }],
  });
  return {
    people: names.map(person),
    workspaces: [
      { slug: "acme", members: [{ person: "ada", administrator: true }, { person: "bob" }] },
      { slug: "other", members: [{ person: "dan", administrator: true }] },
    ],
    consumers: [
      {
        workspace: "acme",
        name: "App",
        callbackUrl: "http://localhost/",
        private: true,
        scopes: ["account", "project", "repository", "repository:admin"],
        key: "app",
        secret: "secret",
      },
    ],
    repositories: [
      { path: folder, workspace: "acme", slug: "everybody" },
      {
        path: folder,
        workspace: "acme",
        slug: "named",
        project: "TOOLS",
        permissions: [
          { person: "bob", permission: "read" },
          { person: "cleo", permission: "admin" },
        ],
      },
      { path: folder, workspace: "acme", slug: "nobody", permissions: [] },
      { path: folder, workspace: "acme", slug: "public", private: false, permissions: [] },
    ],
  };
}

const get = (name: Name, path: string, where = emulator) =>
  fetch(`${where.urls.api}/2.0${path}`, {
    headers: { authorization: basic(`${name}@example.com`, `ATAT-${name}`) },
  });
const as = (name: Name, path: string, where = emulator) => seen(get(name, path, where));

interface Listed {
  readonly values: readonly {
    readonly slug: string;
    readonly permission: string;
    readonly user: { readonly display_name: string };
    readonly repository: { readonly full_name: string };
    readonly key: string;
  }[];
}

async function listed(name: Name, path: string, where = emulator): Promise<Listed["values"]> {
  const answer = await get(name, path, where);
  expect(answer.status, path).toBe(200);
  return ((await answer.json()) as Listed).values; // each list has some of these keys
}

const slugs = async (name: Name, role = "") =>
  (await listed(name, `/repositories/acme${role === "" ? "" : `?role=${role}`}`)).map(({ slug }) => slug);

async function under(rules: EmulatorOptions["rules"], use: (where: Emulator) => Promise<void>) {
  const where = await createEmulator({ seed: seed(), rules, dataCenter: false, server: false });
  await use(where).finally(() => where.close());
}

async function appToken(): Promise<string> {
  const answer = await fetch(`${emulator.urls.bitbucket}/site/oauth2/access_token`, {
    method: "POST",
    headers: { authorization: basic("app", "secret") },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  return ((await answer.json()) as { access_token: string }).access_token; // RFC 6749 section 5.1
}

test("C23, C29: a list holds what one may see, and role goes by one's permission to each", async () => {
  expect(await slugs("ada")).toEqual(["everybody", "named", "nobody", "public"]);
  expect(await slugs("bob")).toEqual(["everybody", "named", "public"]);
  expect(await slugs("bob", "member")).toEqual(["everybody", "named"]);
  expect(await slugs("bob", "contributor")).toEqual(["everybody"]);
  expect(await slugs("bob", "admin")).toEqual([]);
  expect(await slugs("ada", "owner")).toHaveLength(4);
  expect(await slugs("cleo")).toEqual(["named", "public"]);
  expect(await slugs("cleo", "admin")).toEqual(["named"]);
  expect(await slugs("cleo", "owner")).toEqual([]);
  expect(await slugs("dan")).toEqual(["public"]);
  expect(await slugs("dan", "member")).toEqual([]);
  expect((await get("bob", "/repositories/acme?role=reader")).status).toBe(400);
});

test("C23: a member without a permission is told what a stranger is told", async () => {
  expect((await get("bob", "/repositories/acme/nobody")).status).toBe(404);
  expect(await as("bob", "/repositories/acme/nobody/src")).toEqual(
    await as("dan", "/repositories/acme/absent"),
  );
  expect((await get("cleo", "/repositories/acme/named")).status).toBe(200);
  expect((await get("cleo", "/repositories/acme/everybody")).status).toBe(404);
});

test("C27: one's own permissions are those one has, public repositories of others left out", async () => {
  const path = "/user/workspaces/acme/permissions/repositories";
  const own = async (name: Name, query = "") =>
    (await listed(name, `${path}${query}`)).map(({ repository, permission }) => [
      repository.full_name,
      permission,
    ]);
  expect(await own("bob")).toEqual([
    ["acme/everybody", "write"],
    ["acme/named", "read"],
  ]);
  expect(await own("bob", `?q=${encodeURIComponent('permission>"read"')}`)).toEqual([
    ["acme/everybody", "write"],
  ]);
  expect(await own("ada", `?q=${encodeURIComponent('permission>"write"')}`)).toHaveLength(4);
  expect(await own("bob", "?sort=-repository.name")).toEqual([
    ["acme/named", "read"],
    ["acme/everybody", "write"],
  ]);
  expect(await own("cleo")).toEqual([["acme/named", "admin"]]);
  expect(await as("dan", path)).toEqual(forbidden);
});

test("C27: who has one repository and no membership is listed with the workspace, as the rule names it", async () => {
  expect(await as("cleo", "/user/workspaces")).toMatchObject([
    200,
    { values: [{ administrator: false, workspace: { slug: "acme" } }] },
  ]);
  expect(await as("cleo", "/user/workspaces/acme/permission")).toMatchObject([
    200,
    { permission: "collaborator" },
  ]);
  await under({ guestRole: "member" }, async (where) =>
    expect(await as("cleo", "/user/workspaces/acme/permission", where)).toMatchObject([
      200,
      { permission: "member" },
    ]),
  );
  expect((await as("dan", "/user/workspaces/acme/permission"))[0]).toBe(403);
});

test("C27: members are listed without roles, one by uuid, and a stranger is refused as the rule says", async () => {
  expect((await listed("bob", "/workspaces/acme/members")).map(({ user }) => user.display_name)).toEqual([
    "ADA",
    "BOB",
  ]);
  const [ada, , cleo] = emulator.people.map(({ uuid }) => encodeURIComponent(`{${uuid}}`));
  const [status, body] = await as("bob", `/workspaces/acme/members/${ada}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ type: "workspace_membership", user: { display_name: "ADA" } });
  expect(body).not.toHaveProperty("permission");
  expect((await get("bob", `/workspaces/acme/members/${cleo}`)).status).toBe(404);
  expect((await get("bob", "/workspaces/nowhere/members")).status).toBe(404);
  for (const path of ["members", `members/${ada}`, "permissions", "projects"])
    expect(await as("dan", `/workspaces/acme/${path}`), path).toEqual(closed);
  for (const rule of ["403", "404"] as const)
    await under({ closedWorkspace: rule }, async (where) =>
      expect(String((await get("dan", "/workspaces/acme/members", where)).status)).toBe(rule),
    );
});

test("C27: the roles of a workspace are for those who administer it, unless the rule lets members in", async () => {
  const roles = (await listed("ada", "/workspaces/acme/permissions")).map(({ user, permission }) => [
    user.display_name,
    permission,
  ]);
  expect(roles).toEqual([
    ["ADA", "owner"],
    ["BOB", "member"],
    ["CLEO", "collaborator"],
  ]);
  const owners = `/workspaces/acme/permissions?q=${encodeURIComponent('permission="owner"')}`;
  expect(await listed("ada", owners)).toHaveLength(1);
  expect(await as("bob", "/workspaces/acme/permissions")).toEqual(forbidden);
  await under({ membersReadPermissions: true }, async (where) =>
    expect(await listed("bob", "/workspaces/acme/permissions", where)).toHaveLength(3),
  );
});

test("C27: permissions to all repositories are for the workspace's administrators, to one for the repository's", async () => {
  const all = "/workspaces/acme/permissions/repositories";
  expect(await listed("ada", `${all}?pagelen=100`)).toHaveLength(7);
  for (const name of ["bob", "cleo", "dan"] as const) expect(await as(name, all), name).toEqual(forbidden);
  const one = (await listed("cleo", `${all}/named`)).map(({ user, permission }) => [
    user.display_name,
    permission,
  ]);
  expect(one).toEqual([
    ["ADA", "admin"],
    ["BOB", "read"],
    ["CLEO", "admin"],
  ]);
  expect(await as("bob", `${all}/named`)).toEqual(forbidden);
  expect((await get("bob", `${all}/nobody`)).status).toBe(404);
  const anonymous = await fetch(`${emulator.urls.api}/2.0${all}/public`);
  expect(anonymous.status).toBe(401);
});

test("C22, C24: permissions given by name are read by administrators with repository:admin, and changed by nobody with OAuth", async () => {
  const at = "/repositories/acme/named/permissions-config";
  expect((await listed("cleo", `${at}/users`)).map(({ permission }) => permission)).toEqual([
    "read",
    "admin",
  ]);
  expect(await as("bob", `${at}/users`)).toEqual(forbidden);
  expect(await as("dan", `${at}/users`)).toMatchObject([404, {}]);
  const bob = emulator.people[1]?.accountId ?? "";
  expect(await as("ada", `${at}/users/${bob}`)).toMatchObject([200, { permission: "read" }]);
  expect(await as("ada", `/repositories/acme/nobody/permissions-config/users/${bob}`)).toMatchObject([
    200,
    { permission: "none" },
  ]);
  expect(await as("ada", `${at}/groups`)).toMatchObject([
    200,
    { values: [{ permission: "admin", group: { full_slug: "acme:administrators" } }] },
  ]);
  const token = await appToken();
  for (const path of [`users/${bob}`, "groups/administrators"])
    for (const method of ["PUT", "DELETE"]) {
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const body = method === "PUT" ? JSON.stringify({ permission: "admin" }) : null;
      const tried = await fetch(`${emulator.urls.api}/2.0${at}/${path}`, { method, headers, body });
      expect([method, path, tried.status]).toEqual([method, path, 403]);
    }
  const put = await fetch(`${emulator.urls.api}/2.0${at}/users/${bob}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: '{"permission":"admin"}',
  });
  expect(put.status).toBe(403);
});

test("C18: what an app on its own may do in a repository is a rule", async () => {
  const path = "/2.0/workspaces/acme/permissions/repositories/named";
  const headers = { authorization: `Bearer ${await appToken()}` };
  expect(await seen(fetch(`${emulator.urls.api}${path}`, { headers }))).toEqual(forbidden);
});

test("C27: projects are the workspace's own and those repositories name, for members", async () => {
  expect((await listed("bob", "/workspaces/acme/projects")).map(({ key }) => key)).toEqual(["ACME", "TOOLS"]);
  const [status, project] = await as("bob", "/workspaces/acme/projects/ACME");
  expect(status).toBe(200);
  expect(project).toMatchObject({
    type: "project",
    key: "ACME",
    is_private: false,
    has_publicly_visible_repos: true,
    owner: { type: "team" },
  });
  expect((await get("bob", "/workspaces/acme/projects/acme")).status).toBe(404);
  expect(await as("dan", "/workspaces/acme/projects/TOOLS")).toEqual(forbidden);
  const [, tools] = await as("bob", "/workspaces/acme/projects/TOOLS");
  const { uuid } = tools as { readonly uuid: string }; // compared with the repository's
  expect(await as("bob", "/repositories/acme/named")).toMatchObject([
    200,
    { project: { key: "TOOLS", uuid } },
  ]);
});

test("C24: a project access token sees its own project, a workspace's all of them", async () => {
  const make = (project?: string) =>
    emulator.control.addAccessToken({
      workspace: "acme",
      scopes: ["project"],
      ...(project === undefined ? {} : { project }),
    }).token;
  const ask = (token: string, path: string) =>
    seen(fetch(`${emulator.urls.api}/2.0${path}`, { headers: { authorization: `Bearer ${token}` } }));
  const own = make("TOOLS");
  expect(await ask(own, "/workspaces/acme/projects")).toMatchObject([200, { size: 1 }]);
  expect(await ask(own, "/workspaces/acme/projects/ACME")).toEqual(forbidden);
  expect(await ask(make(), "/workspaces/acme/projects")).toMatchObject([200, { size: 2 }]);
  expect(await ask(own, "/workspaces/acme/members")).toMatchObject([
    403,
    { error: { detail: { required: ["account"], granted: ["project"] } } },
  ]);
});

test("C24: without the scope of members or projects the scope is told, and without credentials 401", async () => {
  const { token } = emulator.control.addApiToken({ person: "ada", scopes: ["read:user:bitbucket"] });
  for (const [path, required] of [
    ["members", "read:workspace:bitbucket"],
    ["permissions", "read:workspace:bitbucket"],
    ["permissions/repositories", "read:repository:bitbucket"],
    ["projects", "read:project:bitbucket"],
  ] as const) {
    const headers = { authorization: basic("ada@example.com", token) };
    const url = `${emulator.urls.api}/2.0/workspaces/acme/${path}`;
    expect(await seen(fetch(url, { headers })), path).toMatchObject([
      403,
      { error: { detail: { required: [required] } } },
    ]);
    expect((await fetch(url)).status, path).toBe(401);
  }
});

test("a seed that gives a permission to nobody known says so with its path", async () => {
  const bad = {
    ...seed(),
    repositories: [{ path: folder, permissions: [{ person: "eve", permission: "read" }] }],
  };
  // The point is what the types would refuse.
  await expect(createEmulator({ seed: bad as Seed })).rejects.toThrow(
    'repositories[0].permissions[0].person: there is no person "eve"',
  );
});
