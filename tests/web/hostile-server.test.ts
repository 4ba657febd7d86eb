/** What a Bitbucket Server of somebody's own, set up in the dashboard, can do to the house: nothing. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { pkcs8Pem } from "../bitbucket/signing-keys.ts";
import { type Browser, configFor, openRig, type Rig, type Seen } from "./rig.ts";
import { idOf, makeProject } from "./world.ts";

/** What it answers to a path that ends like this, with these headers. */
type Answers = Readonly<
  Record<string, string | { readonly headers: Record<string, string>; readonly body: string }>
>;

const broken: unknown[] = [];
const log = { info() {}, warn() {}, error: (...event: unknown[]) => void broken.push(event) };
let rig: Rig;
let john: Browser;
let form: Seen;
let answers: Answers;

const hostile = createServer(({ url = "" }, response) => {
  const path = url.replace(/\?.*/, "");
  const [, answer = ""] = Object.entries(answers).find(([end]) => path.endsWith(end)) ?? [];
  give(response, typeof answer === "string" ? { headers: {}, body: answer } : answer);
});
const give = (
  response: ServerResponse,
  { headers, body }: { headers: Record<string, string>; body: string },
) => void response.writeHead(200, headers).end(body);

let address: string;
beforeAll(async () => {
  await once(hostile.listen(0, "127.0.0.1"), "listening");
  address = `http://127.0.0.1:${(hostile.address() as AddressInfo).port}`; // it listens on TCP
  const network = { allow: ["127.0.0.0/8"] };
  rig = await openRig({ log, config: (emulator) => configFor(emulator, { network }) });
  john = await rig.signedIn("John Doe");
  const project = await makeProject(john, "Shop");
  form = await john.submit(project, `${project.url.pathname}/server-setup`);
});
beforeEach(() => void broken.splice(0));
afterAll(async () => {
  await rig.close();
  hostile.closeAllConnections();
  hostile.close();
});

const begin = (fields: Readonly<Record<string, string>> = {}) => {
  const all = { baseUrl: address, consumerKey: "k", keys: "made", privateKey: "", ca: "", ...fields };
  return john.submit(form, form.url.pathname, Object.entries(all));
};
const requestToken = (token: string) =>
  `oauth_token=${token}&oauth_token_secret=s&oauth_callback_confirmed=true`;
const instance = () => idOf(form.url.pathname);

test("L1, L2: a request token that is not confirmed begins no trip: another's approval could be used", async () => {
  for (const rest of ["", "&oauth_callback_confirmed=false"]) {
    answers = { "/request-token": `oauth_token=fixed&oauth_token_secret=s${rest}` };
    const refused = await begin();
    expect(refused.status).toBe(403);
    expect(refused.text).toContain("did not confirm where to send people back to");
    expect((await john.ask(`/auth/${instance()}/callback?oauth_token=fixed`)).status).toBe(409);
  }
});

test("a request token that was given before is refused with a sentence", async () => {
  answers = { "/request-token": requestToken("again") };
  expect((await begin()).url.href).toContain(`${address}/plugins/servlet/oauth/authorize?oauth_token=again`);
  const refused = await begin();
  expect(refused.status).toBe(400);
  expect(refused.text).toContain("a request token that it had given before");
  expect(broken).toEqual([]);
});

test("nobody signs in there, and nobody else's project knows it", async () => {
  answers = { "/request-token": requestToken("own") };
  await begin();
  expect((await rig.browser().ask(`/auth/${instance()}/login`)).status).toBe(404);
  expect(rig.app.signin.policy(instance())).toBe("nobody");
  const jane = await rig.signedIn("Jane Roe");
  const hers = (await makeProject(jane, "Hers")).url.pathname;
  const page = await jane.open(`${hers}/connect`);
  for (const path of [`${hers}/connect/${instance()}`, `${hers}/server-setup/${instance()}`]) {
    expect((await jane.open(path)).status).toBe(404);
    expect((await jane.submit(page, path, [["baseUrl", address]])).status).toBe(404);
  }
});

test("connecting it again leads on by a page, since no form's redirect may lead there", async () => {
  answers = { "/request-token": requestToken("second") };
  const path = `${form.url.pathname.replace(/\/server-setup.*/, "")}/connect/${instance()}`;
  const seen = await john.ask(path, john.form(await john.open(path), []));
  expect(seen.headers.get("content-security-policy")).not.toContain(address);
  expect(seen.text).toContain(
    `content="0; url=${address}/plugins/servlet/oauth/authorize?oauth_token=second"`,
  );
});

test("an answer of megabytes of parameters, or of JSON, is given up at once", async () => {
  for (const body of ["a&".repeat(4_000_000), `{"errors":[${"[],".repeat(1_000_000)}1]}`]) {
    answers = { "/request-token": body };
    expect((await begin()).text).toContain("answered without a request token");
  }
});

test("E16: an account's name is one short line, whatever it is at Bitbucket", async () => {
  const json = { "content-type": "application/json" };
  const user = {
    name: "v",
    slug: "v",
    id: 7,
    type: "NORMAL",
    displayName: `\u202eEve\n${"x".repeat(500_000)}`,
  };
  answers = {
    "/request-token": requestToken("named"),
    "/access-token": "oauth_token=access&oauth_token_secret=s",
    "/application-properties": { headers: { ...json, "x-ausername": "v" }, body: "{}" },
    "/users/v": { headers: json, body: JSON.stringify(user) },
    "/projects": { headers: json, body: '{"values":[],"isLastPage":true}' },
  };
  await begin();
  const wizard = await john.open(`/auth/${instance()}/callback?oauth_token=named&oauth_verifier=abc123`);
  expect(wizard.url.pathname).toMatch(/\/repositories$/);
  const connection = await rig.app.connections.get(idOf(wizard.url.pathname.replace(/\/repositories$/, "")));
  expect(connection.accountName).toBe(`Eve${"x".repeat(197)}`);
});

test("a private key that was typed is not sent back, whatever is wrong with the form", async () => {
  const refused = await begin({ baseUrl: "", keys: "own", privateKey: pkcs8Pem });
  expect(refused.status).toBe(400);
  expect(refused.text).not.toContain(pkcs8Pem.split("\n")[1]);
});

test("G1: where people come by network, the form leads to nothing of the machine's own", async () => {
  const config = configFor(rig.emulator, { baseUrl: "https://windlass.example.com" });
  const there = await openRig({ log, config: () => config });
  const form = { consumerKey: "k", keys: "made", privateKey: "", ca: "" };
  const { checkSetup } = await import("../../src/web/views/server-setup.ts");
  const problem = (baseUrl: string) => checkSetup(there.app, { ...form, baseUrl }).problems.baseUrl;
  for (const host of [
    "localhost",
    "a.localhost",
    "localhost.",
    "127.1",
    "0x7f000001",
    "0",
    "169.254.169.254",
  ])
    expect(problem(`https://${host}:7990`)).toMatch(/own machine/);
  for (const host of ["[::1]", "[::]", "[::ffff:10.0.0.1]", "[fe80::1]"])
    expect(problem(`https://${host}/bitbucket`)).toMatch(/own machine/);
  expect(problem("http://localhost:7990")).toMatch(/own machine/);
  for (const host of ["git.example.com", "10.0.0.7", "localhost.example.com"])
    expect(problem(`https://${host}`)).toBeUndefined();
  await there.close();
});
