/** Older guides, each followed as it is written, against the local Bitbucket under the rules of 2025. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addConsumerByHand, type LocalBitbucket, personAt, startLocalBitbucket } from "./emulator-process.ts";

let folder: string;
let bitbucket: LocalBitbucket;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "windlass-older-guides-"));
  const repository = join(folder, "checkout-api");
  mkdirSync(repository);
  execFileSync("git", ["init", "--quiet", repository]);
  bitbucket = await startLocalBitbucket("--rules", "2025", "--repo", repository);
});

afterAll(async () => {
  await bitbucket?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Consumer {
  readonly key: string;
  readonly secret: string;
}

/** Every field of a token answer that one of the guides reads. */
interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly scope: string;
  readonly scopes: string;
  readonly token_type: string;
}

const basic = (name: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString("base64")}`,
});

const form = (fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) => ({
  method: "POST",
  headers,
  body: new URLSearchParams(fields),
});

const api = (path: string, init: RequestInit = {}) => fetch(`${bitbucket.api}/2.0${path}`, init);

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

const status = async (answer: Promise<Response>) => (await answer).status;

/** Grants access as John Doe on the page that the authorize URL shows; gives where the browser is sent. */
async function grantAccess(query: Readonly<Record<string, string>>): Promise<URL> {
  const john = personAt(bitbucket.bitbucket);
  await john.logIn("John Doe");
  const path = `/site/oauth2/authorize?${new URLSearchParams({ response_type: "code", ...query })}`;
  const answer = await john.fillIn(path, [["decision", "grant"]]);
  return new URL(answer.headers.get("location") ?? "about:blank");
}

async function codeFor(query: Readonly<Record<string, string>>): Promise<string> {
  return (await grantAccess(query)).searchParams.get("code") ?? "";
}

/** What the token endpoint answers, which must be a success. */
async function tokensBy(init: RequestInit): Promise<Tokens> {
  const answer = await fetch(`${bitbucket.bitbucket}/site/oauth2/access_token`, init);
  if (answer.status !== 200) throw new Error(`no tokens: ${await answer.text()}`);
  return (await answer.json()) as Tokens; // the tests check the fields their guide names
}

async function exchanged({ key, secret }: Consumer, scope?: string): Promise<Tokens> {
  const code = await codeFor({ client_id: key, ...(scope === undefined ? {} : { scope }) });
  return tokensBy(form({ grant_type: "authorization_code", code }, basic(key, secret)));
}

test("G3, G4, G5, G6, G7, G8, G9, G10, G11: the hand-made flow's guide, from the menu under one's name to the token", async () => {
  const john = personAt(bitbucket.bitbucket);
  await john.logIn("John Doe");
  const linkTo = async (page: string, path: string) =>
    expect(await (await john.visit(page)).text()).toContain(`href="${path}"`);
  await linkTo("/", "/acme/");
  await linkTo("/acme/", "/acme/workspace/settings/api");
  const callbackUrl = "http://localhost:3000/back";
  const { key, secret } = await addConsumerByHand(bitbucket, {
    name: "My application",
    callbackUrl,
    scopes: ["email", "account"],
  });

  const callback = await grantAccess({ client_id: key });
  expect(callback.href.startsWith(`${callbackUrl}?code=`)).toBe(true);
  const code = callback.searchParams.get("code") ?? "";
  const inHeader = await tokensBy(form({ grant_type: "authorization_code", code }, basic(key, secret)));
  expect(inHeader.scope.split(" ").sort()).toEqual(["account", "email"]);
  expect(inHeader.token_type.toLowerCase()).toBe("bearer");

  const fields = { client_id: key, client_secret: secret, code: await codeFor({ client_id: key }) };
  const inBody = await tokensBy(form({ ...fields, grant_type: "authorization_code" }));
  expect(inBody.scope).toBe(inHeader.scope);
  expect(inBody.access_token).not.toBe(inHeader.access_token);
});

test("G12, G14, G15, G16, G17: the hand-made flow's guide, the token in header, POST body and query", async () => {
  const { access_token } = await exchanged(bitbucket.consumer);
  const query = new URLSearchParams({ access_token });
  for (const answer of [
    await api("/user", bearer(access_token)),
    await api("/user", form({ access_token })),
    await api(`/user?${query}`),
  ]) {
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ type: "user", username: "johndoe" });
  }
  expect(await status(api("/user", form({ access_token: "garbage" })))).toBe(401);

  const automation = bitbucket.consumers[1] ?? { key: "", secret: "" };
  const credentials = basic(automation.key, automation.secret);
  const owner = await tokensBy(form({ grant_type: "client_credentials" }, credentials));
  expect(await (await api("/user", bearer(owner.access_token))).json()).toMatchObject({
    username: "johndoe",
  });
});

test("G13, G19: the hand-made flow's guide, two hours later: 401, and the refresh token stays what it was", async () => {
  const clock = await startLocalBitbucket("--rules", "2025", "--auto-approve", "johndoe");
  try {
    const { key, secret } = clock.consumer;
    const authorize = `${clock.bitbucket}/site/oauth2/authorize?client_id=${key}&response_type=code`;
    const { headers } = await fetch(authorize, { redirect: "manual" });
    const code = new URL(headers.get("location") ?? "").searchParams.get("code") ?? "";
    const ask = async (fields: Readonly<Record<string, string>>) => {
      const init = form(fields, basic(key, secret));
      return (await (await fetch(`${clock.bitbucket}/site/oauth2/access_token`, init)).json()) as Tokens; // 200, or the fields below are missing
    };
    const first = await ask({ grant_type: "authorization_code", code });
    await clock.advance(7201);
    const user = (token: string) => status(fetch(`${clock.api}/2.0/user`, bearer(token)));
    expect(await user(first.access_token)).toBe(401);
    for (let again = 0; again < 2; again += 1) {
      await clock.advance(3600);
      const next = await ask({ grant_type: "refresh_token", refresh_token: first.refresh_token });
      expect(next.refresh_token).toBe(first.refresh_token);
      expect(await user(next.access_token)).toBe(200);
    }
  } finally {
    await clock.stop();
  }
});

test("G3, G4, G14, G18: litestar-oauth's guide, its eleven scopes and the profile it extracts", async () => {
  const scopes = [
    ...["account", "email", "repository", "repository:write", "repository:admin", "pullrequest"],
    ...["pullrequest:write", "issue", "issue:write", "wiki", "webhook"],
  ];
  const callbackUrl = "http://localhost:8000/auth/bitbucket/callback";
  const consumer = await addConsumerByHand(bitbucket, { name: "My Awesome App", callbackUrl, scopes });
  const all = await exchanged(consumer, scopes.join(" "));
  expect(all.scope.split(" ").sort()).toEqual([...scopes].sort());

  const { key, secret } = consumer;
  const redirect = { redirect_uri: callbackUrl };
  const callback = await grantAccess({
    client_id: key,
    scope: "account email",
    state: "random",
    ...redirect,
  });
  expect(callback.searchParams.get("state")).toBe("random");
  const { access_token, scope } = await tokensBy(
    form({
      grant_type: "authorization_code",
      code: callback.searchParams.get("code") ?? "",
      client_id: key,
      client_secret: secret,
      ...redirect,
    }),
  );
  expect(scope.split(" ").sort()).toEqual(["account", "email"]);
  expect(await (await api("/user", bearer(access_token))).json()).toMatchObject({
    uuid: expect.stringMatching(/^\{[0-9a-f-]{36}\}$/),
    username: "johndoe",
    display_name: "John Doe",
    links: {
      avatar: { href: `${bitbucket.bitbucket}/account/johndoe/avatar/` },
      html: { href: `${bitbucket.bitbucket}/johndoe/` },
    },
  });
  expect(await (await api("/user/emails", bearer(access_token))).json()).toMatchObject({
    values: [{ email: "user@example.com", is_primary: true, is_confirmed: true }],
  });
});

test("G3, G4, G9, G10: Backstage's guide, its consumer with Workspace membership, and the callback its backend really sends", async () => {
  const callbackUrl = "http://localhost:7007/api/auth/bitbucket";
  const john = personAt(bitbucket.bitbucket);
  await john.logIn("John Doe");
  const settings = await (await john.visit("/acme/workspace/settings/api")).text();
  for (const words of ["Add consumer", "Workspace membership", 'value="team"'])
    expect(settings).toContain(words);
  const scopes = ["account", "team"];
  const { key, secret } = await addConsumerByHand(bitbucket, { name: "Backstage", callbackUrl, scopes });

  const redirect = { redirect_uri: `${callbackUrl}/handler/frame` };
  const callback = await grantAccess({ client_id: key, scope: "account", ...redirect });
  expect(callback.href.startsWith(`${redirect.redirect_uri}?code=`)).toBe(true);
  const client = { client_id: key, client_secret: secret };
  const code = callback.searchParams.get("code") ?? "";
  const fields = { ...client, ...redirect, grant_type: "authorization_code", code };
  const tokens = await tokensBy(form(fields, basic(key, secret)));
  expect(await (await api("/user", bearer(tokens.access_token))).json()).toMatchObject({
    username: "johndoe",
    uuid: expect.stringMatching(/^\{/),
  });
  const { refresh_token } = tokens;
  const renewal = { ...client, grant_type: "refresh_token", refresh_token, scope: "account" };
  expect((await tokensBy(form(renewal, basic(key, secret)))).scope).toBe("account");

  expect((await exchanged({ key, secret })).scope.split(" ").sort()).toEqual(scopes);
  const team = await exchanged({ key, secret }, "team");
  const refused = await api("/user", bearer(team.access_token));
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({
    error: { detail: { required: ["account"], granted: ["team"] } },
  });
});

test("G3, G4: Sentry's document, its three default permissions; the OAuth 1 it speaks was gone before 2025", async () => {
  const scopes = ["webhook", "repository", "issue"];
  const callbackUrl = "http://localhost:9000/";
  const consumer = await addConsumerByHand(bitbucket, { name: "Sentry", callbackUrl, scopes });
  const { access_token, scope } = await exchanged(consumer);
  expect(scope.split(" ").sort()).toEqual([...scopes].sort());
  expect(await status(api("/repositories/acme/checkout-api", bearer(access_token)))).toBe(200);
  for (const path of ["request_token", "authenticate", "access_token"])
    expect(await status(fetch(`${bitbucket.bitbucket}/api/1.0/oauth/${path}`)), path).toBe(404);
});

/** The rows of the page of app passwords, in words. */
async function appPasswordsPage(john: ReturnType<typeof personAt>): Promise<string> {
  return (await john.visit("/account/settings/app-passwords/")).text();
}

test("S1, S14, S15, S16, S17, S19, S20, S21, S22: SigSentry's guide, its app password from Create to revoke", async () => {
  const john = personAt(bitbucket.bitbucket);
  await john.logIn("John Doe");
  const page = "/account/settings/app-passwords/";
  expect(await (await john.visit("/")).text()).toContain(`href="${page}"`);
  expect(await appPasswordsPage(john)).toContain("Create app password");
  const created = await john.fillIn("/account/settings/app-passwords/new", [
    ["label", "sigsentry-readonly"],
    ["scope", "repository"],
    ["scope", "account"],
  ]);
  expect(created.headers.get("location")).toBe(page);
  const password = /<code>(ATBB[^<]+)</.exec(await appPasswordsPage(john))?.[1] ?? "";
  expect(password).not.toBe("");
  const again = await appPasswordsPage(john);
  expect(again).toContain("sigsentry-readonly");
  expect(again).toContain("Account: Read, Repositories: Read");
  expect(again).not.toContain(password);

  const headers = basic("johndoe", password);
  expect(await (await api("/workspaces", { headers })).json()).toMatchObject({ values: [{ slug: "acme" }] });
  expect(await status(api("/repositories/acme/checkout-api", { headers }))).toBe(200);
  expect(await status(api("/repositories/acme/chekout-api", { headers }))).toBe(404);
  const forbidden = await api("/user/emails", { headers });
  expect(forbidden.status).toBe(403);
  expect(await forbidden.json()).toMatchObject({
    error: { detail: { required: ["email"], granted: ["account", "repository"] } },
  });
  expect(await status(api("/user", { headers: basic("user@example.com", password) }))).toBe(401);

  await bitbucket.advance(400 * 86_400);
  expect(await status(api("/user", { headers }))).toBe(200);
  const id = /name="id" value="([^"]+)"><button[^>]*><span>Revoke sigsentry-readonly/.exec(again)?.[1] ?? "";
  expect((await john.fillIn(page, [["id", id]], `${page}revoke`)).status).toBe(303);
  expect(await status(api("/user", { headers }))).toBe(401);
  expect(await appPasswordsPage(john)).not.toContain("sigsentry-readonly");
});

test("S3, S6, S7, S10, S18: SigSentry's guide by OAuth: two permissions, its workspace found, revoked with the consumer", async () => {
  const callbackUrl = "http://localhost:3000/bitbucket";
  const scopes = ["repository", "account"];
  const { key, secret } = await addConsumerByHand(bitbucket, { name: "SigSentry", callbackUrl, scopes });
  const { access_token, refresh_token } = await exchanged({ key, secret });
  const headers = { authorization: `Bearer ${access_token}` };
  expect(await (await api("/user/permissions/workspaces", { headers })).json()).toMatchObject({
    values: [{ workspace: { slug: "acme" } }],
  });
  const renewal = form({ grant_type: "refresh_token", refresh_token }, basic(key, secret));
  expect(await status(api("/user", bearer((await tokensBy(renewal)).access_token)))).toBe(200);

  const john = personAt(bitbucket.bitbucket);
  await john.logIn("John Doe");
  await john.fillIn(`/acme/workspace/settings/api/${key}/delete`, []);
  expect(await status(api("/user", { headers }))).toBe(401);
});
