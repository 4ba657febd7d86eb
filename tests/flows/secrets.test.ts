import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { base64 } from "../../src/base/encoding.ts";
import { openDoor } from "../../src/base/http/door.ts";
import { bitbucketProvider } from "../../src/bitbucket/provider.ts";
import { createWeb } from "../../src/web/web.ts";
import { createLeakHunt, listenAt, type Misanswer, noteFailures } from "../web/leaks.ts";
import { type Browser, configFor, type Rig } from "../web/rig.ts";
import { connect, makeProject, openWorkplace } from "../web/world.ts";

const hunt = createLeakHunt();
const none: Misanswer = () => null;
const misanswer = { current: none };
const key = randomBytes(32).toString("base64");
let folder: string;
let rig: Rig;
let john: Browser;
let project: string;
let connection: string;
let apiKey: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "windlass-secrets-"));
  hunt.learn("sealing key", key);
  rig = await openWorkplace({
    log: hunt.log,
    fetch: listenAt(hunt, openDoor({ deadlineMilliseconds: 400 }), misanswer),
    watch: (app) => noteFailures(hunt, app),
    config: (emulator) => configFor(emulator, { database: join(folder, "windlass.db"), key }),
  });
  for (const { key: id, secret } of rig.emulator.consumers) {
    hunt.learn("client secret", secret);
    hunt.learn("client secret", base64(`${id}:${secret}`));
  }
});

afterAll(async () => {
  await rig.close();
  rmSync(folder, { recursive: true, force: true });
});

/** To the consent and back, learning code, state and cookies on the way; gives the callback. */
async function travel(person: Browser, start: string | URL, init: RequestInit = {}): Promise<URL> {
  const callback = await person.approve("John Doe", start, init);
  for (const name of ["code", "state"]) hunt.learn(name, callback.searchParams.get(name));
  return callback;
}

async function arrive(person: Browser, callback: URL | string): Promise<void> {
  await person.open(callback);
  for (const value of person.cookies().values()) hunt.learn("cookie", value);
}

async function signIn(): Promise<Browser> {
  const person = rig.browser();
  await arrive(person, await travel(person, "/auth/bitbucket/login"));
  return person;
}

/** Every page and part there is, once. */
async function lookAround(): Promise<void> {
  const [latest] = await rig.app.analyses.list(project.split("/").at(-1) ?? "");
  const paths = [
    "/",
    "/account",
    "/auth/session",
    "/api/v1/projects",
    project,
    `${connection}/repositories`,
    `${connection}/repository-list?q=x`,
    `${project}/analyses/${latest?.id}`,
    `${project}/analyses/${latest?.id}/progress`,
    `/api/v1/analyses/${latest?.id}`,
  ];
  for (const path of paths) await john.ask(path);
  await askForTokens();
}

/** As programs do: with a key, with a wrong one, and as a browser would. The answer that holds a token is nobody else's. */
async function askForTokens(): Promise<void> {
  const name = connection.split("/").at(-1) ?? "";
  const wrong = `wlk_${"w".repeat(43)}`;
  hunt.learn("API key", wrong);
  for (const headers of [
    { authorization: `Bearer ${apiKey}` },
    { authorization: `Bearer ${wrong}` },
    { authorization: `Bearer ${apiKey}`, origin: "https://evil.example" },
  ]) {
    const url = `http://localhost:8000/api/v1/connections/${name}/token`;
    const answer = await createWeb(rig.app).fetch(new Request(url, { method: "POST", headers }));
    const text = await answer.text();
    if (answer.status === 200) hunt.learn("access_token", JSON.parse(text).accessToken);
    else hunt.note("answer to a program", `${text} ${JSON.stringify([...answer.headers])}`);
  }
}

/** A run that is given no more than a moment: it may be waiting for Bitbucket to be well again. */
async function run(): Promise<void> {
  await john.submit(await john.open(project), `${connection}/analyses`, [["lookbackDays", "3650"]]);
  await Promise.race([rig.app.analyses.idle(), new Promise((resolve) => setTimeout(resolve, 300))]);
}

async function save(): Promise<void> {
  const page = await john.open(`${connection}/repositories`);
  await john.submit(page, page.url.pathname, [
    ["text", "acme/checkout-api"],
    ["workspace", "acme"],
    ["lookbackDays", "30"],
  ]);
}

