/** The emulator's repositories: the list, one repository, its references, and who may see them. */
import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildDemoRepository } from "../../src/emulator/demo/demo-repository.ts";
import { GitFailure } from "../../src/emulator/git/errors.ts";
import { buildNastyHistory } from "../histories/nasty.ts";
import { accessToken, type Served, serve } from "./served.ts";

let served: Served;
const now = new Date("2026-11-20T12:00:00Z");

beforeAll(async () => {
  served = await serve({
    "checkout-api": (folder) => buildDemoRepository(folder, now),
    nasty: (folder) => buildNastyHistory(folder, { now }),
    empty: async (folder) => void execFileSync("git", ["init", "--quiet", "--bare", folder]),
  });
});
afterAll(() => served.stop());

test("C29: a repository has every key Bitbucket sends, with its nulls", async () => {
  const repository = await served.json("/repositories/acme/checkout-api");
  expect(Object.keys(repository).toSorted()).toEqual(
    "created_on description enforced_signed_commits fork_policy full_name has_issues has_wiki is_private language links mainbranch name override_settings owner parent project scm size slug type updated_on uuid website workspace".split(
      " ",
    ),
  );
  expect(Object.keys(repository.links).toSorted()).toEqual(
    "avatar branches clone commits downloads forks hooks html pullrequests self source tags watchers".split(
      " ",
    ),
  );
  expect(repository).toMatchObject({
    type: "repository",
    full_name: "acme/checkout-api",
    scm: "git",
    language: "",
    parent: null,
    is_private: true,
    mainbranch: { name: "main", type: "branch" },
    workspace: { type: "workspace", slug: "acme" },
    owner: { type: "team", username: "acme" },
    project: { type: "project", key: "ACME" },
  });
  expect(repository.uuid).toMatch(/^\{[0-9a-f-]{36}\}$/);
  expect(repository.size).toBeGreaterThan(1000);
  const web = new URL(served.emulator.urls.bitbucket).host;
  expect(repository.links.clone).toEqual([
    { name: "https", href: `http://johndoe@${web}/acme/checkout-api.git` },
    { name: "ssh", href: "git@127.0.0.1:acme/checkout-api.git" },
  ]);
});

test("C29: an empty repository has no main branch and no commits", async () => {
  expect((await served.json("/repositories/acme/empty")).mainbranch).toBeNull();
  expect((await served.json("/repositories/acme/empty/commits")).values).toEqual([]);
  expect((await served.json("/repositories/acme/empty/refs")).values).toEqual([]);
  expect((await served.fetch("/repositories/acme/empty/commits/main")).status).toBe(404);
});

test("C29: a repository is found by slug, by uuid, and by uuid alone", async () => {
  const { uuid, workspace } = await served.json("/repositories/acme/checkout-api");
  for (const handle of [`acme/${uuid}`, `{}/${uuid}`, `${workspace.uuid}/checkout-api`]) {
    const path = handle.split("/").map(encodeURIComponent).join("/");
    expect((await served.json(`/repositories/${path}`)).full_name).toBe("acme/checkout-api");
  }
  expect((await served.fetch(`/repositories/globex/${encodeURIComponent(uuid)}`)).status).toBe(404);
});

test("C29: the list of repositories takes role, q and sort", async () => {
  const slugs = async (query: string) =>
    (await served.json(`/repositories/acme${query}`)).values.map(({ slug }: { slug: string }) => slug);
  const q = (text: string) => `?q=${encodeURIComponent(text)}`;
  expect(await slugs("")).toEqual(["checkout-api", "nasty", "empty"]);
  expect(await slugs("?role=admin")).toHaveLength(3);
  expect(await slugs("?sort=-slug")).toEqual(["nasty", "empty", "checkout-api"]);
  expect(await slugs(q('name ~ "CHECK"'))).toEqual(["checkout-api"]);
  expect(await slugs(q('slug = "nasty" OR full_name = "acme/empty"'))).toEqual(["nasty", "empty"]);
  expect(await slugs(q('(name ~ "a" AND size = 1)'))).toEqual([]);
  expect(await slugs(q("mainbranch.name = null"))).toEqual(["empty"]);
  expect(await slugs(q('slug IN ("empty", "x") OR is_private = false'))).toEqual(["empty"]);
  expect(await slugs(q("updated_on > 2000-01-01 AND size > 20000000"))).toEqual([]);
  expect(await slugs(q('slug !~ "t" and slug != "x"'))).toEqual([]);
});

test("C29: a query that cannot be read is refused", async () => {
  for (const q of [
    "name ~",
    'name "x"',
    'name ? "x"',
    '(name = "x"',
    "name = x",
    'nonsense.field = "x"',
    '= "x"',
  ]) {
    const answer = await served.fetch(`/repositories/acme?q=${encodeURIComponent(q)}`);
    expect([q, answer.status]).toEqual([q, 400]);
    expect(await answer.json()).toMatchObject({ type: "error", error: { message: expect.any(String) } });
  }
  expect((await served.fetch("/repositories/acme?role=king")).status).toBe(400);
  expect((await served.fetch("/repositories/nowhere")).status).toBe(404);
});

