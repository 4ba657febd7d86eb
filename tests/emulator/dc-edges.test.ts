/** What a careful reader of Atlassian's pages would try at a Data Center: odd methods, types, paths, numbers and credentials. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { repository } from "../../src/emulator/build/repository.ts";
import { commit } from "../../src/emulator/build/steps.ts";
import { createEmulator, type Emulator, type EmulatorOptions } from "../../src/emulator/emulator.ts";
import { frozenClock } from "../frozen-clock.ts";
import { bodyOf, type Call, callerAt, dataCenterOf, passwordOf, refusalOf } from "./data-center.ts";
import { personAtDataCenter } from "./dc-person.ts";

const api = "/rest/api/latest";
const repo = `${api}/projects/ACME/repos/shop`;
const whoami = "/plugins/servlet/applinks/whoami";
const repositories = [repository("acme/shop", [commit({ "a b.txt": "a" })], { name: "The Shop" })];
let emulator: Emulator;
let base: string;
let john: Call;
let nobody: Call;
const running: Emulator[] = [];

beforeAll(async () => {
  emulator = await createEmulator({ repositories });
  base = dataCenterOf(emulator).url;
  john = callerAt(dataCenterOf(emulator), "johndoe");
  nobody = callerAt(dataCenterOf(emulator), null);
});
afterAll(() => emulator.close());
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.close()));
});

async function start(options: EmulatorOptions): Promise<Emulator> {
  const other = await createEmulator({ repositories, ...options });
  running.push(other);
  return other;
}

const statusOf = async (answer: Promise<Response>) => (await answer).status;

test("D1: every link begins with the base URL, in deep paths, login and OAuth alike; a neighbour of the context path is not below it", async () => {
  const texts = await Promise.all(
    ["/users/admin?avatarSize=48", "/repos", "/projects", "/users?avatarSize=1"].map(async (path) =>
      (await john(`${api}${path}`)).text(),
    ),
  );
  for (const href of texts.join().matchAll(/"href":"(http[^"]+)"/g))
    expect(href[1]?.startsWith(base)).toBe(true);
  const outside = new URL(base).origin;
  expect(await statusOf(fetch(`${outside}/bitbucketeer${api}/projects`))).toBe(404);
  expect((await nobody("/projects/ACME")).headers.get("location")).toContain(`${base}/login`);
});

test("D3: HEAD has the headers of GET and no body", async () => {
  const [get, head] = [await john(`${api}/projects`), await john(`${api}/projects`, { method: "HEAD" })];
  expect([head.status, await head.text()]).toEqual([200, ""]);
  for (const name of ["content-type", "x-ausername", "vary", "cache-control"])
    expect(head.headers.get(name), name).toBe(get.headers.get(name));
});

test("D3: every answer has another X-AREQUESTID, refusals and faults of credentials too", async () => {
  const wrong = { headers: { authorization: "Basic eDp5" } };
  const answers = [await john(`${api}/projects`), await nobody("/nowhere"), await nobody(api, wrong)];
  const ids = answers.map(({ headers }) => headers.get("x-arequestid"));
  expect(new Set(ids).size).toBe(3);
  expect(ids).not.toContain(null);
});

test("D4: a method that a resource does not take is 405 with those it takes; a path that is none is 404 for all", async () => {
  const refused = await john(`${api}/users/admin`, { method: "DELETE" });
  expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET,HEAD,OPTIONS"]);
  expect(await statusOf(john(`${api}/projects/ACME/permissions/users`, { method: "POST" }))).toBe(405);
  expect(await statusOf(john(`${api}/nothing`, { method: "DELETE" }))).toBe(404);
  const options = await nobody(`${api}/projects`, { method: "OPTIONS" });
  expect([options.status, options.headers.get("allow")]).toEqual([200, "GET,HEAD,OPTIONS"]);
});

test("D4: an Accept without JSON is 406 where there is only JSON", async () => {
  const asking = (accept: string) => statusOf(john(`${api}/projects`, { headers: { accept } }));
  for (const accept of [
    "*/*",
    "application/json",
    "application/*;q=0.1",
    "text/html, application/json;q=0.9",
  ])
    expect(await asking(accept), accept).toBe(200);
  for (const accept of ["text/html", "text/plain", "application/xml", "application/json;q=0"])
    expect(await asking(accept), accept).toBe(406);
});