test("all goes well: sign in, connect, run, refresh", async () => {
  john = await signIn();
  project = (await makeProject(john, "Shop")).url.pathname;
  connection = (await connect(john, project)).url.pathname.replace(/\/repositories$/, "");
  const projectId = project.split("/").at(-1) ?? "";
  const { secret } = await rig.app.apiKeys.make({
    projectId,
    name: "ci",
    rights: ["token"],
    actor: "operator",
  });
  apiKey = secret.reveal();
  hunt.learn("API key", apiKey);
  await save();
  await run();
  await rig.app.analyses.idle();
  rig.emulator.clock.advance(7_100);
  await run();
  await rig.app.analyses.idle();
  await lookAround();
  await expect(rig.app.analyses.list(project.split("/").at(-1) ?? "")).resolves.toMatchObject([
    { state: "done" },
    { state: "done" },
  ]);
});

test("callbacks that are denied, forged, repeated, foreign or malformed", async () => {
  const person = rig.browser();
  const callback = await travel(person, "/auth/bitbucket/login");
  const { search, searchParams } = callback;
  const base = "/auth/bitbucket/callback";
  await arrive(rig.browser(), callback);
  await arrive(person, `${base}${search}&code=${searchParams.get("code")}`);
  await arrive(person, `/auth/elsewhere/callback${search}`);
  await arrive(person, callback);
  await arrive(person, callback);
  const denied = await travel(person, "/auth/bitbucket/login");
  await arrive(
    person,
    `${base}?error=access_denied&error_description=no&state=${denied.searchParams.get("state")}`,
  );
  const late = await travel(person, "/auth/bitbucket/login");
  rig.emulator.clock.advance(601);
  await arrive(person, late);
});

/** Answers that hand back all that was sent, as error pages do. */
const echo =
  (status: number, make: (sent: string) => string, type: string): Misanswer =>
  (_, request) => {
    const sent = `${new Headers(request.headers).get("authorization")} ${request.body ?? ""}`;
    const headers = {
      "content-type": type,
      "www-authenticate": `Bearer error="${sent.slice(0, 200)}"`,
      "retry-after": "1",
    };
    return new Response(make(sent), { status, headers });
  };
const json = "application/json";
const grant = (fields: object) => () =>
  new Response(
    JSON.stringify({
      access_token: "leak-".repeat(20),
      refresh_token: "leek-".repeat(20),
      token_type: "bearer",
      expires_in: 7200,
      scopes: "account",
      ...fields,
    }),
    { headers: { "content-type": json } },
  );
const tokensOnly =
  (answer: Misanswer): Misanswer =>
  (url, request) =>
    url.includes("access_token") ? answer(url, request) : null;
const apiOnly =
  (answer: Misanswer): Misanswer =>
  (url, request) =>
    url.includes("/2.0/") ? answer(url, request) : null;

const bodies: readonly (readonly [string, (sent: string) => string, string])[] = [
  ["an envelope", (message) => JSON.stringify({ type: "error", error: { message, detail: message } }), json],
  ["an OAuth error", (sent) => JSON.stringify({ error: "invalid_grant", error_description: sent }), json],
  ["an error named after it", (sent) => JSON.stringify({ error: sent, error_uri: sent }), json],
  ["HTML", (sent) => `<html><title>${sent}</title><p>${sent}`, "text/html"],
  ["text", (sent) => sent, "text/plain"],
];
const statuses = [200, 400, 401, 403, 429, 500];
const echoes = bodies.flatMap(([name, make, type]) =>
  statuses.map((status) => [name, status, echo(status, make, type)] as const),
);

test.each(echoes)("Bitbucket hands back what was sent as %s with %i", async (_, _status, answer) => {
  for (const narrow of [tokensOnly, apiOnly]) {
    const person = rig.browser();
    const callback = await travel(person, "/auth/bitbucket/login");
    misanswer.current = narrow(answer);
    try {
      await arrive(person, callback);
      await john.ask(`${connection}/repositories`);
      await john.ask(`${connection}/repository-list?q=x`);
      await save();
    } finally {
      misanswer.current = none;
    }
  }
});

test.each<[string, object]>([
  ["of another type", { token_type: "mac" }],
  ["with a line break in it", { access_token: `${"leak-".repeat(20)}\r\nx: y` }],
  ["that are no text", { access_token: { value: "leak-".repeat(20) } }],
  ["without an access token", { access_token: "" }],
])("tokens %s", async (_, fields) => {
  hunt.learn("malformed token", "leak-".repeat(20));
  hunt.learn("malformed token", "leek-".repeat(20));
  const person = rig.browser();
  const callback = await travel(person, "/auth/bitbucket/login");
  misanswer.current = tokensOnly(grant(fields));
  await arrive(person, callback);
  misanswer.current = none;
});

