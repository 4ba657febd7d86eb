/** The pages a person meets at a Data Center and a Server: logging in, application links, tokens, authorized applications. */
import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { repository } from "../../src/emulator/build/repository.ts";
import type { EmulatedDataCenter } from "../../src/emulator/data-center/instance.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { dataCenterOf } from "./data-center.ts";
import { personAtDataCenter } from "./dc-person.ts";
import { send } from "./dc-signer.ts";

const links = "/plugins/servlet/applinks/listApplicationLinks";
const create = "/plugins/servlet/applinks/create";
const tokens = "/plugins/servlet/access-tokens";
const authorized = "/plugins/servlet/oauth/users/access-tokens";
let emulator: Emulator;
let place: EmulatedDataCenter;

beforeAll(async () => {
  emulator = await createEmulator({ repositories: [repository("acme/place")] });
  place = dataCenterOf(emulator);
});

afterAll(() => emulator.close());

async function loggedIn(displayName: string, baseUrl = place.url) {
  const person = personAtDataCenter(baseUrl);
  await person.logIn(displayName);
  return person;
}

const textOf = async (answer: Response | Promise<Response>) => (await answer).text();

test("the start page says that it is an emulator, its version and who is there, without secrets", async () => {
  const page = await textOf(fetch(`${place.url}/`));
  for (const words of ["not Bitbucket", "not affiliated with Atlassian", "9.4.2", "John Doe", "ACME"])
    expect(page).toContain(words);
  for (const secret of [place.clients[0]?.clientSecret, place.people[0]?.password, place.tokens[0]?.token])
    expect(page).not.toContain(secret);
  expect(await textOf(fetch(`${emulator.server?.url}/`))).toContain("Bitbucket Server");
});

test("pages have a strict policy, no inline script, and their assets below the context path", async () => {
  const answer = await fetch(`${place.url}/login`);
  const policy = answer.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain("unsafe");
  const page = await answer.text();
  expect(page).not.toMatch(/<script(?![^>]*src=)|\son[a-z]+=|\sstyle=/);
  const assets = [...page.matchAll(/(?:href|src)="(\/bitbucket\/_emulator\/assets\/[^"]+)"/g)];
  expect(assets.length).toBeGreaterThan(1);
  for (const [, path] of assets) expect((await fetch(new URL(path ?? "", place.url))).status, path).toBe(200);
});

test("one logs in with name and password, or picks a person; then on to a path of this website only", async () => {
  const john = place.people.find(({ name }) => name === "johndoe");
  const byPassword = [
    ["j_username", "johndoe"],
    ["j_password", john?.password ?? ""],
  ] as const;
  for (const [next, expected] of [
    [tokens, `/bitbucket${tokens}`],
    ["https://evil.example/", "/bitbucket/"],
    ["//evil.example", "/bitbucket/"],
    ["/\\evil.example", "/bitbucket/"],
  ] as const) {
    const answer = await personAtDataCenter(place.url).fillIn("/login", [...byPassword, ["next", next]]);
    expect([answer.status, answer.headers.get("location")], next).toEqual([303, expected]);
  }
  const person = personAtDataCenter(place.url);
  const wrong = await person.fillIn("/login", [
    ["j_username", "johndoe"],
    ["j_password", "x"],
  ]);
  expect([wrong.status, (await wrong.text()).includes("incorrect")]).toEqual([401, true]);
  expect((await person.fillIn("/login", [["person", "105"]])).status).toBe(401);
  expect(await textOf(person.visit("/login"))).not.toContain("Ina Inactive");
});

test("a session counts for the API, and logging out ends it", async () => {
  const john = await loggedIn("John Doe");
  const whoami = "/plugins/servlet/applinks/whoami";
  expect(await textOf(john.visit(whoami))).toBe("johndoe");
  expect((await john.fillIn("/", [], "/logout")).status).toBe(403);
  const page = await textOf(john.visit("/"));
  const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? "";
  await john.visit("/logout", { method: "POST", body: new URLSearchParams({ csrf }) });
  expect(await textOf(john.visit(whoami))).toBe("");
});

test("application links are for administrators; others are sent to log in, or refused", async () => {
  const stranger = personAtDataCenter(place.url);
  const sent = await stranger.visit(links);
  expect([sent.status, stranger.leadsTo(sent)]).toEqual([302, `/login?next=${encodeURIComponent(links)}`]);
  expect((await (await loggedIn("John Doe")).visit(links)).status).toBe(403);
  expect((await (await loggedIn("John Doe")).visit(`${create}/external-application`)).status).toBe(403);
  expect((await (await loggedIn("Ada Admin")).visit(links)).status).toBe(200);
});

test("since 7.20 a dialog asks for the kind of a link; a Server leads straight to the one it knows", async () => {
  const ada = await loggedIn("Ada Admin");
  const page = await textOf(ada.visit(create));
  for (const words of ["Atlassian product", "External application"]) expect(page).toContain(words);
  const server = emulator.server?.url ?? "";
  const there = await loggedIn("Ada Admin", server);
  expect(there.leadsTo(await there.visit(create))).toBe(`${create}/atlassian-product`);
  expect((await there.visit(`${create}/external-application`)).status).toBe(404);
});