test("D4: outside the REST API a refusal is a page, also for a credential that is none", async () => {
  const wrong = { headers: { authorization: "Basic eDp5" } };
  const page = await nobody(whoami, wrong);
  expect([page.status, page.headers.get("content-type")]).toEqual([401, "text/html;charset=UTF-8"]);
  const rest = await nobody(`${api}/projects`, wrong);
  expect([rest.status, rest.headers.get("content-type")]).toEqual([401, "application/json;charset=UTF-8"]);
});

test("D4: a body that is no JSON is 415, one that is broken 400", async () => {
  const put = (type: string, body: string) =>
    statusOf(
      john("/rest/access-tokens/latest/users/johndoe", {
        method: "PUT",
        headers: { "content-type": type, "x-atlassian-token": "no-check" },
        body,
      }),
    );
  const fine = JSON.stringify({ name: "t", permissions: ["REPO_READ"] });
  expect(await put("application/json; charset=utf-8", fine)).toBe(200);
  for (const type of ["text/plain", "application/xml", "application/x-www-form-urlencoded"])
    expect(await put(type, fine), type).toBe(415);
  for (const body of ["", "{", "[]", "null", "7"])
    expect(await put("application/json", body), body).toBe(400);
});

test("D5: latest and 1.0 are equal below every REST module, and nothing else is a version", async () => {
  const paths = ["/api/V/repos", "/api/V/projects/ACME/permissions/users", "/access-tokens/V/users/johndoe"];
  for (const path of paths) {
    const [latest, one, two] = await Promise.all(
      ["latest", "1.0", "1"].map((version) => john(`/rest${path.replace("V", version)}`)),
    );
    expect(await latest?.text(), path).toBe(await one?.text());
    expect(two?.status, path).toBe(404);
  }
  expect(await statusOf(nobody("/rest/oauth2/latest/client"))).toBe(401);
});

test("D25: Authorization counts and not the cookie beside it; a session alone is who it is", async () => {
  const browser = personAtDataCenter(base);
  await browser.logIn("Jane Doe");
  const asking = (headers: Record<string, string>) => browser.visit(`${api}/projects`, { headers });
  expect((await asking({})).headers.get("x-ausername")).toBe("jane.doe%40example.com");
  const both = await asking({ authorization: passwordOf(dataCenterOf(emulator), "nora") });
  expect(both.headers.get("x-ausername")).toBe("nora");
  const wrong = await asking({ authorization: "Basic eDp5" });
  expect([wrong.status, wrong.headers.get("x-ausername")]).toEqual([401, null]);
});

test("D25: a session ends after its half hour without a request, and with every log-out", async () => {
  const clock = frozenClock();
  const other = await start({ clock });
  const browser = personAtDataCenter(dataCenterOf(other).url);
  await browser.logIn("John Doe");
  const name = async () => (await browser.visit(whoami)).text();
  clock.advance(1800);
  expect(await name()).toBe("johndoe");
  clock.advance(1800);
  expect(await name()).toBe("johndoe");
  clock.advance(1801);
  expect(await name()).toBe("");
});

test("D25: what is no Basic at all, or has no colon, lets nobody in", async () => {
  for (const value of [
    "",
    "!!!!",
    Buffer.from("johndoe").toString("base64"),
    Buffer.from(":").toString("base64"),
  ]) {
    const answer = await nobody(`${api}/projects`, { headers: { authorization: `Basic ${value}` } });
    expect(answer.status, value).toBe(value === "" ? 200 : 401);
    expect(answer.headers.get("x-ausername"), value).toBeNull();
  }
  const inactive = { authorization: passwordOf(dataCenterOf(emulator), "ina") };
  expect((await refusalOf(nobody(api, { headers: inactive })))[1]).toBe(
    "IncorrectPasswordAuthenticationException",
  );
});

