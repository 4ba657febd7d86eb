/** OAuth 2 of a Data Center from the outside. Numbers D… are those of the facts it must play. */
import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import {
  addClient,
  callback,
  error,
  type Parameters,
  switched,
  type TokenBody,
  talkTo,
} from "./dc-oauth2-app.ts";
import { personAtDataCenter } from "./dc-person.ts";
import { send } from "./dc-signer.ts";

let emulator: Emulator;
let at: ReturnType<typeof talkTo>;

beforeAll(async () => {
  emulator = await createEmulator();
  at = talkTo(emulator, await addClient(emulator));
});

afterAll(() => emulator.close());

test("D15: a client has id, secret, redirect URLs and scopes; http is for loopback, and nothing longer than 450", async () => {
  expect(emulator.dataCenter?.clients[0]).toMatchObject({ scopes: ["PUBLIC_REPOS", "REPO_READ"] });
  expect(emulator.dataCenter?.clients[0]?.redirectUrl).toBe(
    "http://localhost:8000/auth/data-center/callback",
  );
  expect(emulator.server?.consumers[0]?.callbackUrl).toBe("http://localhost:8000/auth/server/callback");
  const refused = async (redirectUrl: string, to = emulator) =>
    "problems" in (await addClient(to, { redirectUrl }));
  expect(await refused("http://127.0.0.1:1/x")).toBe(false);
  for (const url of ["http://example.com/x", "https://e.com/#f", `https://e.com/${"x".repeat(450)}`, "/x"])
    expect(await refused(url), url).toBe(true);
  const strict = await createEmulator({
    dataCenter: { redirectUrl: "http://localhost:3000/mine" },
    dataCenterRules: { redirectUrls: "https" },
  });
  expect(strict.dataCenter?.clients[0]?.redirectUrl).toBe("http://localhost:3000/mine");
  expect(await refused("http://localhost:8000/x", strict)).toBe(true);
  await strict.close();
});

test("D15: before 7.20 there is no OAuth 2 at all", async () => {
  for (const path of ["authorize?x=y", "token", "client", ".well-known/oauth-authorization-server"]) {
    const answer = await fetch(`${emulator.server?.url}/rest/oauth2/latest/${path}`, { redirect: "manual" });
    expect(answer.status, path).toBe(404);
  }
  expect(emulator.server?.clients).toEqual([]);
});

test("D16: authorize answers 303 that nobody keeps, then asks to log in, then for consent", async () => {
  const answer = await at.authorize();
  expect(answer.status).toBe(303);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.headers.get("pragma")).toBe("no-cache");
  const person = personAtDataCenter(at.base);
  const toLogin = await person.visit(person.leadsTo(answer));
  expect(person.leadsTo(toLogin)).toMatch(/^\/login\?next=/);
  const { page, answer: allowed, location } = await at.consent();
  for (const words of [
    "Mine &lt;b&gt;",
    "Repositories: read",
    "REPO_READ",
    "Allow",
    "Deny",
    "localhost:8000",
  ])
    expect(page).toContain(words);
  expect(allowed.status).toBe(303);
  expect(location).toMatch(/^http:\/\/localhost:8000\/dc\/callback\?code=[\w-]{43}&state=st$/);
});

test("D16: an unknown client, another redirect URL or a missing parameter is a page, never a redirect", async () => {
  for (const more of [
    { client_id: "nobody" },
    { redirect_uri: `${callback}/` },
    { redirect_uri: `${callback}?x=1` },
    { redirect_uri: "" },
    { response_type: "" },
    { scope: "" },
    { scope: " " },
  ]) {
    const answer = await at.authorize(more);
    expect(answer.status, JSON.stringify(more)).toBe(400);
    expect(answer.headers.get("location")).toBeNull();
    expect(answer.headers.get("content-type")).toContain("text/html");
  }
});

