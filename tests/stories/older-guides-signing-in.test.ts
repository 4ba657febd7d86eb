/** What older guides say of consumers and signing in, put to the Bitbucket of today; the numbers are rows of docs/older-guides.md. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Emulator } from "../../src/emulator/emulator.ts";
import {
  authorize,
  basic,
  call,
  consent,
  firstConsumer,
  refreshWith,
  requestToken,
  seen,
} from "../emulator/client.ts";
import { personAt } from "../emulator/person.ts";
import { bitbucketWith, callbackUrl, grantedTo } from "./older-guides-world.ts";

const opened: Emulator[] = [];
let today: Emulator;

async function open(...how: Parameters<typeof bitbucketWith>): Promise<Emulator> {
  const bitbucket = await bitbucketWith(...how);
  opened.push(bitbucket);
  return bitbucket;
}

beforeAll(async () => {
  today = await open();
});

afterAll(async () => {
  await Promise.all(opened.map((bitbucket) => bitbucket.close()));
});

const user = (where: Emulator, token: string) => call(where, "/2.0/user", token);

/** Where a stranger's browser is sent, or the title of the page it is left on. */
async function sentTo(where: Emulator, redirect_uri: string): Promise<string> {
  const answer = await authorize(where, { client_id: firstConsumer(where).key, redirect_uri });
  return answer.headers.get("location") ?? (await answer.text());
}

test("O1: the consumers lie at their workspace's address, and open to its administrators alone", async () => {
  const settings = "/acme/workspace/settings/api";
  const statusFor = async (displayName: string) => {
    const person = personAt(today.urls.bitbucket);
    await person.logIn(displayName);
    return (await person.visit(settings)).status;
  };
  expect(await statusFor("John Doe")).toBe(200);
  expect(await statusFor("Jane Roe")).not.toBe(200);
  expect((await personAt(today.urls.bitbucket).visit(settings)).status).not.toBe(200);
});

test("O2, O3: no tick for workspace membership, issues or wikis; workspaces are read with account", async () => {
  const john = personAt(today.urls.bitbucket);
  await john.logIn("John Doe");
  const form = await (await john.visit("/acme/workspace/settings/api")).text();
  expect(form).toContain('value="account"');
  for (const gone of ["team", "issue", "issue:write", "wiki"]) expect(form).not.toContain(`value="${gone}"`);
  const { access_token } = await grantedTo(today, { scope: "account" });
  expect(await seen(call(today, "/2.0/user/workspaces", access_token))).toMatchObject([
    200,
    { values: [{ workspace: { slug: "acme" } }] },
  ]);
});