test("D25: a CAPTCHA stops the password at every door but not tokens, and failures in a browser count too", async () => {
  const other = await start({ server: false });
  const place = dataCenterOf(other);
  const wrong = { headers: { authorization: `Basic ${btoa("johndoe:wrong")}` } };
  const stranger = callerAt(place, null);
  const browser = personAtDataCenter(place.url);
  const fail = () =>
    browser.fillIn("/login", [
      ["j_username", "johndoe"],
      ["j_password", "wrong"],
    ]);
  for (let count = 0; count < 2; count += 1) await fail();
  for (let count = 0; count < 3; count += 1) await stranger(`${api}/projects`, wrong);
  const right = callerAt(place, "johndoe");
  for (const path of [`${api}/projects`, whoami, "/projects/ACME/repos/shop/raw/a%20b.txt"]) {
    const answer = await right(path);
    expect([answer.status, answer.headers.get("x-authentication-denied-reason")], path).toEqual([
      403,
      `CAPTCHA_CHALLENGE; login-url=${place.url}/login`,
    ]);
  }
  const bearer = { headers: { authorization: `Bearer ${place.tokens[0]?.token}` } };
  expect(await statusOf(stranger(`${api}/projects`, bearer))).toBe(200);
  const admin = callerAt(place, "admin");
  const captcha = `${api}/admin/users/captcha`;
  const clear = (call: Call, query: string) => statusOf(call(`${captcha}${query}`, { method: "DELETE" }));
  expect(await clear(callerAt(place, "nora"), "?name=johndoe")).toBe(401);
  expect([await clear(admin, ""), await clear(admin, "?name=none")]).toEqual([400, 404]);
  await admin(`${api}/admin/permissions/users?name=nora&permission=ADMIN`, { method: "PUT" });
  expect(await clear(callerAt(place, "nora"), "?name=admin")).toBe(403);
  expect(await clear(callerAt(place, "nora"), "?name=johndoe")).toBe(204);
  expect(await statusOf(right(`${api}/projects`))).toBe(200);
});

