/** The authorize endpoint, from the outside: points 6–11 of the list of what Bitbucket does. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { authorize, consent, firstConsumer, type Parameters, requestToken, seen } from "./client.ts";
import { personAt } from "./person.ts";

const callbackUrl = "http://localhost:8000/auth/bitbucket/callback";
let emulator: Emulator;
let john: Emulator;

beforeAll(async () => {
  emulator = await createEmulator();
  john = await createEmulator({ autoApprove: "johndoe" });
});

afterAll(async () => {
  await emulator.close();
  await john.close();
});

const key = () => firstConsumer(john).key;

async function location(parameters: Parameters, where = john): Promise<string | null> {
  return (await authorize(where, { client_id: firstConsumer(where).key, ...parameters })).headers.get(
    "location",
  );
}

test("C6: an unknown or missing client gets an HTML page, never a redirect", async () => {
  for (const parameters of [{ client_id: "nobody", redirect_uri: "https://evil.example/" }, {}]) {
    const answer = await authorize(john, parameters);
    expect(answer.status).toBe(400);
    expect(answer.headers.get("content-type")).toMatch(/^text\/html/);
    expect(answer.headers.get("location")).toBeNull();
  }
});

test('C6: a redirect_uri that is not allowed gets the page "Invalid redirect_uri"', async () => {
  const answer = await authorize(john, { client_id: key(), redirect_uri: "https://evil.example/" });
  expect(answer.status).toBe(400);
  expect(answer.headers.get("location")).toBeNull();
  expect(await answer.text()).toContain("Invalid redirect_uri");
});

test("C6: response_type=token and a missing response_type are refused on a page", async () => {
  for (const type of ["token", "", "code token"]) {
    const answer = await authorize(john, { client_id: key(), response_type: type });
    expect(answer.status).toBe(400);
    expect(answer.headers.get("location")).toBeNull();
  }
});

test("a parameter sent twice is refused on a page", async () => {
  const url = `${john.urls.bitbucket}/site/oauth2/authorize?client_id=${key()}&response_type=code&state=a&state=b`;
  expect((await fetch(url, { redirect: "manual" })).status).toBe(400);
});

test("C7: without redirect_uri the registered URL is used, and a longer path is allowed", async () => {
  expect(await location({})).toMatch(`${callbackUrl}?code=`);
  expect(await location({ redirect_uri: callbackUrl })).toMatch(`${callbackUrl}?code=`);
  expect(await location({ redirect_uri: `${callbackUrl}/connect` })).toMatch(`${callbackUrl}/connect?code=`);
});

test("C7: everything that does not extend the registered URL at a path boundary is refused", async () => {
  for (const redirect_uri of [
    `${callbackUrl}evil`,
    `${callbackUrl}/../evil`,
    `${callbackUrl}/%2e%2e/evil`,
    `${callbackUrl}?next=evil`,
    `${callbackUrl}#fragment`,
    callbackUrl.replace("http:", "https:"),
    callbackUrl.replace("8000", "8001"),
    callbackUrl.replace("localhost", "localhost.evil.example"),
    callbackUrl.replace("localhost", "user@localhost"),
    callbackUrl.replace("localhost", "127.0.0.1"),
    "javascript:alert(1)",
    "not a url",
    "",
  ])
    expect(await location({ redirect_uri }), redirect_uri).toBeNull();
});

test("C7: the rules can allow raw prefixes, other queries and any loopback port", async () => {
  for (const [rule, redirect_uri] of [
    ["redirectRawPrefix", `${callbackUrl}evil`],
    ["redirectQueryMayDiffer", `${callbackUrl}?next=1`],
    ["loopbackAnyPort", callbackUrl.replace("8000", "54321")],
  ] as const) {
    const loose = await createEmulator({ autoApprove: "johndoe", rules: { [rule]: true } });
    expect(await location({ redirect_uri }, loose), rule).toContain("code=");
    await loose.close();
  }
});

test("C8: a stranger is asked to log in, and then sees consumer and scopes in words", async () => {
  const stranger = await authorize(emulator, {
    client_id: firstConsumer(emulator).key,
    scope: "account email",
  });
  expect(stranger.status).toBe(302);
  expect(stranger.headers.get("location")).toMatch(/^\/account\/signin\/\?next=/);
  const { page } = await consent(emulator, "John Doe", {
    client_id: firstConsumer(emulator).key,
    scope: "account email",
  });
  for (const words of [
    "Local app",
    "Read your account information",
    "Read your account&#39;s primary email address",
    "Grant access",
    "Cancel",
  ])
    expect(page).toContain(words);
  expect(page).not.toContain("Read your repositories");
});

test("C8: granting gives code and state, cancelling access_denied and state", async () => {
  const parameters = { client_id: firstConsumer(emulator).key, state: "s" };
  const granted = await consent(emulator, "John Doe", parameters);
  expect(granted.answer.status).toBe(302);
  expect(Object.fromEntries(granted.callback.searchParams)).toEqual({
    code: expect.stringMatching(/^\S{20,}$/),
    state: "s",
  });
  const denied = await consent(emulator, "John Doe", parameters, "cancel");
  expect(denied.answer.status).toBe(302);
  expect(Object.fromEntries(denied.callback.searchParams)).toEqual({ error: "access_denied", state: "s" });
});

test("C8: the state comes back byte by byte, and not at all when none was sent", async () => {
  for (const state of ["a%2Fb+c%20d", "%FF%00", "a=b", "~!*()", "", "%C3%A9"]) {
    const url = `${john.urls.bitbucket}/site/oauth2/authorize?client_id=${key()}&response_type=code&state=${state}`;
    const back = (await fetch(url, { redirect: "manual" })).headers.get("location") ?? "";
    expect(/&state=(.*)$/.exec(back)?.[1], state).toBe(state);
  }
  expect(await location({})).not.toContain("state");
});

test("a consent form without the page's own token grants nothing", async () => {
  const person = personAt(emulator.urls.bitbucket);
  await person.logIn("John Doe");
  const path = `/site/oauth2/authorize?response_type=code&client_id=${firstConsumer(emulator).key}`;
  const answer = await person.visit(path, {
    method: "POST",
    body: new URLSearchParams({ decision: "grant", csrf: "guess" }),
  });
  expect(answer.status).toBe(403);
  expect(answer.headers.get("location")).toBeNull();
});

test("C9: a code works once, for its client, with the redirect_uri it was sent with, for ten minutes", async () => {
  const redirect_uri = `${callbackUrl}/connect`;
  const codeFor = async (parameters: Parameters = {}) =>
    new URL((await location(parameters)) ?? "").searchParams.get("code") ?? "";
  const exchange = async (form: Parameters) =>
    (await requestToken(john, { grant_type: "authorization_code", ...form })).status;
  const once = await codeFor();
  expect([await exchange({ code: once }), await exchange({ code: once })]).toEqual([200, 400]);
  expect(await exchange({ code: await codeFor({ redirect_uri }) })).toBe(400);
  expect(await exchange({ code: await codeFor({ redirect_uri }), redirect_uri: callbackUrl })).toBe(400);
  expect(await exchange({ code: await codeFor({ redirect_uri }), redirect_uri })).toBe(200);
  const late = await codeFor();
  john.control.advance(601);
  expect(await exchange({ code: late })).toBe(400);
});

test("C10: scope narrows, nothing asked gives all, and too much is an invalid_scope or narrowed, as the rule says", async () => {
  const scopeOf = async (where: Emulator, parameters: Parameters) => {
    const code = new URL((await location(parameters, where)) ?? "").searchParams.get("code") ?? "";
    const [, body] = await seen(requestToken(where, { grant_type: "authorization_code", code }));
    return (body as { scope: string }).scope; // a missing one fails the comparison
  };
  expect(await scopeOf(john, { scope: "email account" })).toBe("account email");
  expect(await scopeOf(john, {})).toBe("account email repository pullrequest webhook");
  expect(
    new URL((await location({ scope: "account wiki", state: "x" })) ?? "").searchParams.get("error"),
  ).toBe("invalid_scope");
  const dropping = await createEmulator({ autoApprove: "johndoe", rules: { excessScope: "drop" } });
  expect(await scopeOf(dropping, { scope: "account wiki" })).toBe("account");
  await dropping.close();
});

test("C11: PKCE is accepted and ignored, unless the rule checks it", async () => {
  const code_challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"; // RFC 7636 appendix B
  const code_verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const strict = await createEmulator({ autoApprove: "johndoe", rules: { pkceChecked: true } });
  const status = async (
    where: Emulator,
    verifier: Parameters,
    challenge: Parameters = { code_challenge, code_challenge_method: "S256" },
  ) => {
    const code = new URL((await location(challenge, where)) ?? "").searchParams.get("code") ?? "";
    return (await requestToken(where, { grant_type: "authorization_code", code, ...verifier })).status;
  };
  expect(await status(john, { code_verifier })).toBe(200);
  expect(await status(john, { code_verifier: "wrong" })).toBe(200);
  expect(await status(john, {})).toBe(200);
  expect(await status(strict, { code_verifier })).toBe(200);
  expect(await status(strict, { code_verifier: "wrong" })).toBe(400);
  expect(await status(strict, {})).toBe(400);
  expect(await status(strict, { code_verifier: "plain" }, { code_challenge: "plain" })).toBe(200);
  expect(await status(strict, { code_verifier }, {})).toBe(400);
  await strict.close();
});

test("G19: who has granted the same before is not asked again when the rule says so", async () => {
  const remembering = await createEmulator({ rules: { rememberConsent: true } });
  const client_id = firstConsumer(remembering).key;
  await consent(remembering, "John Doe", { client_id, scope: "account" });
  const person = personAt(remembering.urls.bitbucket);
  await person.logIn("John Doe");
  const path = (scope: string) =>
    `/site/oauth2/authorize?${new URLSearchParams({ client_id, response_type: "code", scope })}`;
  expect((await person.visit(path("account"))).status).toBe(302);
  expect((await person.visit(path("account email"))).status).toBe(200);
  await remembering.close();
});
