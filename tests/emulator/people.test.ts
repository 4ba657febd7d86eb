/** People and workspaces at the API, from the outside: points 25–28 of the list of what Bitbucket does. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { call, seen, tokensFor } from "./client.ts";

const gone = {
  type: "error",
  error: {
    message: "CHANGE-2770 - Functionality has been deprecated",
    detail: "Please read the changelog entry for more details.",
    data: { announcement_url: "https://developer.atlassian.com/cloud/bitbucket/changelog#CHANGE-2770" },
  },
  data: { announcement_url: "https://developer.atlassian.com/cloud/bitbucket/changelog#CHANGE-2770" },
};

const names = ["John Doe", "Jane Roe", "Uma Unconfirmed", "Nora Nomail", "Kim Noname", "Sam Solo"] as const;
const tokens = new Map<string, string>();
const here = process.cwd();
let emulator: Emulator;
let in2025: Emulator;
let then: string;

beforeAll(async () => {
  const repositories = [
    { path: here, slug: "one" },
    { path: here, slug: "two" },
    { path: here, workspace: "globex", slug: "three" },
  ];
  emulator = await createEmulator({ repositories });
  in2025 = await createEmulator({ repositories, rules: "2025" });
  for (const name of names) tokens.set(name, (await tokensFor(emulator, name)).access_token);
  then = (await tokensFor(in2025)).access_token;
});

afterAll(async () => {
  await emulator.close();
  await in2025.close();
});

const as = (name: (typeof names)[number], path: string) => seen(call(emulator, path, tokens.get(name) ?? ""));

test("C25, G14: /user is the person who consented, with username, without e-mail, second factor unknown", async () => {
  const [status, body] = await as("John Doe", "/2.0/user");
  expect(status).toBe(200);
  expect(body).toEqual({
    type: "user",
    uuid: expect.stringMatching(/^\{[0-9a-f-]{36}\}$/),
    account_id: expect.stringMatching(/^[0-9a-f]{24}$/),
    username: "johndoe",
    nickname: "John",
    display_name: "John Doe",
    account_status: "active",
    is_staff: false,
    has_2fa_enabled: null,
    location: null,
    created_on: "2012-07-25T04:53:41.525000+00:00",
    links: expect.objectContaining({
      html: { href: `${emulator.urls.bitbucket}/johndoe/` },
      avatar: { href: `${emulator.urls.bitbucket}/account/johndoe/avatar/` },
    }),
  });
  expect(JSON.stringify(body)).not.toContain("user@example.com");
});

test("C25: a person may have no username; embedded people never have one", async () => {
  const [, kim] = await as("Kim Noname", "/2.0/user");
  expect(kim).toMatchObject({ nickname: "Kim", display_name: "Kim Noname" });
  expect(kim).not.toHaveProperty("username");
  const [, membership] = await as("John Doe", "/2.0/user/workspaces/acme/permission");
  expect(membership).toMatchObject({
    user: { type: "user", nickname: "John", account_id: expect.any(String) },
  });
  expect((membership as { user: object }).user).not.toHaveProperty("username");
});

test("C25: the links of a person lead to something", async () => {
  const [, body] = await as("John Doe", "/2.0/user");
  const { links } = body as { links: Record<"self" | "html" | "avatar", { href: string }> };
  expect(
    await seen(call(emulator, new URL(links.self.href).pathname, tokens.get("John Doe") ?? "")),
  ).toMatchObject([200, { display_name: "John Doe" }]);
  expect((await fetch(links.html.href)).status).toBe(200);
  expect((await fetch(links.avatar.href)).headers.get("content-type")).toBe("image/svg+xml");
});

test("C26: e-mails come in pages: one, several, an unconfirmed primary, none", async () => {
  expect(await as("John Doe", "/2.0/user/emails")).toEqual([
    200,
    {
      pagelen: 10,
      page: 1,
      size: 1,
      values: [
        {
          type: "email",
          email: "user@example.com",
          is_primary: true,
          is_confirmed: true,
          links: { self: { href: `${emulator.urls.api}/2.0/user/emails/user@example.com` } },
        },
      ],
    },
  ]);
  const facts = async (name: (typeof names)[number]) => {
    const [, body] = await as(name, "/2.0/user/emails");
    const { values } = body as { values: { is_primary: boolean; is_confirmed: boolean }[] };
    return values.map(
      ({ is_primary, is_confirmed }) => `${is_primary ? "primary" : "other"} ${is_confirmed}`,
    );
  };
  expect(await facts("Jane Roe")).toEqual(["other true", "primary true", "other false"]);
  expect(await facts("Uma Unconfirmed")).toEqual(["primary false", "other true"]);
  expect(await facts("Nora Nomail")).toEqual([]);
});

test("C26: pages go on through next, up to the last, and a page length out of range is refused", async () => {
  const [, first] = await as("Jane Roe", "/2.0/user/emails?pagelen=2");
  expect(first).toMatchObject({
    pagelen: 2,
    page: 1,
    size: 3,
    next: `${emulator.urls.api}/2.0/user/emails?pagelen=2&page=2`,
  });
  const [, second] = await as("Jane Roe", "/2.0/user/emails?pagelen=2&page=2");
  expect(second).toMatchObject({ page: 2, previous: expect.stringContaining("page=1") });
  expect(second).not.toHaveProperty("next");
  for (const pagelen of ["101", "0", "-1", "x"])
    expect(await as("Jane Roe", `/2.0/user/emails?pagelen=${pagelen}`), pagelen).toEqual([
      400,
      { type: "error", error: { message: "Invalid pagelen" } },
    ]);
});

test("C27: /user/workspaces lists thin workspaces without name, none, one or two", async () => {
  expect(await as("John Doe", "/2.0/user/workspaces")).toEqual([
    200,
    {
      pagelen: 25,
      page: 1,
      size: 1,
      values: [
        {
          type: "workspace_access",
          administrator: true,
          workspace: {
            type: "workspace_base",
            uuid: expect.stringMatching(/^\{[0-9a-f-]{36}\}$/),
            slug: "acme",
            links: {
              avatar: { href: `${emulator.urls.api}/workspaces/acme/avatar/` },
              self: { href: `${emulator.urls.api}/2.0/workspaces/acme` },
            },
          },
        },
      ],
    },
  ]);
  expect(await as("Jane Roe", "/2.0/user/workspaces")).toMatchObject([200, { size: 2 }]);
  expect(await as("Jane Roe", "/2.0/user/workspaces?administrator=true")).toMatchObject([
    200,
    { size: 1, values: [{ workspace: { slug: "globex" } }] },
  ]);
  expect(await as("Jane Roe", "/2.0/user/workspaces?sort=-workspace.slug")).toMatchObject([
    200,
    { values: [{ workspace: { slug: "globex" } }, {}] },
  ]);
  expect(await as("Sam Solo", "/2.0/user/workspaces")).toMatchObject([200, { size: 0, values: [] }]);
});

test("C27: a workspace by slug or uuid has a name; one that is foreign or unknown is 404", async () => {
  const [, body] = await as("John Doe", "/2.0/workspaces/acme");
  expect(body).toMatchObject({ type: "workspace", slug: "acme", name: "Acme", is_private: true });
  const { uuid } = body as { uuid: string };
  expect(await as("John Doe", `/2.0/workspaces/${encodeURIComponent(uuid)}`)).toEqual([200, body]);
  for (const slug of ["globex", "nowhere"])
    expect(await as("John Doe", `/2.0/workspaces/${slug}`)).toEqual([
      404,
      { type: "error", error: { message: `No workspace with identifier '${slug}'.` } },
    ]);
  const forbidding = await createEmulator({ rules: { foreignWorkspaceStatus: 403 } });
  expect(
    (await call(forbidding, "/2.0/workspaces/globex", (await tokensFor(forbidding)).access_token)).status,
  ).toBe(403);
  await forbidding.close();
});

test("C27: one's permission in a workspace, and on its repositories with q", async () => {
  expect(await as("John Doe", "/2.0/user/workspaces/acme/permission")).toMatchObject([
    200,
    { type: "workspace_membership", permission: "owner" },
  ]);
  expect(await as("Jane Roe", "/2.0/user/workspaces/acme/permission")).toMatchObject([
    200,
    { permission: "member" },
  ]);
  expect((await as("John Doe", "/2.0/user/workspaces/globex/permission"))[0]).toBe(403);
  const path = "/2.0/user/workspaces/acme/permissions/repositories";
  expect(await as("John Doe", path)).toMatchObject([
    200,
    { size: 2, values: [{ type: "repository_permission", permission: "admin" }, {}] },
  ]);
  expect(
    await as("Jane Roe", `${path}?q=${encodeURIComponent('repository.full_name="acme/two"')}`),
  ).toMatchObject([
    200,
    { size: 1, values: [{ permission: "write", repository: { type: "repository", full_name: "acme/two" } }] },
  ]);
  expect((await as("John Doe", `${path}?q=nonsense`))[0]).toBe(400);
  expect((await as("Sam Solo", path))[0]).toBe(403);
});

test("C28: the lists across workspaces are gone, with the doubled data", async () => {
  for (const path of [
    "/repositories",
    "/workspaces",
    "/user/permissions/workspaces",
    "/user/permissions/repositories",
    "/snippets",
  ])
    expect(await as("John Doe", `/2.0${path}`), path).toEqual([410, gone]);
  expect(await seen(fetch(`${emulator.urls.api}/2.0/repositories?role=member`))).toEqual([410, gone]);
});

test("C28: under the rules of 2025 they answer", async () => {
  const get = (path: string) => seen(call(in2025, `/2.0${path}`, then));
  expect(await get("/workspaces")).toMatchObject([
    200,
    { size: 1, values: [{ slug: "acme", name: "Acme" }] },
  ]);
  expect(await get("/user/permissions/workspaces")).toMatchObject([
    200,
    { values: [{ permission: "owner" }] },
  ]);
  expect(await get("/user/permissions/repositories")).toMatchObject([200, { size: 2 }]);
  const [status, body] = await get("/repositories?role=member&pagelen=1");
  expect(status).toBe(200);
  expect(body).toMatchObject({
    size: 2,
    next: expect.any(String),
    values: [{ type: "repository", full_name: "acme/one", mainbranch: expect.anything() }],
  });
  expect((await get("/snippets"))[0]).toBe(403);
});
