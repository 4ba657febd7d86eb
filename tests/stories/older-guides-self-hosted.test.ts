/** What older guides say of Server and Data Center, put to the local ones; the numbers are rows of docs/older-guides.md. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { basic } from "../emulator/client.ts";
import { personAtDataCenter } from "../emulator/dc-person.ts";
import { send, signed } from "../emulator/dc-signer.ts";

const noClient = { clientId: "", clientSecret: "", redirectUrl: "" };
let emulator: Emulator;
let url: string;

beforeAll(async () => {
  emulator = await createEmulator();
  url = emulator.dataCenter?.url ?? "";
});

afterAll(() => emulator.close());

/** GET below the REST API, as a person with a password. */
async function ask(path: string, name: string): Promise<Response> {
  const password = emulator.dataCenter?.people.find((person) => person.name === name)?.password ?? "";
  return fetch(`${url}/rest/api/latest${path}`, { headers: { authorization: basic(name, password) } });
}

/** The seeded application link of the Server, with what it takes to sign as it. */
function ownLink() {
  const { key = "", privateKey = "" } = emulator.server?.consumers[0] ?? {};
  return { key, privateKey: privateKey ?? "", now: emulator.clock.now() };
}

test("O48: there is no /user; who one is stands in a header of an answer that everybody gets", async () => {
  expect((await ask("/user", "johndoe")).status).toBe(404);
  const own = await ask("/application-properties", "johndoe");
  expect([own.status, own.headers.get("x-ausername")]).toEqual([200, "johndoe"]);
  const anonymous = await fetch(`${url}/rest/api/latest/application-properties`);
  expect([anonymous.status, anonymous.headers.has("x-ausername")]).toEqual([200, false]);
});

test("O48: OAuth 2 is there from 7.20 on, and not before", async () => {
  const statusAt = async (base = "") => (await fetch(`${base}/rest/oauth2/1.0/client`)).status;
  expect([emulator.dataCenter?.version, await statusAt(emulator.dataCenter?.url)]).toEqual(["9.4.2", 401]);
  expect([emulator.server?.version, await statusAt(emulator.server?.url)]).toEqual(["7.17.0", 404]);
});

test("O49: a request signed with the key pair is answered, one with a shared secret is not", async () => {
  const asked = { ...ownLink(), url: `${emulator.server?.url}/plugins/servlet/oauth/request-token` };
  const oauth = { oauth_callback: "oob" };
  expect((await send({ ...asked, oauth })).status).toBe(200);
  const shared = signed({ ...asked, oauth: { ...oauth, oauth_signature_method: "HMAC-SHA1" } });
  const refused = await fetch(asked.url, { method: "POST", headers: { authorization: shared } });
  expect(refused.ok).toBe(false);
  expect(await refused.text()).toMatch(/oauth_problem=signature_/);
});

test("O50: Create link asks for the kind; one has a public key, the other a redirect URL", async () => {
  const admin = personAtDataCenter(url);
  await admin.logIn("Ada Admin");
  const page = async (path: string) => (await admin.visit(`/plugins/servlet/applinks/create${path}`)).text();
  for (const kind of ["Atlassian product", "External application"]) expect(await page("")).toContain(kind);
  expect(await page("/atlassian-product")).toContain('name="publicKey"');
  expect(await page("/external-application")).not.toContain('name="publicKey"');
});

test("O51: the e-mail stands in the person's entry, if anywhere, without a word on its being confirmed", async () => {
  const entry = await (await ask("/users/johndoe", "johndoe")).text();
  expect(JSON.parse(entry)).toMatchObject({ emailAddress: "user@example.com" });
  expect(entry).not.toMatch(/confirmed|verified/i);
  expect(await (await ask("/users/nora", "johndoe")).json()).not.toHaveProperty("emailAddress");
});

test("O52: a person is found by the slug, which is not the name; the id is a number", async () => {
  const name = "jane.doe@example.com";
  expect((await ask(`/users/${encodeURIComponent(name)}`, name)).status).toBe(404);
  expect(await (await ask("/users/jane.doe_example.com", name)).json()).toMatchObject({
    name,
    id: expect.any(Number),
  });
});

