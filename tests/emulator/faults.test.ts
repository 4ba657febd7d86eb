/** Faults on command and control, from the outside: point 41 of the list, and the doors that are shut to other sites. */
import { request } from "node:http";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { watchedClock } from "../watched-clock.ts";
import { call, firstConsumer, refreshWith, seen, tokensFor } from "./client.ts";

const clock = watchedClock();
let emulator: Emulator;
let token: string;

beforeAll(async () => {
  emulator = await createEmulator({ clock });
  token = (await tokensFor(emulator)).access_token;
});

afterEach(() => emulator.control.clearFaults());
afterAll(() => emulator.close());

const control = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${emulator.urls.control}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
const user = () => call(emulator, "/2.0/user", token);

test("C41: a 429 has Bitbucket's sentence, and Retry-After only when it is asked for", async () => {
  emulator.control.addFault({ path: "/2.0/*", kind: "rate-limit" });
  const bare = await user();
  expect([bare.status, bare.headers.get("retry-after")]).toEqual([429, null]);
  expect(await bare.json()).toEqual({
    type: "error",
    error: { message: "Rate limit for this resource has been exceeded" },
  });
  expect((await user()).status).toBe(200);
  emulator.control.addFault({ path: "/2.0/user", kind: "rate-limit", retryAfterSeconds: 30 });
  expect((await user()).headers.get("retry-after")).toBe("30");
  emulator.control.addFault({ path: "/2.0/user", kind: "text", status: 429 });
  const plain = await user();
  expect([plain.status, plain.headers.get("content-type"), await plain.text()]).toEqual([
    429,
    "text/plain",
    "Rate limit for this resource has been exceeded",
  ]);
});

test("C41: 500, 502 and 503 come as HTML, 555 and others in the envelope", async () => {
  for (const status of [500, 502, 503]) {
    emulator.control.addFault({ path: "/2.0/user", kind: "html", status });
    const answer = await user();
    expect([answer.status, answer.headers.get("content-type")]).toEqual([status, "text/html; charset=utf-8"]);
    expect(await answer.text()).toContain("<html>");
  }
  emulator.control.addFault({ path: "*", kind: "status", status: 555 });
  expect(await seen(user())).toEqual([555, { type: "error", error: { message: expect.any(String) } }]);
});

test("C41: a slow answer waits on the emulator's clock", async () => {
  emulator.control.addFault({ path: "/2.0/user", kind: "delay", delayMilliseconds: 3_600_000 });
  const before = clock.sleeps.length;
  const answer = user().then(({ status }) => status);
  await clock.asleep(before + 1);
  expect(await Promise.race([answer, Promise.resolve("late")])).toBe("late");
  emulator.control.advance(3600);
  expect(await answer).toBe(200);
});

test("C41: a connection is cut, before the work or after it", async () => {
  const { refresh_token } = await tokensFor(emulator);
  emulator.control.addFault({ path: "/site/oauth2/access_token", kind: "cut", afterWork: true });
  await expect(refreshWith(emulator, refresh_token)).rejects.toThrow();
  emulator.control.advance(601);
  // Bitbucket had rotated, though nobody heard of it.
  expect((await refreshWith(emulator, refresh_token)).status).toBe(400);
  token = (await tokensFor(emulator)).access_token;
  const other = await tokensFor(emulator);
  emulator.control.addFault({ path: "/site/oauth2/access_token", kind: "cut" });
  await expect(refreshWith(emulator, other.refresh_token)).rejects.toThrow();
  emulator.control.advance(601);
  expect((await refreshWith(emulator, other.refresh_token)).status).toBe(200);
});

test("C41: a fault hits by method, path, origin and count, after those it lets pass", async () => {
  emulator.control.addFault({ method: "POST", path: "/2.0/user", kind: "status", count: 0 });
  emulator.control.addFault({ origin: "web", path: "/2.0/user", kind: "status", count: 0 });
  emulator.control.addFault({ path: "/2.0/user", kind: "status", status: 503, skip: 1, count: 2 });
  expect([
    (await user()).status,
    (await user()).status,
    (await user()).status,
    (await user()).status,
  ]).toEqual([200, 503, 503, 200]);
});

