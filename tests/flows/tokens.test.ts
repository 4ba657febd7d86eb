import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWeb } from "../../src/web/web.ts";
import { openPlace, type Place } from "./credentials-place.ts";

let place: Place;
let ask: (id: string, init?: RequestInit) => Promise<Response>;
let connectionId: string;
let secret: string;
let keyId: string;

beforeAll(async () => {
  place = await openPlace();
  const web = createWeb(place.app);
  ask = async (id, init = {}) =>
    web.fetch(
      new Request(`http://localhost:8000/api/v1/connections/${id}/token`, { method: "POST", ...init }),
    );
  connectionId = (await place.connect("bitbucket")).id;
  ({ secret, id: keyId } = await makeKey(place.project.id));
});
afterAll(() => place.close());

async function makeKey(projectId: string) {
  const made = await place.app.apiKeys.make({ projectId, name: "ci", rights: ["token"], actor: "operator" });
  return { secret: made.secret.reveal(), id: made.key.id };
}

const withKey = (key = secret, more: Record<string, string> = {}) => ({
  headers: { authorization: `Bearer ${key}`, ...more },
});
const withBody = (body: string, type = "application/json") => ({
  ...withKey(secret, { "content-type": type }),
  body,
});
const codeOf = async (answer: Response) => ((await answer.json()) as { error: { code: string } }).error.code;
const handOuts = async (actor: string) =>
  (await place.app.record.list({ connectionId, limit: 1_000 })).filter(
    (entry) => entry.event === "connection.handed_out" && entry.actor === actor,
  );

describe("a program with an API key", () => {
  test("is given a token that works at Bitbucket, and nothing may keep the answer", async () => {
    const answer = await ask(connectionId, withKey());
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    const body = (await answer.json()) as Record<string, string>;
    expect(Object.keys(body)).toEqual(["accessToken", "tokenType", "expiresAt", "login", "gitUser"]);
    expect(body).toMatchObject({ tokenType: "Bearer", login: null });
    expect(Date.parse(body.expiresAt ?? "")).toBeGreaterThan(place.clock.now().getTime());
    const user = await fetch(`${place.emulator.urls.api}/2.0/user`, {
      headers: { authorization: `Bearer ${body.accessToken}` },
    });
    expect(user.status).toBe(200);
  });

  test("is given one that lives as long as it asks for", async () => {
    const first = (await (await ask(connectionId, withKey())).json()) as { accessToken: string };
    place.clock.advance(3_600);
    const answer = await ask(connectionId, withBody('{"minimumSeconds": 5400}'));
    const { accessToken, expiresAt } = (await answer.json()) as { accessToken: string; expiresAt: string };
    expect(accessToken).not.toBe(first.accessToken);
    expect(Date.parse(expiresAt) - place.clock.now().getTime()).toBeGreaterThanOrEqual(5_400_000);
    const tooLong = await ask(connectionId, withBody('{"minimumSeconds": 90000}'));
    expect([tooLong.status, await codeOf(tooLong)]).toEqual([400, "vault.minimum_too_long"]);
  });

  test("is on record before it is given anything, once a minute", async () => {
    const { secret: own, id } = await makeKey(place.project.id);
    for (let calls = 0; calls < 5; calls++) await ask(connectionId, withKey(own));
    expect(await handOuts(`key ${id}`)).toHaveLength(1);
    place.clock.advance(61);
    await ask(connectionId, withKey(own));
    expect(await handOuts(`key ${id}`)).toMatchObject([{}, { project_id: place.project.id }]);
  });

  test("is given an API token with what it needs for Basic and git", async () => {
    const token = place.emulator.people.find(({ username }) => username === "johndoe")?.apiTokens[0];
    const { id } = await place.enter({
      instanceId: "bitbucket",
      kind: "api-token",
      login: "user@example.com",
      secret: token?.token ?? "",
      endsOn: token?.expiresAt?.slice(0, 10),
    });
    expect(await (await ask(id, withKey())).json()).toMatchObject({
      accessToken: token?.token,
      tokenType: "Basic",
      login: "user@example.com",
      gitUser: "x-bitbucket-api-token-auth",
    });
  });
});

