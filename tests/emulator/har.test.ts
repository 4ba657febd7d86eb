/** Recordings: HTTP Archive 1.2, whole whenever the process ends, and without any secret. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { startWindlass } from "../run-windlass.ts";
import { basic, call, firstConsumer, refreshWith, tokensFor } from "./client.ts";
import { linkedApp, pair } from "./dc-oauth1-app.ts";
import { addClient, talkTo } from "./dc-oauth2-app.ts";
import { personAtDataCenter } from "./dc-person.ts";

interface Har {
  readonly log: {
    readonly version: string;
    readonly creator: { readonly name: string };
    readonly entries: readonly {
      readonly startedDateTime: string;
      readonly request: {
        readonly method: string;
        readonly url: string;
        readonly headers: readonly { readonly name: string; readonly value: string }[];
        readonly postData?: { readonly mimeType: string; readonly text: string };
      };
      readonly response: {
        readonly status: number;
        readonly content: {
          readonly size: number;
          readonly mimeType: string;
          readonly text?: string;
          readonly comment?: string;
        };
        readonly comment?: string;
      };
    }[];
  };
}

let folder: string;
const readHar = (file: string): Har => JSON.parse(readFileSync(file, "utf8")); // what the tests look at of HAR 1.2

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "windlass-har-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function recorded(name: string, use: (emulator: Emulator) => Promise<unknown>) {
  const file = join(folder, `${name}.har`);
  const emulator = await createEmulator({ record: file });
  await use(emulator);
  await emulator.close();
  return { file, har: readHar(file), text: readFileSync(file, "utf8") };
}

/** Every text anywhere in a value. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

test("a recording tells what was asked and answered, and is its owner's alone", async () => {
  const { file, har } = await recorded("plain", async (emulator) => {
    await fetch(`${emulator.urls.api}/2.0/repositories/acme?pagelen=5`);
    await fetch(`${emulator.urls.control}/clock`);
  });
  expect(har.log.version).toBe("1.2");
  expect(har.log.entries).toHaveLength(1);
  const [entry] = har.log.entries;
  expect(entry?.request).toMatchObject({ method: "GET", queryString: [{ name: "pagelen", value: "5" }] });
  expect(entry?.response).toMatchObject({
    status: 200,
    statusText: "OK",
    content: { mimeType: "application/json" },
  });
  expect(JSON.parse(entry?.response.content.text ?? "")).toMatchObject({ pagelen: 5, values: [] });
  expect(new Date(entry?.startedDateTime ?? "").getTime()).toBeGreaterThan(0);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("G5: no secret of Cloud is in a recording, whatever way it went", async () => {
  const secrets = new Set<string>();
  const keep = (...texts: readonly string[]) => {
    for (const text of texts) secrets.add(text);
  };
  const { text } = await recorded("cloud", async (emulator) => {
    const consumer = firstConsumer(emulator);
    const state = "the+state of/the&app=1";
    const tokens = await tokensFor(emulator, "John Doe", { state });
    keep(state, encodeURIComponent(state), consumer.secret, tokens.access_token, tokens.refresh_token);
    await call(emulator, "/2.0/user", tokens.access_token);
    await refreshWith(emulator, tokens.refresh_token);
    const { urls, people, accessTokens } = emulator;
    for (const { apiTokens } of people)
      for (const { email, token } of apiTokens) {
        keep(token, basic(email ?? "", token).slice(6));
        await fetch(`${urls.api}/2.0/user`, { headers: { authorization: basic(email ?? "", token) } });
      }
    for (const { token } of accessTokens) {
      keep(token);
      await call(emulator, "/2.0/repositories/acme", token);
      await fetch(`${urls.api}/2.0/user?access_token=${encodeURIComponent(token)}`);
    }
    await fetch(`${urls.bitbucket}/site/oauth2/access_token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "password",
        client_secret: "a-secret-of-others",
        code: "a-foreign-code",
        password: "hunter22",
      }),
    });
    keep("a-secret-of-others", "a-foreign-code", "hunter22");
    await fetch(`${urls.bitbucket}/`, { headers: { cookie: "theirs=a-cookie-of-theirs" } });
    keep("a-cookie-of-theirs");
    await fetch(`${urls.api}/2.0/user`, {
      method: "POST",
      body: JSON.stringify({ client_secret: "in-some-json" }),
    });
    keep("in-some-json");
  });
  expect(secrets.size).toBeGreaterThan(12);
  for (const secret of secrets) expect(text.includes(secret), secret).toBe(false);
  expect(text).toContain("Bearer ***");
  expect(text).toContain("client_secret=***");
});

test("G5: no secret of a Data Center or Server is in a recording: passwords, tokens, signatures, keys, cookies", async () => {
  let secrets: readonly string[] = [];
  const { text } = await recorded("data-center", async (emulator) => {
    const app = await linkedApp(emulator);
    const token = await app.requestToken("http://localhost:8000/cb");
    const { answer } = await app.decide(token, "approve");
    const verifier = new URL(answer.headers.get("location") ?? "").searchParams.get("oauth_verifier") ?? "";
    await app.ask({ step: "access-token", oauth: { oauth_token: token, oauth_verifier: verifier } });
    await app.ask({ step: "access-token", oauth: { oauth_token: token, oauth_verifier: "wrong1" } });
    const client = await addClient(emulator);
    const dance = talkTo(emulator, client);
    const tokens = await (await dance.exchange(await dance.code())).json();
    const { dataCenter, server } = emulator;
    const passwords = dataCenter?.people.map(({ name, password }) => ({ name, password })) ?? [];
    for (const { name, password } of passwords)
      await fetch(`${dataCenter?.url}/rest/api/1.0/projects`, {
        headers: { authorization: basic(name, password) },
      });
    const person = personAtDataCenter(dataCenter?.url ?? "");
    await person.logIn("John Doe");
    await person.visit("/plugins/servlet/applinks/listApplicationLinks");
    const own = [dataCenter, server].flatMap((place) => [
      ...(place?.tokens.map((each) => each.token) ?? []),
      ...(place?.clients.map(({ clientSecret }) => clientSecret) ?? []),
      ...(place?.consumers.map(({ privateKey }) => privateKey ?? "no key") ?? []),
    ]);
    for (const { token: each } of dataCenter?.tokens ?? [])
      await fetch(`${dataCenter?.url}/rest/api/1.0/projects`, {
        headers: { authorization: `Bearer ${each}` },
      });
    secrets = [
      ...[token, client.clientSecret, String(tokens.access_token), String(tokens.refresh_token)],
      ...passwords.map(({ password }) => password),
      ...own,
    ];
  });
  expect(secrets.length).toBeGreaterThan(10);
  for (const secret of secrets) expect(text.includes(secret), secret).toBe(false);
  expect(text).not.toContain("PRIVATE KEY");
  expect(text).not.toMatch(/oauth_signature="[^*]/);
  expect(text).not.toMatch(/BITBUCKETSESSIONID_\d+=[^*]/);
  expect(pair.publicKey).toContain("PUBLIC KEY");
});

test("bodies that are long, binary, broken or without end are recorded with a note", async () => {
  const { har } = await recorded("bodies", async (emulator) => {
    const user = `${emulator.urls.api}/2.0/user`;
    emulator.control.addFault({ path: "/2.0/user", kind: "huge", bytes: 300_000 });
    await (await fetch(user)).text();
    emulator.control.addFault({ path: "/2.0/user", kind: "endless" });
    const leaving = new AbortController();
    const endless = await fetch(user, { signal: leaving.signal });
    await endless.body?.getReader().read();
    leaving.abort();
    emulator.control.addFault({ path: "/2.0/user", kind: "cut" });
    await fetch(user).catch(() => undefined);
    await fetch(user, {
      method: "POST",
      headers: { "content-type": "image/png" },
      body: new Uint8Array([0, 255, 0]),
    });
  });
  const entries = har.log.entries;
  const comments = entries.map(({ response }) => response.content.comment ?? response.comment ?? "");
  const huge = entries[comments.findIndex((comment) => /^Cut after 65536 of/.test(comment))];
  expect(huge?.response.content.text).toHaveLength(65_536);
  expect(comments.filter((comment) => comment.startsWith("Cut after 65536 of more than"))).toHaveLength(2);
  const cut = entries.find(({ response }) => response.status === 0);
  expect(cut?.response).toMatchObject({ comment: "The connection was cut." });
  const binary = entries.find(({ request }) => request.method === "POST");
  expect(binary?.request.postData).toEqual({ mimeType: "image/png", comment: "Not text: 3 bytes left out." });
});

test("a place that cannot be written to is said in a sentence", async () => {
  await expect(createEmulator({ record: join(folder, "no", "such.har") })).rejects.toMatchObject({
    code: "bad_option",
    message: expect.stringContaining("cannot be written"),
  });
});

test("emulate --record is whole after every request, however it is ended, and prints a line of each", async () => {
  const file = join(folder, "command.har");
  const args = ["emulate", "--json", "--log", "--port", "0", "--cloud-only", "--record", file];
  const running = await startWindlass<{
    readonly api: string;
    readonly accessTokens: readonly { readonly token: string }[];
  }>(args);
  const { api, accessTokens } = running.line;
  expect(readHar(file).log.entries).toEqual([]);
  await fetch(`${api}/2.0/user?fields=uuid&code=hidden`);
  const token = accessTokens[0]?.token ?? "";
  await fetch(`${api}/2.0/repositories/acme`, { headers: { authorization: `Bearer ${token}` } });
  await expect.poll(() => readHar(file).log.entries.length).toBe(2);
  expect(await running.stop()).toBe(0);
  expect(readHar(file).log.entries.map(({ response }) => response.status)).toEqual([401, 200]);
  expect(textsIn(readHar(file)).filter((text) => text.includes(token) || text.includes("hidden"))).toEqual(
    [],
  );
  expect(running.printed()).toMatch(
    /^\d\d:\d\d:\d\d {2}cloud api {2}GET {5}401 +[\d.]+ ms {2}\/2\.0\/user\?fields=uuid$/m,
  );
  expect(running.printed()).not.toContain("\u001b[");
});

test("a recording takes the place of an older file, is its owner's alone, and is not shared", async () => {
  const file = join(folder, "again.har");
  writeFileSync(
    file,
    "something longer than a recording that has no entries at all, and open to all".repeat(99),
  );
  chmodSync(file, 0o644);
  const first = await createEmulator({ record: file });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const second = await createEmulator({ record: file });
  for (const each of [first, second, first]) await fetch(`${each.urls.api}/2.0/user`);
  await first.close();
  await second.close();
  expect(readHar(file).log.entries).toHaveLength(1);
});

test("a recording that cannot be written is said at the start", async () => {
  await expect(createEmulator({ record: folder })).rejects.toThrow(
    `The recording ${folder} cannot be written`,
  );
});

test("a recording is closed though somebody is still sending half a request", async () => {
  const file = join(folder, "half.har");
  const emulator = await createEmulator({ record: file });
  const half = connect(Number(new URL(emulator.urls.api).port), "127.0.0.1").on("error", () => undefined);
  half.write("POST /2.0/user HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
  await expect.poll(() => emulator.control.requests().length).toBe(1);
  await emulator.close();
  half.destroy();
  expect(readHar(file).log.entries).toHaveLength(1);
});

test("the state of a pull request is told, the state of a sign-in is not", async () => {
  const { har, text } = await recorded("states", async ({ urls: { api, bitbucket } }) => {
    await fetch(`${api}/2.0/repositories/acme/w/pullrequests?state=MERGED&state=OPEN`);
    await fetch(`${bitbucket}/site/oauth2/authorize?client_id=x&response_type=code&state=MERGEDORNOT`);
  });
  expect(har.log.entries[0]?.request.url).toMatch(/\?state=MERGED&state=OPEN$/);
  expect(text).not.toContain("MERGEDORNOT");
});
