/** OAuth 1.0a of a Server and Data Center from the outside, signed by hand. Numbers D… are those of the facts it must play. */
import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { personAtDataCenter } from "./dc-person.ts";
import { type Signing, send, signed } from "./dc-signer.ts";

const pair = generateKeyPairSync("rsa", {
  modulusLength: 1024,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const callbackUrl = "http://localhost:8000/back?kept=1";
let emulator: Emulator;
let base: string;

beforeAll(async () => {
  emulator = await createEmulator();
  base = emulator.dataCenter?.url ?? "";
  for (const [key, callback] of [
    ["app", callbackUrl],
    ["quiet", ""],
    ["other", callbackUrl],
  ] as const)
    await addConsumer({ key, callbackUrl: callback });
});

afterAll(() => emulator.close());

async function addConsumer(given: Readonly<Record<string, unknown>>): Promise<void> {
  const answer = await fetch(`${emulator.urls.control}/data-center/consumers`, {
    method: "POST",
    body: JSON.stringify({ name: "Mine <b>", publicKey: pair.publicKey, ...given }),
  });
  if (answer.status !== 201) throw new Error(await answer.text());
}

type Asked = Partial<Signing> & { readonly step?: "request-token" | "access-token" };

function ask({ step = "request-token", ...rest }: Asked = {}): Promise<Response> {
  return send({
    key: "app",
    privateKey: pair.privateKey,
    url: `${base}/plugins/servlet/oauth/${step}`,
    now: emulator.clock.now(),
    ...rest,
  });
}

async function form(answer: Response | Promise<Response>): Promise<URLSearchParams> {
  return new URLSearchParams(await (await answer).text());
}

/** Status and `oauth_problem`. */
async function problem(answer: Response | Promise<Response>) {
  const { status } = await answer;
  return [status, (await form(answer)).get("oauth_problem")] as const;
}

async function requestToken(callback: string | undefined, key = "app"): Promise<string> {
  const body = await form(ask({ key, oauth: { oauth_callback: callback } }));
  return body.get("oauth_token") ?? "";
}

/** Logs in, opens the page, presses a button. */
async function decide(token: string, button: "approve" | "deny", more = "") {
  const person = personAtDataCenter(base);
  await person.logIn("John Doe");
  const page = `/plugins/servlet/oauth/authorize?oauth_token=${token}${more}`;
  const text = await (await person.visit(page)).text();
  const fields = [
    ["oauth_token", token],
    [button, "x"],
  ] as [string, string][];
  const late = new URLSearchParams(more).get("oauth_callback");
  if (late !== null) fields.push(["oauth_callback", late]);
  return {
    text,
    answer: await person.fillIn(page, fields, "/plugins/servlet/oauth/authorize"),
    person,
    page,
  };
}

async function accessTokens(callback = "oob") {
  const token = await requestToken(callback);
  const { answer } = await decide(token, "approve");
  const verifier = new URL(answer.headers.get("location") ?? "").searchParams.get("oauth_verifier") ?? "";
  return form(ask({ step: "access-token", oauth: { oauth_token: token, oauth_verifier: verifier } }));
}

function call(token: string, path: string, more: Asked = {}): Promise<Response> {
  return ask({ method: "GET", url: `${base}${path}`, ...more, oauth: { oauth_token: token, ...more.oauth } });
}

test("D6: a link has key, name, public key and callback, which may be empty, three legs on and two off", async () => {
  const described = emulator.dataCenter?.consumers.find(({ key }) => key === "quiet");
  expect(described).toEqual({
    ...{ key: "quiet", name: "Mine <b>", callbackUrl: "", publicKey: pair.publicKey, privateKey: null },
  });
  expect(await problem(call("", "/rest/api/latest/application-properties"))).toEqual([
    401,
    "permission_denied",
  ]);
  await addConsumer({ key: "no-legs", threeLegged: false });
  expect(await problem(ask({ key: "no-legs" }))).toEqual([401, "permission_denied"]);
});

test("D6: the Server's own link signs with the key pair it is given out with", async () => {
  const server = emulator.server;
  const [consumer] = server?.consumers ?? [];
  expect(consumer).toMatchObject({ key: "windlass-local" });
  const answer = await send({
    key: "windlass-local",
    privateKey: consumer?.privateKey ?? "",
    url: `${server?.url}/plugins/servlet/oauth/request-token`,
  });
  expect(answer.status).toBe(200);
});

test("D7: a request token is answered as a text form, confirmed only when a callback was sent", async () => {
  const answer = await ask({ oauth: { oauth_callback: "http://localhost:3000/back" } });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/plain"]);
  const body = await form(answer);
  expect([...body.keys()]).toEqual(["oauth_token", "oauth_token_secret", "oauth_callback_confirmed"]);
  expect([...(await form(ask())).keys()]).toEqual(["oauth_token", "oauth_token_secret"]);
  expect((await form(ask({ oauth: { oauth_callback: "oob" } }))).get("oauth_callback_confirmed")).toBe(
    "true",
  );
  expect((await fetch(`${base}/plugins/servlet/oauth/request-token`)).status).toBe(405);
});

test("D7: parameters may come by query, form and header, and all of them are signed", async () => {
  const url = `${base}/plugins/servlet/oauth/request-token?a=1%202&a=%C3%A4&b=%2B`;
  expect((await ask({ url, form: { "c d": "e+f&g=h" } })).status).toBe(200);
});

test("D7: a callback that is relative or of another scheme is refused with the two extra parameters", async () => {
  for (const callback of ["/back", "ftp://example.com/back", ""]) {
    const answer = await ask({ oauth: { oauth_callback: callback } });
    const body = await form(answer);
    expect(answer.status).toBe(400);
    expect(body.get("oauth_problem")).toBe("parameter_rejected");
    expect(body.get("oauth_parameters_rejected")).toBe("oauth_callback");
    expect(body.get("oauth_problem_advice")).not.toBeNull();
  }
});

test("D8: a problem is a form in the body and an OAuth challenge whose realm is the URL", async () => {
  const answer = await ask({ key: "unknown" });
  expect(answer.status).toBe(401);
  expect(answer.headers.get("content-type")).toBe("application/x-www-form-urlencoded;charset=UTF-8");
  const realm = encodeURIComponent(`${base}/plugins/servlet/oauth/request-token`);
  expect(answer.headers.get("www-authenticate")).toBe(
    `OAuth realm="${realm}", oauth_problem="consumer_key_unknown"`,
  );
  expect(await answer.text()).toBe("oauth_problem=consumer_key_unknown");
});

test("D8: a wrong signature is told with the server's own base string", async () => {
  const foreign = generateKeyPairSync("rsa", {
    modulusLength: 1024,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const answer = await ask({ privateKey: foreign.privateKey, oauth: { oauth_nonce: "n1" } });
  const body = await form(answer);
  expect([answer.status, body.get("oauth_problem")]).toEqual([401, "signature_invalid"]);
  const url = encodeURIComponent(`${base}/plugins/servlet/oauth/request-token`);
  expect(body.get("oauth_signature_base_string")).toMatch(
    new RegExp(
      `^POST&${url}&oauth_consumer_key%3Dapp%26oauth_nonce%3Dn1%26oauth_signature_method%3DRSA-SHA1%26`,
    ),
  );
  expect(body.get("oauth_signature_method")).toBe("RSA-SHA1");
  expect(body.get("oauth_signature")).not.toBe("");
});

test("D8: a certificate, a private key or rubbish in place of the public key makes every signature invalid", async () => {
  const body = pair.publicKey.replaceAll("PUBLIC KEY", "CERTIFICATE");
  for (const [key, publicKey] of [
    ["certificate", body],
    ["private", pair.privateKey],
    ["rubbish", "x"],
  ] as const) {
    await addConsumer({ key, publicKey });
    expect(await problem(ask({ key })), key).toEqual([401, "signature_invalid"]);
  }
});

test("D9: time, nonce, version and signature method are enforced, doubled parameters refused", async () => {
  const seconds = Math.floor(emulator.clock.now().getTime() / 1000);
  const at = (offset: number) => ask({ oauth: { oauth_timestamp: String(seconds + offset) } });
  expect((await at(-290)).status).toBe(200);
  expect((await at(290)).status).toBe(200);
  const late = await at(-330);
  const told = await form(late);
  expect([late.status, told.get("oauth_problem")]).toEqual([400, "timestamp_refused"]);
  const [earliest = 0, latest = 0] = (told.get("oauth_acceptable_timestamps") ?? "").split("-").map(Number);
  expect(latest - earliest).toBe(600);
  expect(Math.abs(earliest + 300 - seconds)).toBeLessThan(30);
  expect(await problem(at(330))).toEqual([400, "timestamp_refused"]);

  const once = { oauth_nonce: "again", oauth_timestamp: String(seconds) };
  expect((await ask({ oauth: once })).status).toBe(200);
  expect(await problem(ask({ oauth: once }))).toEqual([401, "nonce_used"]);
  expect(await problem(ask({ oauth: { oauth_version: "2.0" } }))).toEqual([400, "version_rejected"]);
  expect((await ask({ oauth: { oauth_version: undefined } })).status).toBe(200);
  for (const method of ["HMAC-SHA1", "PLAINTEXT", "RSA-SHA256"])
    expect(await problem(ask({ oauth: { oauth_signature_method: method } })), method).toEqual([
      400,
      "signature_method_rejected",
    ]);
  const doubled = `${base}/plugins/servlet/oauth/request-token?oauth_version=1.0`;
  expect(await problem(ask({ url: doubled }))).toEqual([400, "parameter_rejected"]);
  const absent = await form(ask({ oauth: { oauth_nonce: undefined, oauth_timestamp: undefined } }));
  expect(absent.get("oauth_parameters_absent")).toBe("oauth_timestamp&oauth_nonce");
  expect(await problem(ask({ oauth: { oauth_consumer_key: undefined } }))).toEqual([400, "parameter_absent"]);
});

test("D10: the authorize page asks to log in, names the link, and refuses a form without its token", async () => {
  const token = await requestToken("oob");
  const path = `/plugins/servlet/oauth/authorize?oauth_token=${token}`;
  const stranger = personAtDataCenter(base);
  const sent = await stranger.visit(path);
  expect(sent.status).toBe(302);
  expect(stranger.leadsTo(sent)).toBe(`/login?next=${encodeURIComponent(path)}`);
  await stranger.logIn("John Doe");
  const page = await (await stranger.visit(path)).text();
  for (const words of ["Mine &lt;b&gt;", "Allow", "Deny", "John Doe", "localhost:8000"])
    expect(page).toContain(words);
  const forged = new URLSearchParams({ oauth_token: token, approve: "x", atl_token: "x" });
  expect((await stranger.visit(path, { method: "POST", body: forged })).status).toBe(403);
  expect(await problem(ask({ step: "access-token", oauth: { oauth_token: token } }))).toEqual([
    401,
    "permission_unknown",
  ]);
});

test("D10: an unknown, a used and an expired token are pages of 401 with a challenge", async () => {
  const used = await requestToken("oob");
  const { person, page } = await decide(used, "deny");
  const old = await requestToken("oob");
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
    const token = await requestToken(callback);
    const location = (await decide(token, "approve")).answer.headers.get("location") ?? "";
    expect(location.startsWith(`${start}${token}`)).toBe(true);
    expect(new URL(location).searchParams.get("oauth_verifier")).toMatch(/^[A-Za-z0-9]{6}$/);
  }
  const denied = await requestToken(sentCallback);
  const location = (await decide(denied, "deny")).answer.headers.get("location");
  expect(location).toBe(`${sentCallback}&oauth_token=${denied}&oauth_verifier=denied`);
  expect(
    await problem(ask({ step: "access-token", oauth: { oauth_token: denied, oauth_verifier: "denied" } })),
  ).toEqual([401, "permission_denied"]);
});

test("D11: 1.0 goes back with the token alone, allowed or denied, to the browser's callback or the link's", async () => {
  const late = "http://localhost:3000/late";
  for (const button of ["approve", "deny"] as const) {
    const token = await requestToken(undefined);
    const { answer } = await decide(token, button);
    expect(answer.headers.get("location")).toBe(`${callbackUrl}&oauth_token=${token}`);
    const other = await requestToken(undefined);
    const toLate = await decide(other, button, `&oauth_callback=${encodeURIComponent(late)}`);
    expect(toLate.answer.headers.get("location")).toBe(`${late}?oauth_token=${other}`);
    const exchanged = await ask({
      step: "access-token",
      oauth: { oauth_token: token, oauth_verifier: token },
    });
    expect(exchanged.status).toBe(button === "approve" ? 200 : 401);
  }
});

test("D11: without any callback a page says what was decided, and shows the verifier of 1.0a", async () => {
  const token = await requestToken("oob", "quiet");
  const { answer } = await decide(token, "approve");
  const page = await answer.text();
  const verifier = /verification code is <code>([A-Za-z0-9]{6})</.exec(page)?.[1] ?? "";
  expect([answer.status, page.includes("Access approved"), verifier.length]).toEqual([200, true, 6]);
  const oauth = { oauth_token: token, oauth_verifier: verifier };
  expect((await ask({ key: "quiet", step: "access-token", oauth })).status).toBe(200);
  const older = await decide(await requestToken(undefined, "quiet"), "approve");
  expect(await older.answer.text()).not.toContain("verification code");
});

test("D12: the checks of the access token come in their order, the signature last", async () => {
  const unsigned = {
    privateKey: generateKeyPairSync("rsa", { modulusLength: 1024 })
      .privateKey.export({ type: "pkcs8", format: "pem" })
      .toString(),
  };
  const at = (oauth: Signing["oauth"], more: Asked = {}) =>
    problem(ask({ step: "access-token", oauth: oauth ?? {}, ...more }));
  expect(await at({}, unsigned)).toEqual([400, "parameter_absent"]);
  expect(await at({ oauth_token: "nonsense" }, unsigned)).toEqual([401, "token_rejected"]);
  const token = await requestToken("oob");
  expect(await at({ oauth_token: token }, unsigned)).toEqual([401, "permission_unknown"]);
  const { answer } = await decide(token, "approve");
  const verifier = new URL(answer.headers.get("location") ?? "").searchParams.get("oauth_verifier") ?? "";
  const right = { oauth_token: token, oauth_verifier: verifier };
  expect(await at(right, { key: "other", ...unsigned })).toEqual([401, "token_rejected"]);
  expect(await at({ oauth_token: token }, unsigned)).toEqual([400, "parameter_absent"]);
  expect(await at({ ...right, oauth_verifier: "wrong1" }, unsigned)).toEqual([401, "token_rejected"]);
  expect(await at(right, unsigned)).toEqual([401, "signature_invalid"]);
  expect((await ask({ step: "access-token", oauth: right })).status).toBe(200);
  expect(await at(right)).toEqual([401, "token_rejected"]);
});

test("D12: the answer has five fields with the lifetimes of the provider", async () => {
  const body = await accessTokens();
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
  const first = await accessTokens();
  const [token, handle] = [first.get("oauth_token") ?? "", first.get("oauth_session_handle") ?? ""];
  const renew = (oauth: Signing["oauth"]) => ask({ step: "access-token", oauth: oauth ?? {} });
  expect(await problem(renew({ oauth_token: token }))).toEqual([400, "parameter_absent"]);
  expect(await problem(renew({ oauth_token: token, oauth_session_handle: "x" }))).toEqual([
    401,
    "token_rejected",
  ]);
  const second = await form(renew({ oauth_token: token, oauth_session_handle: handle }));
  expect(second.get("oauth_token")).not.toBe(token);
  expect(await problem(call(token, "/rest/api/latest/projects"))).toEqual([401, "token_rejected"]);
  expect((await call(second.get("oauth_token") ?? "", "/rest/api/latest/projects")).status).toBe(200);
  emulator.clock.advance(160_272_001);
  const last = {
    oauth_token: second.get("oauth_token") ?? "",
    oauth_session_handle: second.get("oauth_session_handle") ?? "",
  };
  expect(await problem(renew(last))).toEqual([401, "permission_denied"]);
  expect(await problem(call(last.oauth_token, "/rest/api/latest/projects"))).toEqual([401, "token_expired"]);
});

test("D13: a request token lives 600 seconds", async () => {
  const token = await requestToken("oob");
  emulator.clock.advance(601);
  expect(await problem(ask({ step: "access-token", oauth: { oauth_token: token } }))).toEqual([
    401,
    "token_expired",
  ]);
});

test("D14: a signed call acts for the person; its query is signed too, and five of six parameters are none", async () => {
  const token = (await accessTokens()).get("oauth_token") ?? "";
  const path = "/rest/api/latest/projects?name=a%20b%2Bc&limit=3";
  const answer = await call(token, path);
  expect([answer.status, answer.headers.get("x-ausername")]).toEqual([200, "johndoe"]);
  const header = signed({
    key: "app",
    privateKey: pair.privateKey,
    method: "GET",
    url: `${base}${path}`,
    oauth: { oauth_token: token },
    now: emulator.clock.now(),
  });
  const changed = await fetch(`${base}${path}&limit=4`, { headers: { authorization: header } });
  expect(await problem(changed)).toEqual([401, "signature_invalid"]);
  expect(changed.headers.get("www-authenticate")).toContain(`OAuth realm="${encodeURIComponent(base)}"`);
  const five = await call(token, "/rest/api/latest/application-properties", {
    oauth: { oauth_nonce: undefined },
  });
  expect([five.status, five.headers.get("x-ausername")]).toEqual([200, null]);
});

test("D14: a foreign or unknown token is rejected, and a link that is gone is unknown", async () => {
  const token = (await accessTokens()).get("oauth_token") ?? "";
  const path = "/rest/api/latest/projects";
  expect(await problem(call("nonsense", path))).toEqual([401, "token_rejected"]);
  expect(await problem(call(token, path, { key: "other" }))).toEqual([401, "token_rejected"]);
  expect(await problem(call(await requestToken("oob"), path))).toEqual([401, "token_rejected"]);
  await fetch(`${emulator.urls.control}/data-center/consumers/app`, { method: "DELETE" });
  expect(await problem(call(token, path))).toEqual([401, "consumer_key_unknown"]);
  await addConsumer({ key: "app", callbackUrl });
  expect(await problem(call(token, path))).toEqual([401, "token_rejected"]);
});

test("the list of requests tells how each step was signed, and no secret", async () => {
  await accessTokens("http://localhost:3000/back");
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