test("faults, clock, revoking and requests can be reached over HTTP", async () => {
  const added = await control("/faults", { path: "/2.0/user", kind: "status", status: 500, count: 0 });
  expect(added.status).toBe(201);
  const { id } = (await added.json()) as { id: string };
  expect((await user()).status).toBe(500);
  expect(await seen(fetch(`${emulator.urls.control}/faults`))).toMatchObject([
    200,
    { faults: [{ id, hits: 1 }] },
  ]);
  expect((await fetch(`${emulator.urls.control}/faults/${id}`, { method: "DELETE" })).status).toBe(204);
  expect((await fetch(`${emulator.urls.control}/faults/${id}`, { method: "DELETE" })).status).toBe(404);
  expect((await user()).status).toBe(200);
  const before = emulator.clock.now().getTime();
  expect((await control("/clock", { advanceSeconds: 60 })).status).toBe(200);
  expect(emulator.clock.now().getTime() - before).toBeGreaterThanOrEqual(60_000);
  expect((await seen(control("/revoke", { username: "johndoe" })))[0]).toBe(200);
  expect((await user()).status).toBe(401);
  expect((await control("/revoke", { username: "nobody" })).status).toBe(404);
  token = (await tokensFor(emulator)).access_token;
});

test("a control body that is not as expected is answered with every mistake", async () => {
  expect(await seen(control("/clock", { advanceSeconds: "soon", more: 1 }))).toEqual([
    400,
    {
      error: expect.any(String),
      problems: [expect.stringContaining("advanceSeconds"), expect.stringContaining("more")],
    },
  ]);
  expect((await control("/faults", { path: "no-slash", kind: "explode" })).status).toBe(400);
});

test("requests name method, path, client, grant and status", async () => {
  const consumer = firstConsumer(emulator);
  await user();
  expect(emulator.control.requests().at(-1)).toMatchObject({
    origin: "api",
    method: "GET",
    path: "/2.0/user",
    client: consumer.key,
    person: "johndoe",
    grant: null,
    status: 200,
  });
  await tokensFor(emulator);
  expect(emulator.control.requests().at(-1)).toMatchObject({
    origin: "web",
    method: "POST",
    path: "/site/oauth2/access_token",
    client: consumer.key,
    grant: "authorization_code",
    status: 200,
  });
});

test("G5: no secret is ever in the list of requests", async () => {
  const { access_token, refresh_token } = await tokensFor(emulator, "John Doe", {
    state: "the-state-of-the-app",
  });
  await fetch(`${emulator.urls.api}/2.0/user?${new URLSearchParams({ access_token })}`);
  await refreshWith(emulator, refresh_token, { grant_type: "refresh_token" });
  await fetch(
    `${emulator.urls.bitbucket}/site/oauth2/access_token?client_secret=${firstConsumer(emulator).secret}`,
    { method: "POST", body: new URLSearchParams({ grant_type: refresh_token }) },
  );
  const told = JSON.stringify(emulator.control.requests());
  for (const secret of [access_token, refresh_token, firstConsumer(emulator).secret, "the-state-of-the-app"])
    expect(told).not.toContain(secret);
});

/** As a browser or a rebound name would send it: fetch does not let Host be chosen. */
function statusWith(headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(`${emulator.urls.control}/clock`, { headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on("error", reject);
    asked.end();
  });
}

test("control is refused to other hosts and to pages of other sites", async () => {
  const { host, port } = new URL(emulator.urls.control);
  expect(await statusWith({ host })).toBe(200);
  expect(await statusWith({ host: `localhost:${port}` })).toBe(200);
  expect(await statusWith({ host: `evil.example:${port}` })).toBe(403);
  expect(await statusWith({ host: "127.0.0.1" })).toBe(403);
  expect(await statusWith({ host, origin: emulator.urls.bitbucket })).toBe(200);
  expect(await statusWith({ host, origin: "https://evil.example" })).toBe(403);
  expect(await statusWith({ host, origin: "http://localhost:8000" })).toBe(403);
  expect(await statusWith({ host, origin: "null" })).toBe(403);
  expect(await statusWith({ host, "sec-fetch-site": "cross-site" })).toBe(403);
});

test("control lists the requests there were, and forgets them when it is told to", async () => {
  await user();
  const listed = async () => JSON.stringify(await (await fetch(`${emulator.urls.control}/requests`)).json());
  expect(await listed()).toContain('"path":"/2.0/user"');
  const forgotten = await fetch(`${emulator.urls.control}/requests`, { method: "DELETE" });
  expect(forgotten.status).toBe(204);
  expect(await listed()).not.toContain("/2.0/user");
});