test("D16: what is wrong with the request itself is told to the app with its state, and so is a denial", async () => {
  const toldBy = async (answer: Response) => {
    const { searchParams } = new URL(answer.headers.get("location") ?? "", at.base);
    return [answer.status, searchParams.get("error"), searchParams.get("state")];
  };
  expect(await toldBy(await at.authorize({ scope: "REPO_ADMIN" }))).toEqual([303, "invalid_scope", "st"]);
  expect(await toldBy(await at.authorize({ scope: "nonsense" }))).toEqual([303, "invalid_scope", "st"]);
  expect(await toldBy(await at.authorize({ scope: "PUBLIC_REPOS REPO_READ REPO_WRITE" }))).toEqual([
    303,
    null,
    "st",
  ]);
  expect(await toldBy(await at.authorize({ response_type: "token" }))).toEqual([
    303,
    "unsupported_response_type",
    "st",
  ]);
  const { answer } = await at.consent({}, "deny");
  expect(await toldBy(answer)).toEqual([303, "access_denied", "st"]);
});

test("D16: a consent form without its token grants nothing", async () => {
  const person = personAtDataCenter(at.base);
  await person.logIn("John Doe");
  const path = person.leadsTo(await at.authorize());
  const body = new URLSearchParams({ atl_token: "x", approve: "x" });
  expect((await person.visit(path, { method: "POST", body })).status).toBe(403);
});

test("D17: state is decoded once, and what looks encoded then leaves as it is", async () => {
  for (const [sent, left] of [
    ["a%2Bb", "a%2Bb"],
    ["a b+c", "a%20b%2Bc"],
    ["100%", "100%25"],
    ["%7B%zz{}", "%7B%25zz%7B%7D"],
    ["A-z_0.9~", "A-z_0.9~"],
  ] as const)
    expect((await at.consent({ state: sent })).location, sent).toMatch(
      new RegExp(`&state=${left.replaceAll(/[.+]/g, "\\$&")}$`),
    );
});

test("D18: PKCE may be left out; once used the verifier is compulsory, methods compare in any case", async () => {
  const verifier = randomBytes(32).toString("base64url");
  const hashed = createHash("sha256").update(verifier).digest("base64url");
  const challenges: readonly Parameters[] = [
    { code_challenge: hashed, code_challenge_method: "S256" },
    { code_challenge: hashed, code_challenge_method: "s256" },
    { code_challenge: verifier, code_challenge_method: "PLAIN" },
    { code_challenge: verifier },
  ];
  for (const challenge of challenges) {
    const code = await at.code(challenge);
    expect(await error(at.exchange(code))).toEqual([400, "invalid_grant"]);
    expect(await error(at.exchange(code, { code_verifier: "x".repeat(43) }))).toEqual([400, "invalid_grant"]);
    expect((await at.exchange(code, { code_verifier: verifier })).status).toBe(200);
  }
  expect((await at.exchange(await at.code())).status).toBe(200);
  const unknown = await at.authorize({ code_challenge: hashed, code_challenge_method: "S512" });
  expect(unknown.headers.get("location")).toContain("error=invalid_request");
});

test("D19: the token answer is as captured, with tokens shaped like a JWT of a few hundred characters", async () => {
  const answer = await at.exchange(await at.code({ scope: "PUBLIC_REPOS REPO_READ" }));
  expect(answer.headers.get("content-type")).toBe("application/json;charset=UTF-8");
  expect([answer.headers.get("cache-control"), answer.headers.get("pragma")]).toEqual([
    "no-store",
    "no-cache",
  ]);
  const body = (await answer.json()) as TokenBody; // checked here
  expect(body).toEqual({
    access_token: expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/),
    token_type: "bearer",
    expires_in: 3600,
    refresh_token: expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/),
    scope: "PUBLIC_REPOS REPO_READ",
  });
  for (const token of [body.access_token, body.refresh_token]) {
    expect(token.length).toBeGreaterThan(200);
    expect(token.length).toBeLessThan(600);
  }
  expect((await at.call(body.access_token)).headers.get("x-ausername")).toBe("johndoe");
});

