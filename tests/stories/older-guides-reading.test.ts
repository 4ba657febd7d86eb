/** What older guides say of people and repositories, put to the Bitbucket of today; the numbers are rows of docs/older-guides.md. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildDemoRepository } from "../../src/emulator/demo/demo-repository.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { authorize, basic, call, consent, firstConsumer, seen } from "../emulator/client.ts";
import { personAt } from "../emulator/person.ts";
import { temporaryFolder } from "../histories/folders.ts";
import { bitbucketWith, grantedTo } from "./older-guides-world.ts";

const opened: Emulator[] = [];
const repository = "/2.0/repositories/acme/checkout-api";
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let today: Emulator;
let token: string;

async function open(...how: Parameters<typeof bitbucketWith>): Promise<Emulator> {
  const bitbucket = await bitbucketWith(...how);
  opened.push(bitbucket);
  return bitbucket;
}

beforeAll(async () => {
  folder = await temporaryFolder();
  const path = join(folder.path, "checkout-api");
  await buildDemoRepository(path, new Date("2026-11-20T12:00:00Z"));
  today = await open();
  await today.addRepository({ path });
  token = (await grantedTo(today)).access_token;
});

afterAll(async () => {
  await Promise.all(opened.map((bitbucket) => bitbucket.close()));
  await folder.remove();
});

const ask = (path: string, as = token) => seen(call(today, path, as));

/** What a person's own token gets. */
async function asPerson(displayName: string, path: string): Promise<readonly [number, unknown]> {
  return ask(path, (await grantedTo(today, {}, displayName)).access_token);
}

const git = (...args: readonly string[]) =>
  execFileSync("git", ["-C", join(folder.path, "checkout-api"), ...args], { encoding: "utf8" });

test("O25, O31, O33: a person may have no username, always has a uuid in braces, and links that say where things are", async () => {
  const [status, kim] = await asPerson("Kim Noname", "/2.0/user");
  expect(status).toBe(200);
  expect(kim).not.toHaveProperty("username");
  expect(kim).toMatchObject({
    uuid: expect.stringMatching(/^\{[0-9a-f-]{36}\}$/),
    links: { avatar: { href: expect.any(String) }, html: { href: expect.any(String) } },
  });
});

test("O26, O30: no e-mail in the profile; account alone does not open the addresses", async () => {
  const [, profile] = await ask("/2.0/user");
  expect(JSON.stringify(profile)).not.toContain("@");
  expect(await ask("/2.0/user/emails")).toMatchObject([200, { values: [{ email: "user@example.com" }] }]);
  const { access_token } = await grantedTo(today, { scope: "account" });
  expect(await ask("/2.0/user/emails", access_token)).toMatchObject([
    403,
    { error: { detail: { required: ["email"], granted: ["account"] } } },
  ]);
});

test("O27: the first address of the list is not the main one, and a main one may be unconfirmed", async () => {
  expect(await asPerson("Jane Roe", "/2.0/user/emails")).toMatchObject([
    200,
    { values: [{ is_primary: false }, { is_primary: true, is_confirmed: true }, {}] },
  ]);
  expect(await asPerson("Uma Unconfirmed", "/2.0/user/emails")).toMatchObject([
    200,
    { values: [{ is_primary: true, is_confirmed: false }, {}] },
  ]);
});

test("O28: without account /user is 403 and names it; 401 is about the token", async () => {
  const { access_token } = await grantedTo(today, { scope: "email" });
  expect(await ask("/2.0/user", access_token)).toMatchObject([
    403,
    { error: { detail: { required: ["account"], granted: ["email"] } } },
  ]);
  expect((await ask("/2.0/user", "garbage"))[0]).toBe(401);
});

test("O34: the lists across workspaces are gone, with their changelog entry; the ones that replace them answer", async () => {
  for (const path of ["workspaces", "user/permissions/workspaces", "repositories"])
    expect(await ask(`/2.0/${path}`), path).toMatchObject([
      410,
      { error: { message: expect.stringContaining("CHANGE-2770") } },
    ]);
  expect(await ask("/2.0/user/workspaces")).toMatchObject([
    200,
    { values: [{ workspace: { slug: "acme" } }] },
  ]);
  expect(await ask("/2.0/repositories/acme")).toMatchObject([200, { values: [{ slug: "checkout-api" }] }]);
});

test("O35: nobody's username is a workspace here; people are in one, in two, in none", async () => {
  expect((await ask("/2.0/workspaces/johndoe"))[0]).toBe(404);
  for (const [displayName, size] of [
    ["John Doe", 1],
    ["Jane Roe", 2],
    ["Sam Solo", 0],
  ] as const)
    expect(await asPerson(displayName, "/2.0/user/workspaces"), displayName).toMatchObject([200, { size }]);
});

