/** OAuth 1 of a Server and Data Center from the outside: links, signatures, request tokens. Numbers D… are those of the facts it must play. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { form, keyPair, linkedApp, pair, problem } from "./dc-oauth1-app.ts";
import { send } from "./dc-signer.ts";

let emulator: Emulator;
let app: Awaited<ReturnType<typeof linkedApp>>;

beforeAll(async () => {
  emulator = await createEmulator();
  app = await linkedApp(emulator);
});

afterAll(() => emulator.close());

test("D6: a link has key, name, public key and callback, which may be empty, three legs on and two off", async () => {
  const described = emulator.dataCenter?.consumers.find(({ key }) => key === "quiet");
  expect(described).toEqual({
    ...{ key: "quiet", name: "Mine <b>", callbackUrl: "", publicKey: pair.publicKey, privateKey: null },
  });
  expect(await problem(app.call("", "/rest/api/latest/application-properties"))).toEqual([
    401,
    "permission_denied",
  ]);
  await app.addConsumer({ key: "no-legs", threeLegged: false });
  expect(await problem(app.ask({ key: "no-legs" }))).toEqual([401, "permission_denied"]);
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
  const answer = await app.ask({ oauth: { oauth_callback: "http://localhost:3000/back" } });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/plain"]);
  const body = await form(answer);
  expect([...body.keys()]).toEqual(["oauth_token", "oauth_token_secret", "oauth_callback_confirmed"]);
  expect([...(await form(app.ask())).keys()]).toEqual(["oauth_token", "oauth_token_secret"]);
  expect((await form(app.ask({ oauth: { oauth_callback: "oob" } }))).get("oauth_callback_confirmed")).toBe(
    "true",
  );
  expect((await fetch(`${app.base}/plugins/servlet/oauth/request-token`)).status).toBe(405);
});

test("D7: parameters may come by query, form and header, and all of them are signed", async () => {
  const url = `${app.base}/plugins/servlet/oauth/request-token?a=1%202&a=%C3%A4&b=%2B`;
  expect((await app.ask({ url, form: { "c d": "e+f&g=h" } })).status).toBe(200);
});

test("D7: a callback that is relative or of another scheme is refused with the two extra parameters", async () => {
  for (const callback of ["/back", "ftp://example.com/back", ""]) {
    const answer = await app.ask({ oauth: { oauth_callback: callback } });
    const body = await form(answer);
    expect(answer.status).toBe(400);
    expect(body.get("oauth_problem")).toBe("parameter_rejected");
    expect(body.get("oauth_parameters_rejected")).toBe("oauth_callback");
    expect(body.get("oauth_problem_advice")).not.toBeNull();
  }
});

test("D8: a problem is a form in the body and an OAuth challenge whose realm is the URL", async () => {
  const answer = await app.ask({ key: "unknown" });
  expect(answer.status).toBe(401);
  expect(answer.headers.get("content-type")).toBe("application/x-www-form-urlencoded;charset=UTF-8");
  const realm = encodeURIComponent(`${app.base}/plugins/servlet/oauth/request-token`);
  expect(answer.headers.get("www-authenticate")).toBe(
    `OAuth realm="${realm}", oauth_problem="consumer_key_unknown"`,
  );
  expect(await answer.text()).toBe("oauth_problem=consumer_key_unknown");
});

test("D8: a wrong signature is told with the server's own app.base string", async () => {
  const foreign = keyPair();
  const answer = await app.ask({ privateKey: foreign.privateKey, oauth: { oauth_nonce: "n1" } });
  const body = await form(answer);
  expect([answer.status, body.get("oauth_problem")]).toEqual([401, "signature_invalid"]);
  const url = encodeURIComponent(`${app.base}/plugins/servlet/oauth/request-token`);
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
    await app.addConsumer({ key, publicKey });
    expect(await problem(app.ask({ key })), key).toEqual([401, "signature_invalid"]);
  }
});

test("D9: time, nonce, version and signature method are enforced, doubled parameters refused", async () => {
  const seconds = Math.floor(emulator.clock.now().getTime() / 1000);
  const at = (offset: number) => app.ask({ oauth: { oauth_timestamp: String(seconds + offset) } });
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
  expect((await app.ask({ oauth: once })).status).toBe(200);
  expect(await problem(app.ask({ oauth: once }))).toEqual([401, "nonce_used"]);
  expect(await problem(app.ask({ oauth: { oauth_version: "2.0" } }))).toEqual([400, "version_rejected"]);
  expect((await app.ask({ oauth: { oauth_version: undefined } })).status).toBe(200);
  for (const method of ["HMAC-SHA1", "PLAINTEXT", "RSA-SHA256"])
    expect(await problem(app.ask({ oauth: { oauth_signature_method: method } })), method).toEqual([
      400,
      "signature_method_rejected",
    ]);
  const doubled = `${app.base}/plugins/servlet/oauth/request-token?oauth_version=1.0`;
  expect(await problem(app.ask({ url: doubled }))).toEqual([400, "parameter_rejected"]);
  const absent = await form(app.ask({ oauth: { oauth_nonce: undefined, oauth_timestamp: undefined } }));
  expect(absent.get("oauth_parameters_absent")).toBe("oauth_timestamp&oauth_nonce");
  expect(await problem(app.ask({ oauth: { oauth_consumer_key: undefined } }))).toEqual([
    400,
    "parameter_absent",
  ]);
});

test("D8, D9: behind a wrong proxy every signature is invalid, and what is told of it has switches", async () => {
  const dataCenterRules = {
    seenUrl: "https://git.example.com",
    signatureDetail: false,
    otherSignatureMethod: "signature_invalid",
    timestampWindowSeconds: 10,
  } as const;
  const other = await createEmulator({ dataCenterRules });
  const there = await linkedApp(other);
  const refused = await there.ask();
  expect([refused.status, await refused.text()]).toEqual([401, "oauth_problem=signature_invalid"]);
  const hmac = there.ask({ oauth: { oauth_signature_method: "HMAC-SHA1" } });
  expect(await problem(hmac)).toEqual([401, "signature_invalid"]);
  const early = String(Math.floor(other.clock.now().getTime() / 1000) - 20);
  expect(await problem(there.ask({ oauth: { oauth_timestamp: early } }))).toEqual([400, "timestamp_refused"]);
  await other.close();
});