test("C35: pages hold 10 by default and 100 at most, and the last has no next", async () => {
  const branches = "/repositories/acme/nasty/refs";
  const first = await served.json(`${branches}?pagelen=2`);
  expect(first).toMatchObject({ pagelen: 2, page: 1 });
  expect(first.previous).toBeUndefined();
  expect(new URL(first.next ?? "").origin).toBe(served.emulator.urls.api);
  const second = await served.json(first.next ?? "");
  expect(second).toMatchObject({ page: 2, size: first.size });
  const whole = await served.all(`${branches}?pagelen=3`);
  expect(whole).toHaveLength(first.size);
  expect((await served.json(branches)).next).toBeUndefined();
  expect((await served.json(branches)).pagelen).toBe(10);
  for (const pagelen of ["101", "0", "x"]) {
    const answer = await served.fetch(`${branches}?pagelen=${pagelen}`);
    expect([pagelen, answer.status]).toEqual([pagelen, 400]);
  }
});

test("references come in byte order, or by name with numbers as numbers", async () => {
  const names = async (path: string) =>
    (await served.all(`/repositories/acme/nasty/refs${path}`)).map(({ name }) => name);
  expect(await names("/branches")).toEqual([
    "feature/left",
    "feature/right",
    "imported",
    "main",
    "octo/one",
    "octo/two",
    "release-1.0",
  ]);
  expect(await names("/tags")).toEqual(["v1.0", "v1.1", "v1.10"]);
  expect(await names("/tags?sort=-name")).toEqual(["v1.10", "v1.1", "v1.0"]);
  expect(await names(`/branches?q=${encodeURIComponent('name ~ "octo"')}`)).toEqual(["octo/one", "octo/two"]);
});

test("a branch with a slash in its name is found, plain or encoded", async () => {
  for (const name of ["feature/left", "feature%2Fleft"]) {
    const branch = await served.json(`/repositories/acme/nasty/refs/branches/${name}`);
    expect(branch).toMatchObject({ type: "branch", name: "feature/left", target: { type: "commit" } });
    expect(branch.links.self.href).toMatch(/refs\/branches\/feature\/left$/);
  }
  expect((await served.fetch("/repositories/acme/nasty/refs/branches/feature")).status).toBe(404);
  expect((await served.fetch("/repositories/acme/nasty/refs/tags/main")).status).toBe(404);
});

test("an annotated tag says who tagged and why; a plain one has nulls", async () => {
  expect(await served.json("/repositories/acme/nasty/refs/tags/v1.1")).toMatchObject({
    type: "tag",
    message: "One point one\n",
    tagger: { raw: "Nadia Nasty <nadia@example.com>" },
    target: { message: "Commit merge" },
  });
  expect(await served.json("/repositories/acme/nasty/refs/tags/v1.0")).toMatchObject({
    message: null,
    date: null,
    tagger: null,
  });
});

test("fields cuts an answer down", async () => {
  const cut = await served.json("/repositories/acme?fields=values.slug,values.mainbranch.name,size");
  expect(cut).toEqual({
    size: 3,
    values: [
      { slug: "checkout-api", mainbranch: { name: "main" } },
      { slug: "nasty", mainbranch: { name: "main" } },
      { slug: "empty", mainbranch: null },
    ],
  });
  const without = await served.json("/repositories/acme/nasty?fields=-links,-owner.links.*");
  expect(without.links).toBeUndefined();
  expect(without.owner.links).toEqual({});
  const only = await served.json(`/repositories/acme/nasty?fields=${encodeURIComponent("-*,+slug")}`);
  expect(only).toEqual({ slug: "nasty" });
});

test("C23: a hidden repository and an absent one answer alike; a missing scope is told before", async () => {
  const hidden = await fetch(`${served.emulator.urls.api}/2.0/repositories/acme/nasty/commits`);
  const absent = await served.fetch("/repositories/acme/no-such/commits");
  expect([hidden.status, absent.status]).toEqual([404, 404]);
  expect(await hidden.json()).toEqual(await absent.json());
  const narrow = await accessToken(served.emulator, ["account"]);
  for (const path of ["", "/commits", "/diffstat/main", "/src/main/", "/refs/branches"]) {
    const refused = await served.fetch(`/repositories/acme/nasty${path}`, {
      headers: { Authorization: `Bearer ${narrow}` },
    });
    expect([path, refused.status]).toEqual([path, 403]);
    expect(await refused.json()).toMatchObject({
      error: { detail: { required: ["repository"], granted: ["account"] } },
    });
  }
});

test("C2, C3, C5: an answer says that it is JSON, names the scopes and links only to the emulator", async () => {
  const answer = await served.fetch("/repositories/acme/nasty/commits?pagelen=3");
  expect(answer.headers.get("Content-Type")).toBe("application/json");
  expect(answer.headers.get("X-Accepted-OAuth-Scopes")).toBe("repository");
  const { api, bitbucket } = served.emulator.urls;
  for (const [link] of (await answer.text()).matchAll(/https?:\/\/[^"]+/g)) {
    expect([api, bitbucket]).toContain(new URL(link).origin);
  }
});

test("C41: a fault on a diffstat answers 555 and passes", async () => {
  const path = "/repositories/acme/nasty/diffstat/main";
  served.emulator.control.addFault({ path: `/2.0${path}`, kind: "status", status: 555 });
  expect((await served.fetch(path)).status).toBe(555);
  expect((await served.fetch(path)).status).toBe(200);
});

test("a folder that is no repository is named, and the emulator does not start with it", async () => {
  const added = served.emulator.addRepository({ path: "/nowhere/at/all", workspace: "acme", slug: "x" });
  await expect(added).rejects.toThrow(GitFailure);
  await expect(served.emulator.addRepository({ path: "/", workspace: "acme", slug: "x" })).rejects.toThrow(
    "/ is not a git repository",
  );
});
