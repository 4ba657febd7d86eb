/** The hand-made flow: somebody follows a guide with nothing but an HTTP client. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { addConsumerByHand, type LocalBitbucket, startLocalBitbucket } from "./emulator-process.ts";

let today: LocalBitbucket;
let in2025: LocalBitbucket;

beforeAll(async () => {
  today = await startLocalBitbucket("--auto-approve", "johndoe");
  in2025 = await startLocalBitbucket("--auto-approve", "johndoe", "--rules", "2025");
});

afterAll(async () => {
  await today?.stop();
  await in2025?.stop();
});

type Consumer = Pick<LocalBitbucket["consumer"], "key" | "secret">;

const basic = ({ key, secret }: Consumer) => `Basic ${Buffer.from(`${key}:${secret}`).toString("base64")}`;

/** Opens the authorize URL of the guide and gives where the browser is sent. */
async function authorize(emulator: LocalBitbucket, { key }: Consumer, more = ""): Promise<Response> {
  const url = `${emulator.bitbucket}/site/oauth2/authorize?client_id=${key}&response_type=code${more}`;
  return fetch(url, { redirect: "manual" });
}

async function codeOf(emulator: LocalBitbucket, consumer: Consumer): Promise<string> {
  const answer = await authorize(emulator, consumer);
  return new URL(answer.headers.get("location") ?? "").searchParams.get("code") ?? "";
}

/** curl -X POST -u "client_id:client_secret" …/access_token -d grant_type=authorization_code -d code={code} */
async function exchange(emulator: LocalBitbucket, consumer: Consumer, code: string): Promise<Response> {
  return fetch(`${emulator.bitbucket}/site/oauth2/access_token`, {
    method: "POST",
    headers: { authorization: basic(consumer) },
    body: new URLSearchParams({ grant_type: "authorization_code", code }),
  });
}

interface Tokens {
  readonly access_token: string;
  readonly scope: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly refresh_token: string;
}

async function tokensOf(emulator: LocalBitbucket, consumer: Consumer): Promise<Tokens> {
  const answer = await exchange(emulator, consumer, await codeOf(emulator, consumer));
  return (await answer.json()) as Tokens; // the first test checks its fields
}

const withBearer = (url: string, token: string) =>
  fetch(url, { headers: { authorization: `Bearer ${token}` } });

test("G6, G7, G8: the authorize URL sends the browser to the registered callback with a code, state unchanged", async () => {
  const answer = await authorize(today, today.consumer, "&state=a%2Fb+c%20d%25");
  expect(answer.status).toBe(302);
  const location = answer.headers.get("location") ?? "";
  expect(location.startsWith(`${today.consumer.callbackUrl}?`)).toBe(true);
  expect(new URL(location).searchParams.get("code")).toMatch(/^\S+$/);
  expect(location).toMatch(/[?&]state=a%2Fb\+c%20d%25(&|$)/);
});

test("G8, G9, G10, G11, G13: a code and Basic give access_token, scope, bearer, 7200 and refresh_token, once", async () => {
  const code = await codeOf(today, today.consumer);
  const answer = await exchange(today, today.consumer, code);
  expect(answer.status).toBe(200);
  const tokens = (await answer.json()) as Tokens; // checked field by field below
  expect(tokens.access_token.length).toBeGreaterThan(2600);
  expect(tokens.refresh_token.length).toBeGreaterThan(2600);
  expect(tokens.scope.split(" ")).toEqual(expect.arrayContaining(["account", "email"]));
  expect(tokens).toMatchObject({ token_type: "bearer", expires_in: 7200 });

  const again = await exchange(today, today.consumer, code);
  expect(again.status).toBe(400);
  expect(await again.json()).toMatchObject({ error: "invalid_grant" });
});

test("G5, G10: a wrong secret gets no token", async () => {
  const code = await codeOf(today, today.consumer);
  const answer = await exchange(today, { ...today.consumer, secret: "wrong" }, code);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({
    error_description: "Invalid OAuth client credentials",
    error: "unauthorized_client",
  });
});

test("G1, G14, G15: /2.0/user with Bearer is the person who consented", async () => {
  const { access_token } = await tokensOf(today, today.consumer);
  const answer = await withBearer(`${today.api}/2.0/user`, access_token);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ type: "user", username: "johndoe", display_name: "John Doe" });
});

test("G16, G17: a token in query or body is refused today, and taken under the rules of 2025", async () => {
  for (const [emulator, status] of [
    [today, 401],
    [in2025, 200],
  ] as const) {
    const { access_token } = await tokensOf(emulator, emulator.consumer);
    const inQuery = await fetch(`${emulator.api}/2.0/user?access_token=${encodeURIComponent(access_token)}`);
    expect(inQuery.status).toBe(status);
    const body = new URLSearchParams({ access_token });
    const inBody = await fetch(`${emulator.api}/2.0/user`, { method: "POST", body });
    expect(inBody.status).toBe(status);
  }
});

test("G13: two hours and a second later the token is answered with the sentence about expiry", async () => {
  const { access_token } = await tokensOf(today, today.consumer);
  await today.advance(7201);
  const answer = await withBearer(`${today.api}/2.0/user`, access_token);
  expect(answer.status).toBe(401);
  expect(await answer.json()).toEqual({
    type: "error",
    error: { message: "Access token expired. Use your refresh token to obtain a new access token." },
  });
});

test("G3, G4, G5, G18: a consumer added by hand without the e-mail tick is refused the e-mails, by the scope's name", async () => {
  const consumer = await addConsumerByHand(today, {
    name: "By hand",
    callbackUrl: "http://localhost:8000/auth/bitbucket/callback",
    scopes: ["account"],
  });
  expect(consumer.key).not.toBe("");
  expect(consumer.secret).not.toBe("");
  const { access_token, scope } = await tokensOf(today, consumer);
  expect(scope).toBe("account");
  expect((await withBearer(`${today.api}/2.0/user`, access_token)).status).toBe(200);
  const emails = await withBearer(`${today.api}/2.0/user/emails`, access_token);
  expect(emails.status).toBe(403);
  expect(await emails.json()).toMatchObject({
    type: "error",
    error: { detail: { required: ["email"], granted: ["account"] } },
  });
});

test("G5: nothing the emulator remembers or says of its requests is a secret", async () => {
  const { access_token, refresh_token } = await tokensOf(today, today.consumer);
  await fetch(`${today.api}/2.0/user?access_token=${encodeURIComponent(access_token)}`);
  const told = (await today.requests()) + today.printed().split("\n").slice(1).join("\n");
  for (const secret of [access_token, refresh_token, today.consumer.secret])
    expect(told).not.toContain(secret);
});