test("D24: a token is renamed, widened and ended by POST, keeps its text, and there is a most of them", async () => {
  const other = await start({ server: false, dataCenterRules: { mostTokens: 2 } });
  const call = callerAt(dataCenterOf(other), "johndoe");
  const place = "/rest/access-tokens/latest/users/johndoe";
  const send = (method: string, path: string, body: object) =>
    call(path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const made = await bodyOf(send("PUT", place, { name: "one", permissions: ["REPO_READ"] }));
  const changed = await bodyOf(
    send("POST", `${place}/${made.id}`, { name: "two", permissions: ["REPO_WRITE"], expiryDays: 3 }),
  );
  expect(changed).toMatchObject({ id: made.id, name: "two", permissions: ["REPO_WRITE"] });
  expect(changed.token).toBeUndefined();
  expect(await statusOf(send("POST", `${place}/1`, { name: "x" }))).toBe(404);
  for (const bad of [{ name: "" }, { permissions: [] }, { permissions: ["KING"] }, { expiryDays: 0 }])
    expect(await statusOf(send("POST", `${place}/${made.id}`, bad)), JSON.stringify(bad)).toBe(400);
  expect(await statusOf(send("PUT", place, { name: "three", permissions: ["REPO_READ"] }))).toBe(400);
});

test("D29: by a rule everything without JSON needs the header, a DELETE without a body too", async () => {
  const other = await start({ server: false, dataCenterRules: { xsrfNeedsJson: true } });
  const admin = callerAt(dataCenterOf(other), "admin");
  const path = `${api}/projects/ACME/permissions/users?name=nora`;
  const remove = (headers: Record<string, string>) => statusOf(admin(path, { method: "DELETE", headers }));
  expect(await remove({})).toBe(403);
  expect(await remove({ "x-atlassian-token": "no-check" })).toBe(204);
  expect(await remove({ "content-type": "application/json" })).toBe(204);
});

test("D29: multipart, plain text and a browser are refused too; reading never is", async () => {
  const put = (headers: Record<string, string>) =>
    statusOf(john(`${api}/projects/ACME/permissions/users`, { method: "PUT", headers }));
  for (const type of ["multipart/form-data; boundary=x", "TEXT/plain", "application/x-www-form-urlencoded"])
    expect(await put({ "content-type": type }), type).toBe(403);
  expect(await put({ "user-agent": "Mozilla/5.0 (X11)" })).toBe(403);
  expect(await put({ "user-agent": "Mozilla/5.0 (X11)", "x-atlassian-token": "no-check" })).toBe(400);
  expect(await statusOf(john(`${api}/projects`, { headers: { "user-agent": "Mozilla/5.0" } }))).toBe(200);
});

test("D32: a name is no slug, whatever its case; a slug is, encoded or not", async () => {
  const jane = "jane.doe_example.com";
  for (const path of [jane, jane.toUpperCase(), "jane%2Edoe_example.com"])
    expect(await statusOf(john(`${api}/users/${path}`)), path).toBe(200);
  for (const path of ["jane.doe@example.com", "jane.doe%40example.com", "Jane%20Doe", "102"])
    expect((await refusalOf(john(`${api}/users/${path}`)))[1], path).toBe("NoSuchUserException");
  const { values } = await bodyOf(john(`${api}/users?filter=${encodeURIComponent("ZOË+M")}`));
  expect(values.map(({ name }) => name)).toEqual(["Zoë+Müller"]);
});

test("D34: start and limit that are no numbers are refused, by a rule with 404; beyond the end lies an empty last page", async () => {
  const bad = [
    "limit=0",
    "limit=-1",
    "limit=abc",
    "limit=1.5",
    "limit=",
    "start=-1",
    "start=x",
    "start=99999999999",
  ];
  for (const query of bad) {
    const [status, , message] = await refusalOf(john(`${api}/projects?${query}`));
    expect([status, message?.split(" ")[0]], query).toEqual([400, query.split("=")[0]]);
  }
  const beyond = await bodyOf(john(`${api}/projects?start=999999999&limit=999999999`));
  expect(beyond).toMatchObject({
    size: 0,
    isLastPage: true,
    nextPageStart: null,
    start: 999_999_999,
    limit: 1000,
  });
  const twice = await bodyOf(john(`${api}/projects?limit=1&limit=7`));
  expect(twice.limit).toBe(1);
  const other = await start({ server: false, dataCenterRules: { badPageStatus: 404 } });
  expect(await statusOf(callerAt(dataCenterOf(other), "johndoe")(`${api}/projects?limit=0`))).toBe(404);
});

test("D35: keys and slugs are found in any case and with a slash behind them, names never", async () => {
  for (const path of ["/projects/acme/repos/SHOP", "/projects/Acme/repos/shop/", "/projects/ACME/"])
    expect(await statusOf(john(`${api}${path}`)), path).toBe(200);
  const { slug } = (await (await john(`${api}/projects/acme/repos/SHOP`)).json()) as { slug: string };
  expect(slug).toBe("shop");
  expect(await statusOf(john(`${api}/projects/ACME/repos/The%20Shop`))).toBe(404);
  expect(await statusOf(john(`${api}/projects/1`))).toBe(404);
  expect(await statusOf(john(`${repo}/raw/a%20b.txt`))).toBe(200);
  expect(await statusOf(john(`${repo}/raw/a+b.txt`))).toBe(404);
});

test("D35: a search by permission is empty for strangers and not refused; a filter that is none is 400", async () => {
  const found = await bodyOf(nobody(`${api}/repos?permission=REPO_READ`));
  expect(found.values).toEqual([]);
  for (const query of ["permission=PROJECT_READ", "permission=KING", "visibility=secret"])
    expect(await statusOf(john(`${api}/repos?${query}`)), query).toBe(400);
  expect(await statusOf(john(`${api}/projects?permission=REPO_READ`))).toBe(400);
  expect((await bodyOf(john(`${api}/repos?state=OFFLINE`))).size).toBe(0);
});

test("D16, D19: the OAuth 2 endpoints take GET and POST where they do, and JSON for a form is a request without parameters", async () => {
  const at = "/rest/oauth2/latest";
  expect(await statusOf(nobody(`${at}/token`))).toBe(405);
  expect(await statusOf(nobody(`${at}/authorize`, { method: "POST" }))).toBe(405);
  const json = await nobody(`${at}/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ grant_type: "authorization_code" }),
  });
  expect([json.status, ((await json.json()) as { error: string }).error]).toEqual([400, "invalid_request"]);
  for (const grant of ["password", "client_credentials", "implicit"]) {
    const answer = await nobody(`${at}/token`, {
      method: "POST",
      body: new URLSearchParams({ grant_type: grant }),
    });
    expect(((await answer.json()) as { error: string }).error, grant).toBe("unsupported_grant_type");
  }
});