describe("who is no such program", () => {
  test.each([
    ["no key", {}],
    ["another scheme", { authorization: "Basic d2xr" }],
    ["a key that is none", { authorization: `Bearer wlk_${"a".repeat(43)}` }],
    ["a token of Bitbucket's", { authorization: "Bearer abc" }],
  ])("with %s is asked for a key", async (_, headers) => {
    const answer = await ask(connectionId, { headers });
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer realm="windlass"/);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(await codeOf(answer)).toMatch(/^web\.key_(missing|refused)$/);
  });

  test("whose key was revoked is refused at once", async () => {
    const { secret: own, id } = await makeKey(place.project.id);
    expect((await ask(connectionId, withKey(own))).status).toBe(200);
    await place.app.apiKeys.revoke(id, "operator");
    expect((await ask(connectionId, withKey(own))).status).toBe(401);
  });

  test.each([
    { origin: "http://localhost:8000" },
    { origin: "null" },
    { "sec-fetch-site": "same-origin" },
    { "sec-fetch-mode": "cors" },
    { "sec-fetch-dest": "empty" },
    { cookie: "__Host-windlass-session=abc" },
    { cookie: "a=b; __Host-windlass-browser=abc" },
  ])("but a browser (%j) is refused, whatever key it shows", async (headers) => {
    const answer = await ask(connectionId, withKey(secret, headers as Record<string, string>));
    expect(answer.status).toBe(403);
    expect(await codeOf(answer)).toBe("web.browser_refused");
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("asks a preflight in vain", async () => {
    const headers = { origin: "https://evil.example", "access-control-request-method": "POST" };
    const answer = await ask(connectionId, { method: "OPTIONS", headers });
    expect(answer.status).toBe(403);
    expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  test("is refused before anything is asked of Bitbucket or written down", async () => {
    const before = await place.app.record.list({ limit: 10_000 });
    for (const headers of [{}, { cookie: "__Host-windlass-session=a", authorization: `Bearer ${secret}` }])
      await ask(connectionId, { headers });
    expect(await place.app.record.list({ limit: 10_000 })).toEqual(before);
  });
});

describe("H14: a connection of another project", () => {
  const shown = async (answer: Response) => ({
    status: answer.status,
    headers: [...answer.headers],
    body: await answer.text(),
  });

  test("looks like one that never was: status, headers and body", async () => {
    const other = await place.app.projects.create({ name: "Bank", userId: place.project.madeBy });
    const { secret: own } = await makeKey(other.id);
    const foreign = await shown(await ask(connectionId, withKey(own)));
    const missing = await shown(await ask("con_AAAAAAAAAAAAAAAA", withKey(own)));
    expect(foreign).toEqual(missing);
    expect(foreign.status).toBe(404);
    expect(await shown(await ask("..%2F", withKey(own)))).toEqual(missing);
    await ask(connectionId, withKey());
    expect(await shown(await ask(connectionId, withKey(own)))).toEqual(missing);
  });
});

describe("an order", () => {
  test.each(["GET", "HEAD", "PUT", "DELETE", "PATCH"])("by %s is not one", async (method) => {
    const answer = await ask(connectionId, { method, ...withKey() });
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toBe("POST");
  });

  test.each(["", " ", "{}", '{"minimumSeconds": 0}', '{"minimumSeconds": 600}'])(
    "of %j is understood",
    async (body) => {
      expect((await ask(connectionId, withBody(body))).status).toBe(200);
    },
  );

  test.each([
    "[]",
    "null",
    "600",
    "{",
    '{"minimumSeconds": "600"}',
    '{"minimumSeconds": -1}',
    '{"minimumSeconds": 1.5}',
    '{"minimumSeconds": 1e99}',
    '{"minimum": 600}',
  ])("of %j is refused with what is wrong", async (body) => {
    const answer = await ask(connectionId, withBody(body));
    expect(answer.status).toBe(400);
    expect(await codeOf(answer)).toBe("web.bad_request");
  });

  test("that is no JSON, or longer than one can be, is refused", async () => {
    const form = withBody("minimumSeconds=600", "application/x-www-form-urlencoded");
    expect((await ask(connectionId, form)).status).toBe(415);
    expect((await ask(connectionId, withBody("{}", "text/plain"))).status).toBe(415);
    expect((await ask(connectionId, withBody("{}", "application/json; charset=utf-8"))).status).toBe(200);
    expect((await ask(connectionId, withBody(" ".repeat(1_025)))).status).toBe(413);
  });
});

describe("when there is nothing to hand out", () => {
  test("a connection that ended says so", async () => {
    const { id } = await place.connect("bitbucket");
    expect((await ask(id, withKey())).status).toBe(200);
    await place.app.connections.disconnect(id);
    const answer = await ask(id, withKey());
    expect([answer.status, await codeOf(answer)]).toEqual([409, "vault.disconnected"]);
  });

  test("one of OAuth 1.0a has no bearer token", async () => {
    const { id } = await place.connect("server");
    const answer = await ask(id, withKey());
    expect(await codeOf(answer)).toBe("vault.no_bearer");
    expect(answer.status).toBe(403);
  });
});

describe("when Bitbucket cannot be reached", () => {
  test("a token that lives is handed out, and one that has ended is said to be unavailable for now", async () => {
    const { id } = await place.connect("bitbucket");
    const fault = { kind: "rate-limit", retryAfterSeconds: 30, count: 0 } as const;
    place.emulator.control.addFault({ path: "/site/oauth2/access_token", ...fault });
    place.clock.advance(2 * 3_600 - 120);
    expect((await ask(id, withKey())).status).toBe(200);
    place.clock.advance(300);
    const answer = await ask(id, withKey());
    expect(answer.status).toBeGreaterThanOrEqual(502);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  });
});

test("the overview tells each connection's state and until when its access lives", async () => {
  const [first] = await place.app.connections.overview(place.project.id);
  expect(first).toMatchObject({ id: connectionId, state: "active", accessExpiresAt: expect.any(Date) });
  expect(await place.app.connections.overview("prj_none")).toEqual([]);
});

test("what happened here is on record, and the record is whole", async () => {
  const reports = [];
  for await (const report of place.app.record.verify()) reports.push(report);
  expect(reports.flatMap(({ problems }) => problems)).toEqual([]);
  const entries = await place.app.record.list({ limit: 10_000 });
  const made = entries.find(
    ({ event, connection_id }) => event === "connection.made" && connection_id === connectionId,
  );
  expect(made?.actor).toBe(`user ${place.project.madeBy}`);
  expect(JSON.stringify(entries)).not.toContain(secret);
  expect(JSON.stringify(entries)).toContain(keyId);
});
