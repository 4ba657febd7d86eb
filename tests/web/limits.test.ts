/** How often somebody may try: over HTTP as a proxy would hand it on, and what an answer says of it. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseConfig } from "../../src/app/config.ts";
import { baseUrl, configFor, openRig, type Rig } from "./rig.ts";

const limits = { perClientPerMinute: 12, totalPerMinute: 30 };
let rig: Rig;

beforeEach(async () => {
  rig = await openRig({
    config: (emulator) => configFor(emulator, { limits, trustedProxies: ["10.0.0.1"] }),
  });
});
afterEach(() => rig.close());

const login = "/auth/bitbucket/login";
const callback = "/auth/bitbucket/callback?code=x&state=y";
const token = "/api/v1/connections/con_1/token";

/** From somebody behind the proxy. */
function ask(client: string, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { ...Object.fromEntries(new Headers(init.headers)), "x-forwarded-for": client };
  const peer = { incoming: { socket: { remoteAddress: "10.0.0.1" } } };
  return Promise.resolve(rig.web.fetch(new Request(baseUrl + path, { ...init, headers }), peer));
}

async function statuses(
  times: number,
  once: (index: number) => Promise<Response>,
): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (let index = 0; index < times; index += 1) {
    const { status } = await once(index);
    found[status] = (found[status] ?? 0) + 1;
  }
  return found;
}

describe("a client that tries too often", () => {
  test("is told with the standard headers how much is left, and when to come again", async () => {
    const first = await ask("203.0.113.1", login);
    expect(first.headers.get("ratelimit-policy")).toBe('"client";q=12;w=60');
    expect(first.headers.get("ratelimit")).toBe('"client";r=11;t=1');
    expect(await statuses(15, () => ask("203.0.113.1", login))).toEqual({ 302: 11, 429: 4 });
    const refused = await ask("203.0.113.1", login);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("ratelimit")).toMatch(/^"client";r=0;t=(59|60)$/);
    expect(Number(refused.headers.get("retry-after"))).toBeLessThanOrEqual(5);
    expect(refused.headers.getSetCookie()).toEqual([]);
    expect(await refused.text()).toContain("Too many attempts came within a minute.");
    rig.emulator.clock.advance(5);
    expect((await ask("203.0.113.1", login)).status).toBe(302);
  });

  test("is not one whom a foreign page makes ask: what it embeds is refused, and counts for nothing", async () => {
    const embedded = { headers: { "sec-fetch-dest": "image", "sec-fetch-site": "cross-site" } };
    for (const path of [login, "/auth/nowhere/login", callback])
      expect(await statuses(20, () => ask("203.0.113.1", path, embedded))).toEqual({ 403: 20 });
    expect((await ask("203.0.113.1", login)).headers.get("ratelimit")).toBe('"client";r=11;t=1');
    expect((await ask("203.0.113.1", callback)).headers.get("ratelimit")).toBe('"client";r=11;t=1');
  });

  test("keeps nobody else out, and its own pages stay open", async () => {
    await statuses(20, () => ask("203.0.113.1", login));
    expect((await ask("203.0.113.2", login)).status).toBe(302);
    expect((await ask("203.0.113.1", "/sign-in")).status).toBe(200);
  });

  test("does not get further by other spellings of where it comes from", async () => {
    const spellings = ["6.6.6.6, 203.0.113.1", "7.7.7.7,203.0.113.1", "203.0.113.1:99"];
    const found = await statuses(18, () => ask(spellings.at(-1) ?? "", login));
    expect(found).toEqual({ 302: 12, 429: 6 });
    for (const each of spellings) expect((await ask(each, login)).status).toBe(429);
  });

  test("is refused at the callback before anything is read", async () => {
    const found = await statuses(15, () => ask("203.0.113.1", callback));
    expect(found[429]).toBe(3);
  });

  test("many clients together reach the total", async () => {
    const found = await statuses(40, (index) => ask(`203.0.113.${index}`, login));
    expect(found).toEqual({ 302: 30, 429: 10 });
    const refused = await ask("203.0.113.99", login);
    expect(refused.headers.get("ratelimit-policy")).toBe('"total";q=30;w=60');
  });
});

describe("API keys that are none", () => {
  const guess = (client: string, key = "wlk_guess") =>
    ask(client, token, { method: "POST", headers: { authorization: `Bearer ${key}` } });

  test("are refused with 401, then with 429, for that client alone", async () => {
    expect(await statuses(15, () => guess("203.0.113.1"))).toEqual({ 401: 12, 429: 3 });
    expect((await guess("203.0.113.2")).status).toBe(401);
    const refused = await guess("203.0.113.1");
    expect(refused.headers.get("retry-after")).toMatch(/^[1-5]$/);
    expect(await refused.json()).toMatchObject({ error: { code: "web.too_many_requests" } });
  });

  test("keep nobody out whose key is good, however many others show", async () => {
    const john = await rig.signedIn("John Doe");
    const home = await john.open("/");
    const project = (await john.submit(home, "/projects", [["name", "Payments"]])).url.pathname
      .split("/")
      .at(-1);
    const { secret } = await rig.app.apiKeys.make({
      projectId: project ?? "",
      name: "ci",
      rights: ["token"],
      actor: "test",
    });
    await statuses(60, (index) => guess(`203.0.113.${index}`));
    expect((await guess("203.0.113.77")).status).toBe(429);
    expect((await guess("203.0.113.77", secret.reveal())).status).toBe(404);
    expect((await guess("203.0.113.78", secret.reveal())).status).toBe(404);
  });
});

test("ten tabs of ten people behind one address get through on the defaults", async () => {
  await rig.close();
  rig = await openRig({ config: (emulator) => configFor(emulator, { trustedProxies: ["10.0.0.1"] }) });
  expect(await statuses(100, () => ask("203.0.113.1", login))).toEqual({ 302: 100 });
});

test("a proxy that is no address is a mistake of the configuration, with its place", () => {
  const wrong = () =>
    parseConfig({
      instances: { bitbucket: { clientId: "a", clientSecret: "b" } },
      trustedProxies: ["my-proxy"],
    });
  expect(wrong).toThrow(/trustedProxies\.0: must be the IP address of a proxy/);
});