test.each([
  [
    "a refresh that is refused",
    tokensOnly(
      echo(400, (sent) => JSON.stringify({ error: "invalid_grant", error_description: sent }), json),
    ),
  ],
  ["a refresh that answers nonsense", tokensOnly(grant({ token_type: "mac", expires_in: "never" }))],
  ["a refresh that fails", tokensOnly(echo(503, (sent) => sent, "text/html"))],
])("%s", async (_, answer) => {
  const permissions = await john.open(`${project}/connect/bitbucket`);
  const fields = [["connection", connection.split("/").at(-1) ?? ""]] as const;
  await arrive(john, await travel(john, permissions.url, john.form(permissions, fields)));
  rig.emulator.clock.advance(7_300);
  misanswer.current = answer;
  await lookAround();
  await run();
  misanswer.current = none;
  rig.emulator.clock.advance(600);
  await lookAround();
});

test.each(["cut", "delay", "html", "rate-limit"] as const)("the network: %s", async (kind) => {
  const person = rig.browser();
  const callback = await travel(person, "/auth/bitbucket/login");
  rig.emulator.control.addFault({
    path: "*",
    kind,
    count: 0,
    delayMilliseconds: kind === "delay" ? 5_000 : 0,
  });
  await arrive(person, callback);
  await save();
  rig.emulator.control.clearFaults();
  rig.emulator.clock.advance(5);
});

test("access revoked at Bitbucket", async () => {
  rig.emulator.control.revoke({ username: "johndoe" });
  await run();
  await lookAround();
});

test("the library's own face", async () => {
  const secret = `not-the-secret-${"x".repeat(20)}`;
  hunt.learn("wrong secret", secret);
  const [consumer] = rig.emulator.consumers;
  const { bitbucket, api } = rig.emulator.urls;
  const oauth = `${bitbucket}/site/oauth2`;
  const urls = { authorize: `${oauth}/authorize`, token: `${oauth}/access_token`, api: `${api}/2.0` };
  const provider = bitbucketProvider({ clientId: consumer?.key ?? "", clientSecret: secret, urls });
  const token = `token-${"y".repeat(30)}`;
  hunt.learn("token", token);
  const failures = await Promise.allSettled([
    provider.exchangeCode({ code: token }),
    provider.refreshToken(token),
    provider.getUserInfo(token),
    provider.getUserInfo(`${token}\n`),
  ]);
  for (const failure of failures) {
    expect(failure.status).toBe("rejected");
    if (failure.status === "rejected") hunt.noteError("bitbucketProvider", failure.reason);
  }
});

test("the database file", () => {
  const bytes = Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
  hunt.note("database file", bytes.toString("latin1"));
});

test("a database that is gone", async () => {
  const { user } = JSON.parse((await john.ask("/auth/session")).text) as { user: { id: string } }; // our own answer
  await rig.app.close();
  // What was found less than a second ago would still be known.
  rig.app.sessions.forget({ userId: user.id });
  for (const path of ["/", project, "/auth/bitbucket/login", "/auth/session"]) {
    const seen = await john.ask(path);
    expect([path, seen.status]).toEqual([path, path.endsWith("login") ? expect.any(Number) : 503]);
  }
  expect(hunt.lines.some((line) => line.includes("sessions.unavailable"))).toBe(true);
});

test("J1: none of the secrets is in a log line, an error, an answer or the database", () => {
  expect([...hunt.known()].sort()).toEqual(
    expect.arrayContaining([
      "API key",
      "access_token",
      "authorization",
      "client secret",
      "code",
      "code_verifier",
      "cookie",
      "refresh_token",
      "sealing key",
      "state",
    ]),
  );
  expect(hunt.lines.length).toBeGreaterThan(100);
  for (const { url, text, headers } of rig.answers) {
    const shown = [...headers].filter(([name]) => name !== "set-cookie" && name !== "location");
    // The state has to travel to Bitbucket, by redirect or from a page that goes on by itself; nothing else may.
    const goesOn = text.includes('<meta http-equiv="refresh"');
    const page = goesOn ? text.replaceAll(/([?;])state=[^&"]*/g, "$1") : text;
    hunt.note(`answer of ${url.pathname.replace(/[\w-]{20,}/g, "…")}`, `${page} ${JSON.stringify(shown)}`);
    const place = headers.get("location");
    if (place !== null) hunt.note("location", place.replace(/([?&])state=[^&]*/, "$1"));
  }
  expect(hunt.found()).toEqual([]);
});

test("the search itself finds what is there", () => {
  const probe = createLeakHunt();
  probe.learn("token", "a token of more than sixteen letters");
  probe.log.info("test", { note: "a token of more than sixteen letters" });
  probe.noteError(
    "somewhere",
    new Error("outer", { cause: { hidden: ["a token of more than sixteen letters"] } }),
  );
  expect(probe.found()).toEqual(expect.arrayContaining(["token in log", "token in somewhere"]));
});
