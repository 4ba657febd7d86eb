/** Who may what at a Data Center: granted, listed and taken away by REST, and in force with the next request. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { repository } from "../../src/emulator/build/repository.ts";
import { commit } from "../../src/emulator/build/steps.ts";
import { createEmulator, type Emulator, type EmulatorOptions } from "../../src/emulator/emulator.ts";
import { type Call, callerAt, dataCenterOf, refusalOf } from "./data-center.ts";

const api = "/rest/api/latest";
const project = `${api}/projects/ACME`;
const repo = `${project}/repos/shop`;
let emulator: Emulator;
let john: Call;
let jane: Call;
let nora: Call;
let admin: Call;

async function start(options: EmulatorOptions = {}): Promise<Emulator> {
  return createEmulator({ repositories: [repository("acme/shop", [commit({ "a.txt": "a" })])], ...options });
}

beforeEach(async () => {
  emulator = await start();
  const at = (name: string) => callerAt(dataCenterOf(emulator), name);
  [john, jane, nora, admin] = [at("johndoe"), at("jane.doe@example.com"), at("nora"), at("admin")];
});
afterEach(() => emulator.close());

const put = (call: Call, path: string) => call(path, { method: "PUT" });
const remove = (call: Call, path: string) => call(path, { method: "DELETE" });
const post = (call: Call, path: string) => call(path, { method: "POST" });
const statusOf = async (answer: Promise<Response>) => (await answer).status;

async function granted(call: Call, path: string): Promise<readonly string[]> {
  const answer = await call(path);
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
  const { values } = (await answer.json()) as {
    values: { user?: { name: string }; group?: { name: string }; permission: string }[];
  };
  return values.map(({ user, group, permission }) => `${user?.name ?? group?.name} ${permission}`);
}

async function names(answer: Response | Promise<Response>): Promise<readonly string[]> {
  const { values } = (await (await answer).json()) as { values: { name: string }[] };
  return values.map(({ name }) => name);
}

test("D26: a right in a project is in force with the next request, and gone with the next after it", async () => {
  expect(await statusOf(nora(project))).toBe(401);
  expect(await statusOf(put(john, `${project}/permissions/users?name=nora&permission=PROJECT_READ`))).toBe(
    204,
  );
  expect(await statusOf(nora(`${repo}/commits`))).toBe(200);
  expect(await granted(john, `${project}/permissions/users`)).toEqual([
    "build-bot PROJECT_READ",
    "jane.doe@example.com PROJECT_WRITE",
    "johndoe PROJECT_ADMIN",
    "nora PROJECT_READ",
    "Zoë+Müller PROJECT_READ",
  ]);
  expect(await granted(john, `${project}/permissions/users?filter=NOR`)).toEqual(["nora PROJECT_READ"]);
  expect(await statusOf(remove(john, `${project}/permissions/users?name=nora`))).toBe(204);
  expect(await statusOf(nora(`${repo}/commits`))).toBe(401);
});

test("D26: a right in one repository shows that one and its project, and no other", async () => {
  await emulator.addRepository(repository("acme/other"));
  await put(john, `${repo}/permissions/users?name=nora&permission=REPO_WRITE`);
  expect(await names(nora(`${api}/repos`))).toEqual(["shop"]);
  expect(await names(nora(`${api}/repos?permission=REPO_WRITE`))).toEqual(["shop"]);
  expect(await names(nora(`${api}/repos?permission=REPO_ADMIN`))).toEqual([]);
  expect(await names(nora(`${api}/projects`))).toEqual(["Acme"]);
  expect(await statusOf(nora(`${project}/repos/other`))).toBe(401);
  expect(await granted(john, `${repo}/permissions/users`)).toEqual(["nora REPO_WRITE"]);
});

test("D26: only administrators of the place see and change permissions; 404 says what is not there", async () => {
  for (const [call, path] of [
    [jane, `${project}/permissions/users`],
    [jane, `${repo}/permissions/groups`],
    [nora, `${project}/permissions/PROJECT_READ/all`],
  ] as const)
    expect((await refusalOf(call(path)))[1], path).toBe("AuthorisationException");
  const grant = (path: string) => put(john, `${path}&permission=PROJECT_READ`);
  expect(await refusalOf(grant(`${api}/projects/NONE/permissions/users?name=nora`))).toEqual([
    404,
    "NoSuchProjectException",
    expect.any(String),
  ]);
  expect(await refusalOf(grant(`${project}/permissions/users?name=nobody`))).toEqual([
    404,
    "NoSuchUserException",
    expect.any(String),
  ]);
  expect(await statusOf(grant(`${project}/permissions/groups?name=nobody`))).toBe(404);
  expect(await statusOf(john(`${project}/repos/none/permissions/users`))).toBe(404);
  for (const bad of ["permission=REPO_READ&name=nora", "permission=&name=nora", "permission=PROJECT_READ"])
    expect(await statusOf(put(john, `${project}/permissions/users?${bad}`)), bad).toBe(400);
  expect(await statusOf(remove(john, `${project}/permissions`))).toBe(400);
});

test("D26: nobody takes their own right away, unless more stands behind it", async () => {
  const own = `${project}/permissions/users?name=johndoe`;
  expect(await refusalOf(put(john, `${own}&permission=PROJECT_WRITE`))).toEqual([
    403,
    "IntegrityException",
    expect.any(String),
  ]);
  expect(await statusOf(remove(john, own))).toBe(409);
  expect(await statusOf(remove(john, `${project}/permissions?user=johndoe`))).toBe(409);
  expect(await granted(john, own.split("?")[0] ?? "")).toContain("johndoe PROJECT_ADMIN");
  await put(admin, `${project}/permissions/users?name=admin&permission=PROJECT_ADMIN`);
  expect(await statusOf(remove(admin, `${project}/permissions/users?name=admin`))).toBe(204);
  const inRepository = `${repo}/permissions/users?name=johndoe`;
  await put(john, `${inRepository}&permission=REPO_ADMIN`);
  expect(await statusOf(remove(john, inRepository))).toBe(204);
});

test("D26: a default permission counts for everybody who is logged in, and for nobody else", async () => {
  const reading = `${project}/permissions/PROJECT_READ/all`;
  const permitted = async () => (await (await john(reading)).json()) as object;
  expect(await permitted()).toEqual({ permitted: false });
  expect(await statusOf(post(john, `${reading}?allow=true`))).toBe(204);
  expect([await permitted(), await statusOf(nora(repo))]).toEqual([{ permitted: true }, 200]);
  expect(await statusOf(callerAt(dataCenterOf(emulator), null)(repo))).toBe(401);
  expect(await statusOf(post(john, `${reading}?allow=false`))).toBe(204);
  expect(await statusOf(nora(repo))).toBe(401);
  expect(await statusOf(john(`${project}/permissions/REPO_READ/all`))).toBe(400);
  expect(await statusOf(post(john, reading))).toBe(400);
});

test("D26: a group's right is its members', as long as they have it", async () => {
  const other = await start({
    seed: {
      workspaces: [{ slug: "acme" }],
      dataCenter: {
        people: [
          { name: "boss", globalPermission: "ADMIN" },
          { name: "ann", groups: ["readers"] },
          { name: "ben" },
          { name: "free", globalPermission: null },
        ],
        projects: [
          { key: "ACME", name: "The shop" },
          { key: "OPEN", public: true },
        ],
        permissions: [
          { group: "readers", project: "ACME", permission: "PROJECT_READ" },
          { person: "ben", project: "ACME", repository: "shop", permission: "REPO_WRITE" },
        ],
      },
    },
  });
  const at = (name: string) => callerAt(dataCenterOf(other), name);
  expect(await statusOf(at("ann")(repo))).toBe(200);
  expect(await granted(at("boss"), `${project}/permissions/groups`)).toEqual(["readers PROJECT_READ"]);
  expect(await granted(at("boss"), `${repo}/permissions/users`)).toEqual(["ben REPO_WRITE"]);
  expect((await (await at("ben")(`${api}/groups`)).json()) as object).toMatchObject({ values: ["readers"] });
  expect(await names(at("ben")(`${api}/projects`))).toEqual(["The shop", "OPEN"]);
  const inShop = `${repo}/permissions/groups?name=readers`;
  expect(await statusOf(put(at("boss"), `${inShop}&permission=REPO_ADMIN`))).toBe(204);
  expect(await granted(at("ann"), `${repo}/permissions/groups`)).toEqual(["readers REPO_ADMIN"]);
  expect(await statusOf(remove(at("boss"), inShop))).toBe(204);
  expect(await statusOf(remove(at("boss"), `${repo}/permissions?user=ben`))).toBe(204);
  expect(await statusOf(at("ben")(repo))).toBe(401);
  expect(await names(at("ben")(`${api}/admin/groups?filter=READ`))).toEqual(["readers"]);
  expect(await names(at("ben")(`${api}/admin/groups/more-members?context=readers`))).toEqual(["ann"]);
  expect(await statusOf(at("ben")(`${api}/admin/groups/more-members`))).toBe(400);
  for (const path of ["/groups", "/admin/groups"])
    expect(await statusOf(callerAt(dataCenterOf(other), null)(`${api}${path}`))).toBe(401);
  const change = `${project}/permissions/groups?name=readers`;
  expect(await statusOf(put(at("boss"), `${change}&permission=PROJECT_ADMIN`))).toBe(204);
  expect(await statusOf(at("ann")(`${project}/permissions/users`))).toBe(200);
  expect(await statusOf(remove(at("ann"), change))).toBe(409);
  expect(await statusOf(remove(at("boss"), change))).toBe(204);
  expect(await statusOf(at("ann")(repo))).toBe(401);
  expect((await refusalOf(at("free")(repo)))[1]).toBe("IncorrectPasswordAuthenticationException");
  await other.close();
});

test("a seed with a wrong name, or a right of the wrong kind, is refused as a whole", async () => {
  const wrong = (permission: object) =>
    createEmulator({
      // What is wrong with it is the point.
      seed: { workspaces: [{ slug: "acme" }], dataCenter: { permissions: [permission] } } as never,
    });
  await expect(wrong({ person: "nora", project: "ACME", permission: "REPO_READ" })).rejects.toThrow(
    "REPO_READ is for a repository",
  );
  await expect(wrong({ person: "none", project: "ACME", permission: "PROJECT_READ" })).rejects.toThrow(
    'no person "none"',
  );
  await expect(wrong({ project: "ACME", permission: "PROJECT_READ" })).rejects.toThrow(
    "a person or for a group",
  );
});

test("D26: global permissions are administrators' to give, up to their own and never against who has more", async () => {
  const path = `${api}/admin/permissions/users`;
  expect(await statusOf(john(path))).toBe(401);
  expect(await granted(admin, `${path}?filter=admin`)).toEqual(["admin SYS_ADMIN"]);
  expect(await statusOf(put(admin, `${path}?name=nora&permission=ADMIN`))).toBe(204);
  expect(await statusOf(nora(`${repo}/permissions/users`))).toBe(200);
  expect(await statusOf(put(nora, `${path}?name=johndoe&permission=SYS_ADMIN`))).toBe(401);
  expect(await statusOf(put(nora, `${path}?name=admin&permission=LICENSED_USER`))).toBe(409);
  expect(await statusOf(remove(nora, `${path}?name=admin`))).toBe(409);
  expect(await statusOf(put(nora, `${path}?name=nora&permission=PROJECT_CREATE`))).toBe(409);
  expect(await statusOf(put(admin, `${path}?name=nora&permission=KING`))).toBe(400);
  expect(await statusOf(put(admin, `${path}?name=none&permission=ADMIN`))).toBe(404);
  expect(await statusOf(remove(admin, `${path}?name=nora`))).toBe(204);
  expect(await statusOf(nora(`${api}/users`))).toBe(401);
});

test("D32: people are filtered by what they may: globally, in a project, in a repository, several at once", async () => {
  await put(john, `${repo}/permissions/users?name=nora&permission=REPO_WRITE`);
  const users = (query: string) => names(john(`${api}/users?${query}`));
  expect(await users("permission=ADMIN")).toEqual(["admin"]);
  expect(await users("permission=PROJECT_WRITE&permission.projectKey=acme")).toEqual([
    "admin",
    "jane.doe@example.com",
    "johndoe",
  ]);
  const inShop = (root: string, permission: string) =>
    `${root}=${permission}&${root}.projectKey=ACME&${root}.repositorySlug=shop`;
  expect(await users(inShop("permission.1", "REPO_WRITE"))).toContain("nora");
  expect(await users(`${inShop("permission.1", "REPO_WRITE")}&permission.2=ADMIN`)).toEqual(["admin"]);
  // Numbers begin with 1 and have no gap: what comes behind one is no filter.
  expect(await users("permission.2=ADMIN")).toHaveLength((await users("")).length);
  for (const bad of ["permission=KING", "permission=PROJECT_READ", inShop("permission", "REPO_KING")])
    expect(await statusOf(john(`${api}/users?${bad}`)), bad).toBe(400);
  expect(await users("group=none")).toEqual([]);
});

test("D35: a personal project is its owner's alone, until somebody is let in", async () => {
  const own = `${api}/projects/~johndoe`;
  expect([await statusOf(john(own)), await statusOf(nora(own))]).toEqual([200, 401]);
  expect(await granted(john, `${own}/permissions/users`)).toEqual([]);
  await put(john, `${own}/permissions/users?name=nora&permission=PROJECT_READ`);
  expect(await statusOf(nora(`${api}/projects/~JOHNDOE`))).toBe(200);
});
