/** The pages a person meets, from the outside: logging in, OAuth consumers, App authorizations, start page. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import {
  authorize,
  basic,
  call,
  consent,
  firstConsumer,
  refreshWith,
  requestToken,
  tokensFor,
} from "./client.ts";
import { personAt } from "./person.ts";

const settings = "/acme/workspace/settings/api";
let emulator: Emulator;

beforeAll(async () => {
  emulator = await createEmulator();
});

afterAll(() => emulator.close());

async function loggedIn(displayName: string) {
  const person = personAt(emulator.urls.bitbucket);
  await person.logIn(displayName);
  return person;
}

test("the start page says that it is an emulator, and lists people, workspaces and consumers without secrets", async () => {
  const answer = await fetch(emulator.urls.bitbucket);
  const page = await answer.text();
  for (const words of [
    "not Bitbucket",
    "not affiliated with Atlassian",
    "John Doe",
    "Sam Solo",
    "Acme",
    firstConsumer(emulator).key,
  ])
    expect(page).toContain(words);
  expect(page).not.toContain(firstConsumer(emulator).secret);
});

test("pages have a strict policy, no inline script, and forms may end at the callbacks", async () => {
  const answer = await fetch(emulator.urls.bitbucket);
  const policy = answer.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("form-action 'self' http://localhost:8000");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain("unsafe");
  expect(await answer.text()).not.toMatch(/<script(?![^>]*src=)|\son[a-z]+=|\sstyle=/);
});

test("stylesheet and script are served", async () => {
  const page = await (await fetch(emulator.urls.bitbucket)).text();
  const links = [...page.matchAll(/(?:href|src)="(\/_emulator\/assets\/[^"]+)"/g)].map(
    ([, path]) => path ?? "",
  );
  expect(links.length).toBeGreaterThan(1);
  for (const path of links) expect((await fetch(`${emulator.urls.bitbucket}${path}`)).status, path).toBe(200);
});

test("logging in leads on to a path of the website only", async () => {
  for (const [next, expected] of [
    ["/acme/", "/acme/"],
    ["https://evil.example/", "/"],
    ["//evil.example", "/"],
    ["/\\evil.example", "/"],
  ] as const) {
    const person = personAt(emulator.urls.bitbucket);
    const john = emulator.people.find(({ username }) => username === "johndoe");
    const answer = await person.fillIn("/account/signin/", [
      ["person", john?.uuid ?? ""],
      ["next", next],
    ]);
    expect(answer.headers.get("location"), next).toBe(expected);
  }
});

test("a forged form logs nobody in", async () => {
  const john = emulator.people.find(({ username }) => username === "johndoe");
  const forged = await fetch(`${emulator.urls.bitbucket}/account/signin/`, {
    method: "POST",
    body: new URLSearchParams({ person: john?.uuid ?? "", csrf: "x" }),
    redirect: "manual",
  });
  expect(forged.status).toBe(403);
});

test("logging out forgets the person", async () => {
  const john = await loggedIn("John Doe");
  expect((await john.visit("/account/settings/app-authorizations/")).status).toBe(200);
  await john.fillIn("/", [], "/account/signout/");
  expect((await john.visit("/account/settings/app-authorizations/")).status).toBe(302);
});

test("G3: consumers are for the workspace's administrators; others are sent to log in, or refused", async () => {
  expect((await personAt(emulator.urls.bitbucket).visit(settings)).status).toBe(302);
  expect((await (await loggedIn("Jane Roe")).visit(settings)).status).toBe(403);
  expect((await (await loggedIn("John Doe")).visit(settings)).status).toBe(200);
  expect((await (await loggedIn("John Doe")).visit("/nowhere/workspace/settings/api")).status).toBe(404);
});

test("G3, G4, G5: a consumer is added with its ticks, shows Key and Secret, works, and is deleted after asking", async () => {
  const john = await loggedIn("John Doe");
  const callbackUrl = "http://localhost:3000/back";
  const fields = [
    ["name", "Mine <b>"],
    ["description", "d"],
    ["callbackUrl", callbackUrl],
    ["url", "https://example.com"],
    ["private", "yes"],
    ["scope", "account"],
    ["scope", "email"],
    ["scope", "nonsense"],
  ] as const;
  expect((await john.fillIn(settings, fields)).status).toBe(303);
  const added = emulator.consumers.at(-1);
  if (added === undefined) throw new Error("it was not added");
  expect(added).toMatchObject({
    name: "Mine <b>",
    callbackUrl,
    isPrivate: true,
    scopes: ["email", "account"],
    workspace: "acme",
  });
  const page = await (await john.visit(settings)).text();
  for (const words of [
    added.key,
    added.secret,
    "Mine &lt;b&gt;",
    "This is a private consumer",
    "Account: Email",
  ])
    expect(page).toContain(words);
  const credentials = basic(added.key, added.secret);
  const { callback } = await consent(emulator, "John Doe", { client_id: added.key });
  const exchange = { grant_type: "authorization_code", code: callback.searchParams.get("code") ?? "" };
  const tokens = (await (await requestToken(emulator, exchange, credentials)).json()) as {
    access_token: string;
  };
  expect((await call(emulator, "/2.0/user", tokens.access_token)).status).toBe(200);

  const question = `${settings}/${added.key}/delete`;
  expect(await (await john.visit(question)).text()).toContain("Delete Mine &lt;b&gt;?");
  expect(emulator.consumers).toContainEqual(added);
  expect((await john.fillIn(question, [])).status).toBe(303);
  expect(emulator.consumers).not.toContainEqual(added);
  expect((await call(emulator, "/2.0/user", tokens.access_token)).status).toBe(401);
  expect((await authorize(emulator, { client_id: added.key })).status).toBe(400);
});

test("a consumer's form that is not right comes back with what was typed and what is wrong", async () => {
  const john = await loggedIn("John Doe");
  const before = emulator.consumers.length;
  const answer = await john.fillIn(settings, [
    ["name", " "],
    ["callbackUrl", "localhost"],
    ["scope", "email"],
  ]);
  expect(answer.status).toBe(400);
  const page = await answer.text();
  for (const words of ["A name is needed.", "This is not an absolute URL.", 'value="localhost"'])
    expect(page).toContain(words);
  expect(page).toMatch(/value="email" checked/);
  expect(
    (await john.visit(settings, { method: "POST", body: new URLSearchParams({ name: "forged" }) })).status,
  ).toBe(403);
  expect(emulator.consumers.length).toBe(before);
});

test("G19, point 19: App authorizations lists who was let in, and revoking puts them out", async () => {
  const tokens = await tokensFor(emulator, "Uma Unconfirmed");
  const uma = await loggedIn("Uma Unconfirmed");
  const path = "/account/settings/app-authorizations/";
  expect(await (await uma.visit(path)).text()).toContain("Local app");
  const forged = await uma.visit(path, {
    method: "POST",
    body: new URLSearchParams({ consumer: firstConsumer(emulator).key }),
  });
  expect(forged.status).toBe(403);
  expect((await uma.fillIn(path, [["consumer", firstConsumer(emulator).key]])).status).toBe(303);
  expect(await (await uma.visit(path)).text()).toContain("You have let no app into your account.");
  expect((await call(emulator, "/2.0/user", tokens.access_token)).status).toBe(401);
  expect((await refreshWith(emulator, tokens.refresh_token)).status).toBe(400);
});

test("auto-approve is said on the start page", async () => {
  const auto = await createEmulator({ autoApprove: "johndoe" });
  expect(await (await fetch(auto.urls.bitbucket)).text()).toContain("Auto-approve is on");
  await auto.close();
});

test("one's own name opens a menu to one's workspaces and personal settings", async () => {
  const jane = await (await (await loggedIn("Jane Roe")).visit("/")).text();
  for (const link of [
    "/acme/",
    "/globex/",
    "/account/settings/app-authorizations/",
    "/account/settings/app-passwords/",
  ])
    expect(jane.split('aria-label="Account"')[1]?.split("</nav>")[0]).toContain(`href="${link}"`);
  const sam = await (await (await loggedIn("Sam Solo")).visit("/")).text();
  expect(sam.split('aria-label="Account"')[1]?.split("</nav>")[0]).not.toContain("Workspaces");
});

test("what Bitbucket has removed is neither offered nor given, unless a rule says so", async () => {
  const retired = ["issue", "issue:write", "wiki", "team"];
  const add = async (where: Emulator) => {
    const john = personAt(where.urls.bitbucket);
    await john.logIn("John Doe");
    const page = await (await john.visit(settings)).text();
    const ticks = ["account", ...retired, "project:write"].map((name) => ["scope", name] as const);
    await john.fillIn(settings, [["name", "Ticks"], ["callbackUrl", "http://localhost:1/"], ...ticks]);
    const offered = retired.filter((name) => page.includes(`value="${name}"`));
    return { offered, given: where.consumers.at(-1)?.scopes };
  };
  expect(await add(emulator)).toEqual({ offered: [], given: ["account"] });
  const in2025 = await createEmulator({ rules: "2025" });
  expect(await add(in2025)).toEqual({
    offered: retired,
    given: ["account", "team", "issue", "issue:write", "wiki"],
  });
  await in2025.close();
  const wikis = await createEmulator({ rules: { issueAndWikiTicks: true } });
  expect((await add(wikis)).offered).toEqual(["issue", "issue:write", "wiki"]);
  await wikis.close();
});