test("O4: a callback may extend the registered one; another scheme, host, port or slash ends on a page", async () => {
  const slashed = await open({ callbackUrl: `${callbackUrl}/` });
  for (const allowed of [callbackUrl, `${callbackUrl}/connect`])
    expect(await sentTo(today, allowed)).toMatch(/^\/account\/signin\//);
  for (const [where, refused] of [
    [slashed, callbackUrl],
    [today, callbackUrl.replace("http:", "https:")],
    [today, callbackUrl.replace("localhost", "127.0.0.1")],
    [today, callbackUrl.replace("8000", "8001")],
  ] as const)
    expect(await sentTo(where, refused), refused).toContain("Invalid redirect_uri");
});

test("O5, O32: what Backstage's backend sends is answered: its own callback, Basic and body together", async () => {
  const registered = "http://localhost:7007/api/auth/bitbucket";
  const where = await open({ callbackUrl: registered, scopes: ["account"] });
  const { key, secret } = firstConsumer(where);
  const redirect_uri = `${registered}/handler/frame`;
  const { callback } = await consent(where, "John Doe", { client_id: key, scope: "account", redirect_uri });
  expect(callback.href.startsWith(`${redirect_uri}?code=`)).toBe(true);
  const code = callback.searchParams.get("code") ?? "";
  const form = {
    grant_type: "authorization_code",
    code,
    redirect_uri,
    client_id: key,
    client_secret: secret,
  };
  expect((await requestToken(where, form, basic(key, secret))).status).toBe(200);
});

test("O6: a new consumer's key has 32 characters and its secret 76", () => {
  const { key, secret } = firstConsumer(today);
  expect([key.length, secret.length]).toEqual([32, 76]);
});

test("O7, O18: of OAuth 1 at Cloud nothing is left, under the rules of 2025 neither", async () => {
  for (const where of [today, await open({}, "2025")]) {
    for (const path of ["request_token", "authenticate", "access_token"]) {
      for (const origin of [where.urls.bitbucket, where.urls.api])
        expect((await fetch(`${origin}/api/1.0/oauth/${path}`)).status, path).not.toBe(200);
    }
  }
});

test("O8, O9: a token in the query or in a body is 401, however valid", async () => {
  const { access_token } = await grantedTo(today);
  const url = `${today.urls.api}/2.0/user`;
  const body = new URLSearchParams({ access_token });
  expect((await fetch(`${url}?${body}`)).status).toBe(401);
  expect((await fetch(url, { method: "POST", body })).status).toBe(401);
  expect((await user(today, access_token)).status).toBe(200);
});

test("O10, G12: a code's token is the person who consented; client_credentials is an app, and was the owner in 2025", async () => {
  const actsAs = async (rules: "2025" | object) => {
    const where = await open({ isPrivate: true }, rules);
    const { access_token } = await grantedTo(where, {}, "Jane Roe");
    expect(await seen(user(where, access_token))).toMatchObject([200, { username: "janeroe" }]);
    const [, body] = await seen(requestToken(where, { grant_type: "client_credentials" }));
    const token = (body as { readonly access_token: string }).access_token; // a success, or the call below fails
    return (await seen(user(where, token)))[1];
  };
  expect(await actsAs({})).toMatchObject({ type: "app_user" });
  expect(await actsAs("2025")).toMatchObject({ type: "user", username: "johndoe" });
});

test("O11, O12, O13: two hours, then 401; a refresh helps, and its token is a new one", async () => {
  const where = await open();
  const first = await grantedTo(where);
  expect(first).toMatchObject({ expires_in: 7200 });
  where.control.advance(7201);
  expect((await user(where, first.access_token)).status).toBe(401);
  const [status, body] = await seen(refreshWith(where, first.refresh_token));
  expect(status).toBe(200);
  const second = body as typeof first; // of the same shape as every token answer
  expect(second.refresh_token).not.toBe(first.refresh_token);
  expect((await user(where, second.access_token)).status).toBe(200);
  where.control.advance(601);
  expect((await refreshWith(where, first.refresh_token)).status).toBe(400);
  where.control.advance(7_776_001);
  expect((await refreshWith(where, second.refresh_token)).status).toBe(400);
});

test("O14, O15, O16: the answer says scope and bearer, and its tokens fit neither cookie nor varchar(255)", async () => {
  const tokens = await grantedTo(today, { scope: "account email" });
  expect(tokens).toMatchObject({ scope: "account email", token_type: "bearer" });
  expect(tokens).not.toHaveProperty("scopes");
  for (const token of [tokens.access_token, tokens.refresh_token]) expect(token.length).toBeGreaterThan(2500);
});

test("O17: neither the implicit nor the password grant is left", async () => {
  const { key } = firstConsumer(today);
  const implicit = await authorize(today, { client_id: key, response_type: "token" });
  expect(implicit.headers.get("location")).toBeNull();
  expect(implicit.status).toBeGreaterThanOrEqual(400);
  const password = { grant_type: "password", username: "johndoe", password: "p" };
  expect(await seen(requestToken(today, password))).toMatchObject([400, { error: "invalid_grant" }]);
});

test("O19, O29: neither webhook and repository nor team open /user, which names account", async () => {
  const sentry = await open({ scopes: ["webhook", "repository"] });
  const team = await open({ scopes: ["account", "team"] }, "2025");
  for (const [where, scope, granted] of [
    [sentry, {}, ["repository", "webhook"]],
    [team, { scope: "team" }, ["team"]],
  ] as const) {
    const { access_token } = await grantedTo(where, scope);
    const [status, body] = await seen(user(where, access_token));
    expect(status).toBe(403);
    expect(body).toMatchObject({ error: { detail: { required: ["account"] } } });
    const { error } = body as { readonly error: { readonly detail: { readonly granted: string[] } } }; // as just compared
    expect(error.detail.granted.toSorted()).toEqual(granted);
  }
});

test("O20, G10: client id and secret are taken by Basic, in the form, and in both; wrong or none is refused", async () => {
  const { key, secret } = firstConsumer(today);
  const inBody = { client_id: key, client_secret: secret };
  for (const [form, header] of [
    [{}, basic(key, secret)],
    [inBody, null],
    [inBody, basic(key, secret)],
  ] as const) {
    const { callback } = await consent(today, "John Doe", { client_id: key });
    const fields = { grant_type: "authorization_code", code: callback.searchParams.get("code") ?? "" };
    expect((await requestToken(today, { ...fields, ...form }, header)).status).toBe(200);
  }
  for (const [header, description] of [
    [null, "Requests must be authenticated using OAuth client credentials"],
    [basic(key, "wrong"), "Invalid OAuth client credentials"],
  ] as const)
    expect(await seen(requestToken(today, { grant_type: "authorization_code", code: "c" }, header))).toEqual([
      400,
      { error_description: description, error: "unauthorized_client" },
    ]);
});

test("O21: JSON is not read at the token endpoint", async () => {
  const { key, secret } = firstConsumer(today);
  const answer = await fetch(`${today.urls.bitbucket}/site/oauth2/access_token`, {
    method: "POST",
    headers: { authorization: basic(key, secret), "content-type": "application/json" },
    body: JSON.stringify({ grant_type: "authorization_code", code: "c" }),
  });
  expect([answer.status, await answer.text()]).toEqual([
    400,
    expect.stringContaining("Unsupported grant type: None"),
  ]);
});

test("O22: a challenge without its verifier gets its tokens all the same", async () => {
  const code_challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  await expect(grantedTo(today, { code_challenge, code_challenge_method: "S256" })).resolves.toBeDefined();
});

test("O23: client and response type suffice; state comes back as it was sent, and is nothing Bitbucket asks for", async () => {
  const client_id = firstConsumer(today).key;
  const bare = await consent(today, "John Doe", { client_id });
  expect([...bare.callback.searchParams.keys()]).toEqual(["code"]);
  const bound = await consent(today, "John Doe", { client_id, state: "kept-in-the-browser" });
  expect(bound.callback.searchParams.get("state")).toBe("kept-in-the-browser");
});

test("O24: a person ends one's own access at App authorizations; deleting the consumer ends everybody's", async () => {
  const where = await open();
  const { key } = firstConsumer(where);
  const [johns, janes] = [await grantedTo(where), await grantedTo(where, {}, "Jane Roe")];
  where.control.revoke({ username: "johndoe", consumerKey: key });
  expect((await user(where, johns.access_token)).status).toBe(401);
  expect((await refreshWith(where, johns.refresh_token)).status).toBe(400);
  expect((await user(where, janes.access_token)).status).toBe(200);
  const john = personAt(where.urls.bitbucket);
  await john.logIn("John Doe");
  await john.fillIn(`/acme/workspace/settings/api/${key}/delete`, []);
  expect((await user(where, janes.access_token)).status).toBe(401);
});