test("O36, O39: no app password can be made, and one that was made is 401 today", async () => {
  const john = personAt(today.urls.bitbucket);
  await john.logIn("John Doe");
  const page = await (await john.visit("/account/settings/app-passwords/")).text();
  for (const words of ["28 July 2026", "API token"]) expect(page).toContain(words);
  const in2025 = await open({}, { appPasswords: true });
  const maker = personAt(in2025.urls.bitbucket);
  await maker.logIn("John Doe");
  const list = "/account/settings/app-passwords/";
  await maker.fillIn(`${list}new`, [
    ["label", "old"],
    ["scope", "account"],
  ]);
  const password = /<code>(ATBB[^<]+)</.exec(await (await maker.visit(list)).text())?.[1] ?? "";
  const headers = { authorization: basic("johndoe", password) };
  expect((await fetch(`${in2025.urls.api}/2.0/user`, { headers })).status).toBe(200);
  expect((await fetch(`${today.urls.api}/2.0/user`, { headers })).status).toBe(401);
});

test("O37, O38: beside an API token belongs the e-mail, not the user name, and it ends within a year", async () => {
  const where = await createEmulator();
  opened.push(where);
  const [{ token: apiToken } = { token: "" }] = where.people[0]?.apiTokens ?? [];
  const statusWith = async (login: string) =>
    (await fetch(`${where.urls.api}/2.0/user`, { headers: { authorization: basic(login, apiToken) } }))
      .status;
  expect(await statusWith("user@example.com")).toBe(200);
  expect(await statusWith("johndoe")).toBe(401);
  where.control.advance(366 * 86_400);
  expect(await statusWith("user@example.com")).toBe(401);
});

test("O40, O41: consent offers permissions and no repositories, and repository:read is none of them", async () => {
  const { key } = firstConsumer(today);
  const { page } = await consent(today, "John Doe", { client_id: key });
  expect(page).toContain("Read your repositories");
  expect(page).not.toContain("checkout-api");
  for (const scope of ["repository:read", "account:read", "repository:acme/checkout-api"]) {
    const { callback } = await consent(today, "John Doe", { client_id: key, scope });
    expect(callback.searchParams.get("error"), scope).toBe("invalid_scope");
  }
  expect((await authorize(today, { client_id: key, scope: "repository account" })).status).toBe(302);
});

test("O42: a 403 names the missing scope as Bitbucket spells it", async () => {
  const { access_token } = await grantedTo(today, { scope: "account" });
  expect(await ask(repository, access_token)).toMatchObject([
    403,
    { error: { detail: { required: ["repository"], granted: ["account"] } } },
  ]);
});

test("O43: a repository one may not see is answered as one that is not there", async () => {
  const hidden = await asPerson("Sam Solo", repository);
  expect(hidden[0]).toBe(404);
  expect(hidden).toEqual(await asPerson("Sam Solo", "/2.0/repositories/acme/never-was"));
});

test("O44: diffstat counts each file as git does", async () => {
  const hash = git("rev-parse", "main").trim();
  const [status, body] = await ask(`${repository}/diffstat/${hash}`);
  expect(status).toBe(200);
  const { values } = body as {
    readonly values: readonly Record<"lines_added" | "lines_removed", number>[];
  }; // a diffstat, as its status says
  const counted = git("diff-tree", "-r", "--no-commit-id", "--numstat", hash).trim().split("\n");
  const bothNumbers = values.map(({ lines_added, lines_removed }) => `${lines_added}\t${lines_removed}`);
  expect(bothNumbers).toEqual(counted.map((line) => line.split("\t").slice(0, 2).join("\t")));
});

test("O45: the newer commit stands first in a spec", async () => {
  const [newer, older] = git("rev-list", "-2", "--first-parent", "main").trim().split("\n");
  const answer = await call(today, `${repository}/diff/${newer}..${older}`, token);
  expect(await answer.text()).toBe(git("diff", "--no-ext-diff", `${older}`, `${newer}`));
});

test("O46: nothing answers where Connect apps were installed", async () => {
  expect((await fetch(`${today.urls.bitbucket}/site/addons/authorize`)).status).toBe(404);
});

test("O47: over the limit a call is 429, with the sentence that says so", async () => {
  today.control.addFault({ path: "/2.0/user", kind: "rate-limit", count: 2 });
  const limited = [429, { error: { message: "Rate limit for this resource has been exceeded" } }];
  expect(await ask("/2.0/user")).toMatchObject(limited);
  expect(await ask("/2.0/user")).toMatchObject(limited);
  expect((await ask("/2.0/user"))[0]).toBe(200);
});