test("D6: an Atlassian product is linked by its form, works, and is deleted after asking", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 1024,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const server = emulator.server?.url ?? "";
  const ada = await loggedIn("Ada Admin", server);
  const path = `${create}/atlassian-product`;
  const fields = [
    ["consumerKey", "windlass-mine"],
    ["consumerName", "Mine <b>"],
    ["publicKey", publicKey],
    ["callbackUrl", "http://localhost:8000/auth/server/callback"],
  ] as const;
  expect(ada.leadsTo(await ada.fillIn(path, fields))).toBe(links);
  expect(emulator.server?.consumers.at(-1)).toMatchObject({ key: "windlass-mine", privateKey: null });
  const page = await textOf(ada.visit(links));
  for (const words of ["windlass-mine", "Mine &lt;b&gt;", "BEGIN PUBLIC KEY", "2-legged OAuth"])
    expect(page).toContain(words);
  const ask = () =>
    send({ key: "windlass-mine", privateKey, url: `${server}/plugins/servlet/oauth/request-token` });
  expect((await ask()).status).toBe(200);
  const again = await ada.fillIn(path, fields);
  expect([again.status, (await again.text()).includes("already")]).toEqual([400, true]);
  const asking = "/plugins/servlet/applinks/delete?consumer=windlass-mine";
  expect(await textOf(ada.visit(asking))).toContain("Delete the link Mine &lt;b&gt;?");
  await ada.fillIn(asking, [["consumer", "windlass-mine"]], "/plugins/servlet/applinks/delete");
  expect((await ask()).status).toBe(401);
});

test("an empty form comes back with a problem at each field, and keeps what was typed", async () => {
  const ada = await loggedIn("Ada Admin");
  const empty = await ada.fillIn(`${create}/atlassian-product`, [["callbackUrl", "nowhere"]]);
  const page = await empty.text();
  expect(empty.status).toBe(400);
  for (const words of [
    "consumer key is needed",
    "consumer name is needed",
    "public key is needed",
    "not an absolute",
  ])
    expect(page).toContain(words);
  expect(page).toContain('value="nowhere"');
  const external = await ada.fillIn(`${create}/external-application`, [
    ["redirectUrl", "http://example.com/x"],
  ]);
  const text = await external.text();
  for (const words of ["A name is needed", "URL must use https"]) expect(text).toContain(words);
});

test("D15: an external application shows its client ID and secret, and has PUBLIC_REPOS beside its ticks", async () => {
  const ada = await loggedIn("Ada Admin");
  const answer = await ada.fillIn(`${create}/external-application`, [
    ["name", "My app"],
    ["redirectUrl", "http://localhost:3000/cb"],
    ["permission", "REPO_READ"],
    ["permission", "nonsense"],
  ]);
  expect(answer.status).toBe(303);
  const client = dataCenterOf(emulator).clients.at(-1);
  expect(client).toMatchObject({
    redirectUrl: "http://localhost:3000/cb",
    scopes: ["PUBLIC_REPOS", "REPO_READ"],
  });
  const page = await textOf(ada.visit(links));
  for (const words of ["My app", client?.clientId ?? "?", client?.clientSecret ?? "?", "Repositories: read"])
    expect(page).toContain(words);
  const asking = `/plugins/servlet/applinks/delete?client=${client?.clientId}`;
  await ada.fillIn(asking, [["client", client?.clientId ?? ""]], "/plugins/servlet/applinks/delete");
  expect(await textOf(ada.visit(links))).not.toContain("My app");
});

test("D24: an HTTP access token is created with its ticks, shown once, and revoked", async () => {
  const john = await loggedIn("John Doe");
  const empty = await john.fillIn(`${tokens}/create`, [["expiryDays", "soon"]]);
  const problems = await empty.text();
  expect(empty.status).toBe(400);
  for (const words of ["A name is needed", "At least one permission", "no number of days"])
    expect(problems).toContain(words);
  await john.fillIn(`${tokens}/create`, [
    ["name", "My <b> script"],
    ["permission", "REPO_READ"],
    ["expiryDays", "30"],
  ]);
  const first = await textOf(john.visit(`${tokens}/manage`));
  const token = /<p><code>([A-Za-z0-9+/=]{20,})<\/code>/.exec(first)?.[1] ?? "";
  expect(first).toContain("My &lt;b&gt; script");
  expect(await textOf(john.visit(`${tokens}/manage`))).not.toContain(token);
  const call = () =>
    fetch(`${place.url}/rest/api/latest/projects`, { headers: { authorization: `Bearer ${token}` } });
  expect((await call()).status).toBe(200);
  const id = /name="id" value="(\d{12})"><button[^>]*><span>Revoke My/.exec(first)?.[1] ?? "";
  const csrf = /name="csrf" value="([^"]+)"/.exec(first)?.[1] ?? "";
  await john.visit(`${tokens}/revoke`, { method: "POST", body: new URLSearchParams({ id, csrf }) });
  expect((await call()).status).toBe(401);
});