test("O53: Basic at Data Center's token endpoint is a person's password, and a wrong one", async () => {
  const { clientId, clientSecret, redirectUrl } = { ...noClient, ...emulator.dataCenter?.clients[0] };
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    code: "c",
    redirect_uri: redirectUrl,
  });
  const headers = { authorization: basic(clientId, clientSecret) };
  const answer = await fetch(`${url}/rest/oauth2/latest/token`, { method: "POST", headers, body });
  expect(answer.status).toBe(401);
  expect(await answer.text()).toContain("IncorrectPasswordAuthenticationException");
});

test("O54: without a callback the way back of a no is that of a yes; with one it says denied", async () => {
  const base = emulator.server?.url ?? "";
  const cameBack = async (button: string, oauth: Readonly<Record<string, string>>) => {
    const asked = { ...ownLink(), url: `${base}/plugins/servlet/oauth/request-token`, oauth };
    const token = new URLSearchParams(await (await send(asked)).text()).get("oauth_token") ?? "";
    const person = personAtDataCenter(base);
    await person.logIn("John Doe");
    const page = "/plugins/servlet/oauth/authorize";
    const fields = [["oauth_token", token] as const, [button, "x"] as const];
    const answer = await person.fillIn(`${page}?oauth_token=${token}`, fields, page);
    return new URL(answer.headers.get("location") ?? "about:blank").searchParams;
  };
  for (const button of ["approve", "deny"])
    expect([...(await cameBack(button, {})).keys()]).toEqual(["oauth_token"]);
  const callback = { oauth_callback: "http://localhost:8000/back" };
  expect((await cameBack("approve", callback)).get("oauth_verifier")).toMatch(/^[A-Za-z0-9]{6}$/);
  expect((await cameBack("deny", callback)).get("oauth_verifier")).toBe("denied");
});

test("O55: a code of Data Center's lives ten seconds, access an hour, and a renewal ends both old tokens", async () => {
  const { clientId, clientSecret, redirectUrl } = { ...noClient, ...emulator.dataCenter?.clients[0] };
  const client = { client_id: clientId, client_secret: clientSecret };
  const john = personAtDataCenter(url);
  await john.logIn("John Doe");
  const codeOf = async () => {
    const asked = {
      client_id: clientId,
      redirect_uri: redirectUrl,
      response_type: "code",
      scope: "REPO_READ",
    };
    const consent = await john.visit(
      `/rest/oauth2/latest/authorize?${new URLSearchParams({ ...asked, state: "s" })}`,
    );
    const answer = await john.fillIn(john.leadsTo(consent), [["approve", "x"]]);
    return new URL(answer.headers.get("location") ?? "about:blank").searchParams.get("code") ?? "";
  };
  const token = async (form: Readonly<Record<string, string>>) => {
    const body = new URLSearchParams({ ...form, ...client });
    const answer = await fetch(`${url}/rest/oauth2/latest/token`, { method: "POST", body });
    // RFC 6749 section 5.1, or an error whose status the tests read.
    const tokens = (await answer.json()) as Readonly<Record<"access_token" | "refresh_token", string>>;
    return { status: answer.status, tokens };
  };
  const exchange = async (code: string) =>
    token({ grant_type: "authorization_code", code, redirect_uri: redirectUrl });
  const late = await codeOf();
  emulator.control.advance(11);
  expect((await exchange(late)).status).toBe(400);
  const { tokens } = await exchange(await codeOf());
  expect(tokens).toMatchObject({ expires_in: 3600 });
  const renewal = { grant_type: "refresh_token", refresh_token: tokens.refresh_token };
  expect((await token(renewal)).status).toBe(200);
  expect((await token(renewal)).status).toBe(400);
  const headers = { authorization: `Bearer ${tokens.access_token}` };
  expect((await fetch(`${url}/rest/api/latest/projects`, { headers })).status).toBe(401);
});
