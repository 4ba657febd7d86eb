/** The dance of OAuth 1 from the outside: consent, access tokens, renewal, signed calls. Numbers D… are those of the facts it must play. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { type Asked, callbackUrl, form, keyPair, linkedApp, pair, problem } from "./dc-oauth1-app.ts";
import { personAtDataCenter } from "./dc-person.ts";
import { type Signing, signed } from "./dc-signer.ts";

let emulator: Emulator;
let app: Awaited<ReturnType<typeof linkedApp>>;

beforeAll(async () => {
  emulator = await createEmulator();
  app = await linkedApp(emulator);
});

afterAll(() => emulator.close());

test("D10: the authorize page asks to log in, names the link, and refuses a form without its token", async () => {
  const token = await app.requestToken("oob");
  const path = `/plugins/servlet/oauth/authorize?oauth_token=${token}`;
  const stranger = personAtDataCenter(app.base);
  const sent = await stranger.visit(path);
  expect(sent.status).toBe(302);
  expect(stranger.leadsTo(sent)).toBe(`/login?next=${encodeURIComponent(path)}`);
  await stranger.logIn("John Doe");
  const page = await (await stranger.visit(path)).text();
  for (const words of ["Mine &lt;b&gt;", "Allow", "Deny", "John Doe", "localhost:8000"])
    expect(page).toContain(words);
  const forged = new URLSearchParams({ oauth_token: token, approve: "x", atl_token: "x" });
  expect((await stranger.visit(path, { method: "POST", body: forged })).status).toBe(403);
  expect(await problem(app.ask({ step: "access-token", oauth: { oauth_token: token } }))).toEqual([
    401,
    "permission_unknown",
  ]);
});

test("D10: an unknown, a used and an expired token are pages of 401 with a challenge", async () => {
  const used = await app.requestToken("oob");
  const { person, page } = await app.decide(used, "deny");
  const old = await app.requestToken("oob");
  emulator.clock.advance(601);
  for (const [path, name] of [
    [page, "token_used"],
    ["/plugins/servlet/oauth/authorize?oauth_token=nonsense", "token_rejected"],
    [`/plugins/servlet/oauth/authorize?oauth_token=${old}`, "token_expired"],
  ] as const) {
    const answer = await person.visit(path);
    expect(answer.status, name).toBe(401);
    expect(answer.headers.get("content-type")).toContain("text/html");
    expect(answer.headers.get("www-authenticate")).toContain(`oauth_problem="${name}"`);
  }
  expect((await person.visit("/plugins/servlet/oauth/authorize")).status).toBe(400);
});

test("D11: 1.0a goes back with token and a verifier of six, or denied, and keeps the callback's query", async () => {
  const sentCallback = "http://localhost:3000/cb?x=%20y";
  for (const [callback, start] of [
    [sentCallback, `${sentCallback}&oauth_token=`],
    ["oob", `${callbackUrl}&oauth_token=`],
  ] as const) {
    const token = await app.requestToken(callback);
    const location = (await app.decide(token, "approve")).answer.headers.get("location") ?? "";
    expect(location.startsWith(`${start}${token}`)).toBe(true);
    expect(new URL(location).searchParams.get("oauth_verifier")).toMatch(/^[A-Za-z0-9]{6}$/);
  }
  const denied = await app.requestToken(sentCallback);
  const location = (await app.decide(denied, "deny")).answer.headers.get("location");
  expect(location).toBe(`${sentCallback}&oauth_token=${denied}&oauth_verifier=denied`);
  expect(
    await problem(
      app.ask({ step: "access-token", oauth: { oauth_token: denied, oauth_verifier: "denied" } }),
    ),
  ).toEqual([401, "permission_denied"]);
});

test("D11: 1.0 goes back with the token alone, allowed or denied, to the browser's callback or the link's", async () => {
  const late = "http://localhost:3000/late";
  for (const button of ["approve", "deny"] as const) {
    const token = await app.requestToken(undefined);
    const { answer } = await app.decide(token, button);
    expect(answer.headers.get("location")).toBe(`${callbackUrl}&oauth_token=${token}`);
    const other = await app.requestToken(undefined);
    const toLate = await app.decide(other, button, `&oauth_callback=${encodeURIComponent(late)}`);
    expect(toLate.answer.headers.get("location")).toBe(`${late}?oauth_token=${other}`);
    const exchanged = await app.ask({
      step: "access-token",
      oauth: { oauth_token: token, oauth_verifier: token },
    });
    expect(exchanged.status).toBe(button === "approve" ? 200 : 401);
  }
});

test("D11: without any callback a page says what was decided, and shows the verifier of 1.0a", async () => {
  const token = await app.requestToken("oob", "quiet");
  const { answer } = await app.decide(token, "approve");
  const page = await answer.text();
  const verifier = /verification code is <code>([A-Za-z0-9]{6})</.exec(page)?.[1] ?? "";
  expect([answer.status, page.includes("Access approved"), verifier.length]).toEqual([200, true, 6]);
  const oauth = { oauth_token: token, oauth_verifier: verifier };
  expect((await app.ask({ key: "quiet", step: "access-token", oauth })).status).toBe(200);
  const older = await app.decide(await app.requestToken(undefined, "quiet"), "approve");
  expect(await older.answer.text()).not.toContain("verification code");
});

test("D12: the checks of the access token come in their order, the signature last", async () => {
  const unsigned = {
    privateKey: keyPair().privateKey,
  };
  const at = (oauth: Signing["oauth"], more: Asked = {}) =>
    problem(app.ask({ step: "access-token", oauth: oauth ?? {}, ...more }));
  expect(await at({}, unsigned)).toEqual([400, "parameter_absent"]);
  expect(await at({ oauth_token: "nonsense" }, unsigned)).toEqual([401, "token_rejected"]);
  const token = await app.requestToken("oob");
  expect(await at({ oauth_token: token }, unsigned)).toEqual([401, "permission_unknown"]);
  const { answer } = await app.decide(token, "approve");
  const verifier = new URL(answer.headers.get("location") ?? "").searchParams.get("oauth_verifier") ?? "";
  const right = { oauth_token: token, oauth_verifier: verifier };
  expect(await at(right, { key: "other", ...unsigned })).toEqual([401, "token_rejected"]);
  expect(await at({ oauth_token: token }, unsigned)).toEqual([400, "parameter_absent"]);
  expect(await at({ ...right, oauth_verifier: "wrong1" }, unsigned)).toEqual([401, "token_rejected"]);
  expect(await at(right, unsigned)).toEqual([401, "signature_invalid"]);
  expect((await app.ask({ step: "access-token", oauth: right })).status).toBe(200);
  expect(await at(right)).toEqual([401, "token_rejected"]);
});

test("D12: the answer has five fields with the lifetimes of the provider", async () => {
  const body = await app.accessTokens();
  expect([...body.keys()]).toEqual([
    "oauth_token",
    "oauth_token_secret",
    "oauth_expires_in",
    "oauth_session_handle",
    "oauth_authorization_expires_in",
  ]);
  expect(body.get("oauth_expires_in")).toBe("157680000");
  expect(body.get("oauth_authorization_expires_in")).toBe("160272000");
});

test("D12: a session handle renews, the old token ends, and each wrong way has its problem", async () => {
  const first = await app.accessTokens();
  const [token, handle] = [first.get("oauth_token") ?? "", first.get("oauth_session_handle") ?? ""];
  const renew = (oauth: Signing["oauth"]) => app.ask({ step: "access-token", oauth: oauth ?? {} });
  expect(await problem(renew({ oauth_token: token }))).toEqual([400, "parameter_absent"]);
  expect(await problem(renew({ oauth_token: token, oauth_session_handle: "x" }))).toEqual([
    401,
    "token_rejected",
  ]);
  const second = await form(renew({ oauth_token: token, oauth_session_handle: handle }));
  expect(second.get("oauth_token")).not.toBe(token);
  expect(await problem(app.call(token, "/rest/api/latest/projects"))).toEqual([401, "token_rejected"]);
  expect((await app.call(second.get("oauth_token") ?? "", "/rest/api/latest/projects")).status).toBe(200);
  emulator.clock.advance(160_272_001);
  const last = {
    oauth_token: second.get("oauth_token") ?? "",
    oauth_session_handle: second.get("oauth_session_handle") ?? "",
  };
  expect(await problem(renew(last))).toEqual([401, "permission_denied"]);
  expect(await problem(app.call(last.oauth_token, "/rest/api/latest/projects"))).toEqual([
    401,
    "token_expired",
  ]);
});

test("D13: a request token lives 600 seconds", async () => {
  const token = await app.requestToken("oob");
  emulator.clock.advance(601);
  expect(await problem(app.ask({ step: "access-token", oauth: { oauth_token: token } }))).toEqual([
    401,
    "token_expired",
  ]);
});

test("D14: a signed call acts for the person; its query is signed too, and five of six parameters are none", async () => {
  const token = (await app.accessTokens()).get("oauth_token") ?? "";
  const path = "/rest/api/latest/projects?name=a%20b%2Bc&limit=3";
  const answer = await app.call(token, path);
  expect([answer.status, answer.headers.get("x-ausername")]).toEqual([200, "johndoe"]);
  const header = signed({
    key: "app",
    privateKey: pair.privateKey,
    method: "GET",
    url: `${app.base}${path}`,
    oauth: { oauth_token: token },
    now: emulator.clock.now(),
  });
  const changed = await fetch(`${app.base}${path}&limit=4`, { headers: { authorization: header } });
  expect(await problem(changed)).toEqual([401, "signature_invalid"]);
  expect(changed.headers.get("www-authenticate")).toContain(`OAuth realm="${encodeURIComponent(app.base)}"`);
  const five = await app.call(token, "/rest/api/latest/application-properties", {
    oauth: { oauth_nonce: undefined },
  });
  expect([five.status, five.headers.get("x-ausername")]).toEqual([200, null]);
});

test("D14: a foreign or unknown token is rejected, and a link that is gone is unknown", async () => {
  const token = (await app.accessTokens()).get("oauth_token") ?? "";
  const path = "/rest/api/latest/projects";
  expect(await problem(app.call("nonsense", path))).toEqual([401, "token_rejected"]);
  expect(await problem(app.call(token, path, { key: "other" }))).toEqual([401, "token_rejected"]);
  expect(await problem(app.call(await app.requestToken("oob"), path))).toEqual([401, "token_rejected"]);
  await fetch(`${emulator.urls.control}/data-center/consumers/app`, { method: "DELETE" });
  expect(await problem(app.call(token, path))).toEqual([401, "consumer_key_unknown"]);
  await app.addConsumer({ key: "app", callbackUrl });
  expect(await problem(app.call(token, path))).toEqual([401, "token_rejected"]);
});

test("the list of requests tells how each step was signed, and no secret", async () => {
  await app.accessTokens("http://localhost:3000/back");
  const notes = emulator.control.requests().filter(({ path }) => path.includes("/plugins/servlet/oauth/"));
  const facts = { signatureMethod: "RSA-SHA1", callback: true, verifier: false };
  expect(notes.findLast(({ grant }) => grant === "request_token")).toMatchObject({
    client: "app",
    oauth1: facts,
  });
  expect(notes.findLast(({ grant }) => grant === "access_token")).toMatchObject({
    client: "app",
    person: "johndoe",
    oauth1: { signatureMethod: "RSA-SHA1", callback: false, verifier: true },
  });
});
