/** Personal settings → App passwords, from the outside: made, shown once, used, ended; and what is said of them today. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { basic, seen } from "./client.ts";
import { type Fields, personAt } from "./person.ts";

const list = "/account/settings/app-passwords/";
const form = "/account/settings/app-passwords/new";
let today: Emulator;
let in2025: Emulator;

beforeAll(async () => {
  today = await createEmulator();
  in2025 = await createEmulator({ rules: "2025" });
});

afterAll(async () => {
  await today.close();
  await in2025.close();
});

async function loggedIn(where: Emulator, displayName: string) {
  const person = personAt(where.urls.bitbucket);
  await person.logIn(displayName);
  return person;
}

type Somebody = Awaited<ReturnType<typeof loggedIn>>;

const text = async (person: Somebody, path = list) => (await person.visit(path)).text();

/** Makes one and reads it off the page. */
async function make(person: Somebody, label: string, ...scopes: readonly string[]): Promise<string> {
  const ticks: Fields = scopes.map((scope) => ["scope", scope] as const);
  expect((await person.fillIn(form, [["label", label], ...ticks])).status).toBe(303);
  return /<code>(ATBB[^<]+)</.exec(await text(person))?.[1] ?? "";
}

const user = (authorization: string, path = "/2.0/user") =>
  fetch(`${in2025.urls.api}${path}`, { headers: { authorization } });

const idOf = (page: string, label: string) =>
  new RegExp(`name="id" value="([^"]+)"><button[^>]*><span>Revoke ${label}<`).exec(page)?.[1] ?? "";

test("S14, S15: an app password has a label and ticks, is shown once, and works with these ticks only", async () => {
  const john = await loggedIn(in2025, "John Doe");
  const password = await make(john, "read <only>", "account", "project:write", "nonsense");
  expect(password).toMatch(/^ATBB[A-Za-z0-9]{32}$/);
  const again = await text(john);
  expect(again).toContain("read &lt;only&gt;");
  expect(again).toContain("Account: Read");
  for (const where of [again, await text(john, "/"), JSON.stringify(in2025.people)])
    expect(where).not.toContain(password);
  expect(await seen(user(basic("johndoe", password)))).toMatchObject([200, { username: "johndoe" }]);
  expect(await seen(user(basic("johndoe", password), "/2.0/user/emails"))).toMatchObject([
    403,
    { error: { detail: { required: ["email"], granted: ["account"] } } },
  ]);
});

test("S16: beside an app password belongs the username, and nothing else", async () => {
  const password = await make(await loggedIn(in2025, "Jane Roe"), "mine", "account");
  const jane = in2025.people.find(({ username }) => username === "janeroe");
  expect((await user(basic("janeroe", password))).status).toBe(200);
  for (const name of ["johndoe", "jane@example.com", jane?.uuid ?? "", jane?.accountId ?? "", ""])
    expect((await user(basic(name, password))).status, name).toBe(401);
  const kim = await loggedIn(in2025, "Kim Noname");
  expect(await text(kim)).toContain("You have no username");
});

test("S17, S19: it does not expire by itself; revoked by its owner, and nobody else, it ends at once", async () => {
  const john = await loggedIn(in2025, "John Doe");
  const password = await make(john, "old", "account");
  in2025.control.advance(500 * 86_400);
  const id = idOf(await text(john), "old");
  expect(id).not.toBe("");
  await (await loggedIn(in2025, "Jane Roe")).fillIn(list, [["id", id]], `${list}revoke`);
  const body = new URLSearchParams({ id });
  expect((await john.visit(`${list}revoke`, { method: "POST", body })).status).toBe(403);
  expect((await user(basic("johndoe", password))).status).toBe(200);
  expect((await john.fillIn(list, [["id", id]], `${list}revoke`)).status).toBe(303);
  expect((await user(basic("johndoe", password))).status).toBe(401);
});

test("a form without a label comes back as it was; one of somebody else's makes nothing", async () => {
  const john = await loggedIn(in2025, "John Doe");
  const before = await text(john);
  const answer = await john.fillIn(form, [
    ["label", " "],
    ["scope", "repository"],
  ]);
  expect(answer.status).toBe(400);
  const page = await answer.text();
  expect(page).toContain("A label is needed.");
  expect(page).toMatch(/value="repository" checked/);
  const body = new URLSearchParams({ label: "forged", scope: "account" });
  expect((await john.visit(form, { method: "POST", body })).status).toBe(403);
  expect((await personAt(in2025.urls.bitbucket).visit(form, { method: "POST", body })).status).toBe(403);
  const rows = (page: string) => page.split("<tbody>")[1]?.split("<tr>").length;
  expect(rows(await text(john))).toBe(rows(before));
});

test("who is not logged in is sent to do so", async () => {
  for (const path of [list.slice(0, -1), form]) {
    const answer = await personAt(in2025.urls.bitbucket).visit(path);
    expect(answer.status).toBe(302);
    expect(answer.headers.get("location")).toBe(`/account/signin/?${new URLSearchParams({ next: path })}`);
  }
});

test("today's page says when app passwords ended and what takes their place, and makes none", async () => {
  const john = await loggedIn(today, "John Doe");
  for (const path of [list, form]) {
    const page = await text(john, path);
    for (const words of ["28 July 2026", "API token", "--rules 2025"]) expect(page).toContain(words);
    expect(page).not.toContain('name="label"');
  }
  expect((await john.fillIn("/", [["label", "late"]], form)).status).toBe(410);
});

test("a seeded app password is shown where it works, until it is revoked", async () => {
  const where = await createEmulator({ rules: "2025" });
  const password = where.people[0]?.appPasswords[0] ?? "";
  expect(password).toMatch(/^ATBB/);
  const john = await loggedIn(where, "John Doe");
  expect(await text(john, "/")).toContain(password);
  await john.fillIn(list, [["id", idOf(await text(john), "Seeded")]], `${list}revoke`);
  expect(await text(john, "/")).not.toContain(password);
  expect(today.people[0]?.appPasswords).toEqual([]);
  await where.close();
});