test("D19: only a form, only credentials in the body; Basic is a person's login and fails as one", async () => {
  const { clientId, clientSecret } = at.client;
  const authorization = `Basic ${btoa(`${clientId}:${clientSecret}`)}`;
  const form = { grant_type: "authorization_code", code: "x", redirect_uri: callback };
  const basic = await at.post("token", { ...form, ...at.credentials }, { authorization });
  expect(basic.status).toBe(401);
  const [first] = ((await basic.json()) as { errors: { exceptionName: string }[] }).errors; // Data Center's errors body
  expect(first?.exceptionName).toBe("com.atlassian.bitbucket.auth.IncorrectPasswordAuthenticationException");
  const asJson = await fetch(`${at.base}/rest/oauth2/latest/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...form, ...at.credentials }),
  });
  expect(await error(asJson)).toEqual([400, "invalid_request"]);
  expect(await error(at.post("token", form))).toEqual([400, "invalid_request"]);
});

test("D20: a code lives ten seconds, sixty with the switch, and works once; a replay ends what came of it", async () => {
  const late = await at.code();
  emulator.clock.advance(11);
  expect(await error(at.exchange(late))).toEqual([400, "invalid_grant"]);
  const code = await at.code();
  const tokens = (await (await at.exchange(code)).json()) as TokenBody; // as above
  expect((await at.call(tokens.access_token)).status).toBe(200);
  expect(await error(at.exchange(code))).toEqual([400, "invalid_grant"]);
  expect((await at.call(tokens.access_token)).status).toBe(401);
  expect(await error(at.refresh(tokens.refresh_token))).toEqual([400, "invalid_grant"]);

  const slow = await createEmulator({ autoApprove: "johndoe", dataCenterRules: { codeSeconds: 60 } });
  const there = talkTo(slow, await addClient(slow));
  const location = (await there.authorize()).headers.get("location") ?? "";
  slow.clock.advance(59);
  expect((await there.exchange(new URL(location).searchParams.get("code") ?? "")).status).toBe(200);
  await slow.close();
});

test("D20: a refresh kills both old tokens at once; of two, the second fails", async () => {
  const first = await at.tokens();
  const answers = await Promise.all([at.refresh(first.refresh_token), at.refresh(first.refresh_token)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
  const good = answers.find(({ status }) => status === 200);
  const second = (await good?.json()) as TokenBody; // as above
  expect((await at.call(first.access_token)).status).toBe(401);
  expect((await at.call(second.access_token)).status).toBe(200);
  emulator.clock.advance(3601);
  expect((await at.call(second.access_token)).status).toBe(401);
  expect((await at.refresh(second.refresh_token)).status).toBe(200);
  const third = await at.tokens();
  emulator.clock.advance(90 * 86_400 + 1);
  expect(await error(at.refresh(third.refresh_token))).toEqual([400, "invalid_grant"]);
});

test("D21: errors of the token endpoint are JSON with 400; invalid_client has a switch", async () => {
  const cases: readonly (readonly [Parameters, string])[] = [
    [{}, "invalid_request"],
    [{ grant_type: "password", ...at.credentials }, "unsupported_grant_type"],
    [{ grant_type: "client_credentials", ...at.credentials }, "unsupported_grant_type"],
    [{ grant_type: "refresh_token", ...at.credentials }, "invalid_request"],
    [{ grant_type: "refresh_token", refresh_token: "x", ...at.credentials }, "invalid_grant"],
  ];
  for (const [form, expected] of cases) expect(await error(at.post("token", form))).toEqual([400, expected]);
  expect(await error(at.exchange("never-issued"))).toEqual([400, "invalid_request"]);
  expect(await error(at.exchange(await at.code(), { redirect_uri: `${callback}/` }))).toEqual([
    400,
    "invalid_grant",
  ]);
  const other = await addClient(emulator);
  expect(
    await error(
      at.exchange(await at.code(), { client_id: other.clientId, client_secret: other.clientSecret }),
    ),
  ).toEqual([400, "invalid_grant"]);
  expect(await error(at.exchange("x", { client_secret: "wrong" }))).toEqual([401, "invalid_client"]);
  const lenient = await switched({ invalidClientStatus: 400, unknownCode: "invalid_grant" });
  expect(await error(lenient.exchange("x", { client_secret: "wrong" }))).toEqual([400, "invalid_client"]);
  expect(await error(lenient.exchange("x"))).toEqual([400, "invalid_grant"]);
  await lenient.close();
});

test("D22: revoke answers 200 without a body, for unknown tokens too, and needs the client", async () => {
  const { access_token, refresh_token } = await at.tokens();
  const revoke = (form: Parameters) => at.post("revoke", { ...at.credentials, ...form });
  for (const token of ["unknown", access_token]) {
    const answer = await revoke({ token });
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
  }
  expect((await at.call(access_token)).status).toBe(401);
  const renewed = (await (await at.refresh(refresh_token)).json()) as TokenBody; // as above
  await revoke({ token: renewed.refresh_token, token_type_hint: "refresh_token" });
  expect((await at.call(renewed.access_token)).status).toBe(401);
  expect(await error(revoke({ token: "x", token_type_hint: "id_token" }))).toEqual([
    400,
    "unsupported_token_type",
  ]);
  expect(await error(at.post("revoke", { token: "x" }))).toEqual([400, "invalid_request"]);
});

test("D22: the list of clients is 401 where OAuth 2 is there; the metadata names the endpoints", async () => {
  expect((await fetch(`${at.base}/rest/oauth2/1.0/client`)).status).toBe(401);
  const answer = await fetch(`${at.base}/rest/oauth2/latest/.well-known/oauth-authorization-server`);
  expect(await answer.json()).toMatchObject({
    issuer: at.base,
    token_endpoint: `${at.base}/rest/oauth2/latest/token`,
    token_endpoint_auth_methods_supported: ["client_secret_post"],
  });
});

test("D23: a scope too little is 401 AuthorisationException, with the person named", async () => {
  const { access_token } = await at.tokens({ scope: "PUBLIC_REPOS" });
  const answer = await at.call(access_token, "/rest/api/latest/projects/ACME");
  const body = (await answer.json()) as { errors: { exceptionName: string }[] }; // Data Center's errors body
  expect(answer.status).toBe(401);
  expect(body.errors[0]?.exceptionName).toBe("com.atlassian.bitbucket.AuthorisationException");
  expect(answer.headers.get("x-ausername")).toBe("johndoe");
  const able = await at.tokens({ scope: "REPO_WRITE" });
  expect((await at.call(able.access_token, "/rest/api/latest/projects/ACME")).status).toBe(200);
});

test("a token is taken as the password of Basic beside its person's name, unless that is switched off", async () => {
  const basicCall = async (there: ReturnType<typeof talkTo>, token: string, name: string) =>
    (
      await fetch(`${there.base}/rest/api/latest/projects`, {
        headers: { authorization: `Basic ${btoa(`${name}:${token}`)}` },
      })
    ).status;
  const { access_token } = await at.tokens();
  expect(await basicCall(at, access_token, "johndoe")).toBe(200);
  expect(await basicCall(at, access_token, "nora")).toBe(401);
  const off = await switched({ tokenViaBasic: false });
  expect(await basicCall(off, (await off.tokens()).access_token, "johndoe")).toBe(401);
  await off.close();
});

test("auto-approve grants at once as the person of that name, in both dances", async () => {
  const quick = await createEmulator({ autoApprove: "johndoe" });
  const [client] = quick.dataCenter?.clients ?? [];
  const query = new URLSearchParams({
    client_id: client?.clientId ?? "",
    redirect_uri: client?.redirectUrl ?? "",
    response_type: "code",
    scope: "REPO_READ",
  });
  const answer = await fetch(`${quick.dataCenter?.url}/rest/oauth2/latest/authorize?${query}`, {
    redirect: "manual",
  });
  expect([answer.status, new URL(answer.headers.get("location") ?? "").searchParams.has("code")]).toEqual([
    303,
    true,
  ]);
  const server = quick.server?.url ?? "";
  const [consumer] = quick.server?.consumers ?? [];
  const made = await send({
    key: consumer?.key ?? "",
    privateKey: consumer?.privateKey ?? "",
    url: `${server}/plugins/servlet/oauth/request-token`,
    oauth: { oauth_callback: callback },
  });
  const token = new URLSearchParams(await made.text()).get("oauth_token") ?? "";
  const approved = await fetch(`${server}/plugins/servlet/oauth/authorize?oauth_token=${token}`, {
    redirect: "manual",
  });
  const back = new URL(approved.headers.get("location") ?? "").searchParams;
  expect([back.get("oauth_token"), back.get("oauth_verifier")?.length]).toEqual([token, 6]);
  await quick.close();
});