test("D24: a project's and a repository's tokens are its administrators' to make, and no person's to sign in with", async () => {
  const john = await loggedIn("John Doe");
  for (const at of [`${tokens}/projects/acme`, `${tokens}/projects/ACME/repos/place`]) {
    await john.fillIn(`${at}/create`, [
      ["name", "Bot"],
      ["permission", "REPO_READ"],
      ["permission", "PROJECT_READ"],
    ]);
    const page = await textOf(john.visit(`${at}/manage`));
    const token = /<p><code>([A-Za-z0-9+/=]{20,})<\/code>/.exec(page)?.[1] ?? "";
    const call = (path: string) =>
      fetch(`${place.url}/rest/api/latest${path}`, { headers: { authorization: `Bearer ${token}` } });
    expect((await call("/projects/ACME/repos/place")).status, at).toBe(200);
    expect((await call("/admin/permissions/users")).status, at).toBe(401);
    expect((await call("/projects/ACME/permissions/users")).status, at).toBe(401);
    expect(page.includes("Projects: read"), at).toBe(!at.includes("repos"));
    const id = /name="id" value="(\d{12})"><button[^>]*><span>Revoke Bot/.exec(page)?.[1] ?? "";
    const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? "";
    await john.visit(`${at}/revoke`, { method: "POST", body: new URLSearchParams({ id, csrf }) });
    expect((await call("/projects/ACME/repos/place")).status, at).toBe(401);
    const jane = await loggedIn("Jane Doe");
    expect((await jane.visit(`${at}/manage`)).status).toBe(403);
    expect((await jane.visit(`${tokens}/projects/NONE/manage`)).status).toBe(404);
  }
});

test("what was authorized by either dance is listed, and dies when it is revoked", async () => {
  const john = await loggedIn("John Doe");
  const [client] = place.clients;
  const query = new URLSearchParams({
    client_id: client?.clientId ?? "",
    redirect_uri: client?.redirectUrl ?? "",
    response_type: "code",
    scope: "REPO_READ",
  });
  const consent = john.leadsTo(await john.visit(`/rest/oauth2/latest/authorize?${query}`));
  const location = (await john.fillIn(consent, [["approve", "x"]])).headers.get("location") ?? "";
  const form = {
    grant_type: "authorization_code",
    code: new URL(location).searchParams.get("code") ?? "",
    redirect_uri: client?.redirectUrl ?? "",
    client_id: client?.clientId ?? "",
    client_secret: client?.clientSecret ?? "",
  };
  const answer = await fetch(`${place.url}/rest/oauth2/latest/token`, {
    method: "POST",
    body: new URLSearchParams(form),
  });
  const { access_token } = (await answer.json()) as { access_token: string }; // RFC 6749 section 5.1
  const call = () =>
    fetch(`${place.url}/rest/api/latest/projects`, { headers: { authorization: `Bearer ${access_token}` } });
  expect((await call()).status).toBe(200);
  const page = await textOf(john.visit(authorized));
  expect(page).toContain("Windlass (local)");
  const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? "";
  const body = new URLSearchParams({ csrf, client: client?.clientId ?? "" });
  expect((await john.visit(authorized, { method: "POST", body })).status).toBe(303);
  expect((await call()).status).toBe(401);
  expect(await textOf(john.visit(authorized))).toContain("no application");
});

test("a forged form changes nothing, and a session of one server is none of the other", async () => {
  const john = await loggedIn("John Doe");
  for (const path of ["/login", "/logout", `${tokens}/create`, `${tokens}/revoke`, authorized]) {
    const body = new URLSearchParams({ atl_token: "x", person: "101" });
    expect((await john.visit(path, { method: "POST", body })).status, path).toBe(403);
  }
  expect(await textOf(john.visit(`${emulator.server?.url}/plugins/servlet/applinks/whoami`))).toBe("");
});

test("control adds links and tokens, and takes back what a person granted", async () => {
  const post = (path: string, body: object) =>
    fetch(`${emulator.urls.control}/${path}`, { method: "POST", body: JSON.stringify(body) });
  expect((await post("server/clients", { redirectUrl: "http://localhost:1/x" })).status).toBe(400);
  expect((await post("data-center/clients", { redirectUrl: "ftp://x" })).status).toBe(400);
  expect((await post("data-center/tokens", { person: "nobody", permissions: ["REPO_READ"] })).status).toBe(
    400,
  );
  expect((await post("data-center/revoke", { person: "nobody" })).status).toBe(404);
  expect(await (await post("data-center/revoke", { person: "johndoe" })).json()).toEqual({ revoked: 0 });
  expect((await post("elsewhere/clients", {})).status).toBe(404);
});
