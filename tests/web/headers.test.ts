/** The headers of every answer: each route that is registered, to somebody signed out and to somebody signed in. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Config, parseConfig } from "../../src/app/config.ts";
import { cloudUrls } from "../../src/cli/emulated-instances.ts";
import type { Emulator } from "../../src/emulator/emulator.ts";
import type { Route } from "../../src/web/web.ts";
import { baseUrl, type Seen } from "./rig.ts";
import { idOf, openWorld, type World } from "./world.ts";

const ownCallback = "/api/auth/own/back";

let world: World;
/** By the name it has in a route: one that exists, of John's own. */
let values: Readonly<Record<string, string>>;
let routes: readonly Route[];

/** Cloud as the emulator plays it, and a Data Center with a callback path of its own; John is an administrator. */
function configOf(emulator: Emulator): Config {
  const [consumer] = emulator.consumers;
  return parseConfig({
    baseUrl,
    database: ":memory:",
    admins: [{ instance: "bitbucket", id: `{${emulator.people[0]?.uuid}}` }],
    instances: {
      bitbucket: {
        clientId: consumer?.key ?? "",
        clientSecret: consumer?.secret ?? "",
        urls: cloudUrls(emulator),
      },
      own: {
        product: "data-center",
        baseUrl: "https://git.example.com",
        clientId: "a",
        clientSecret: "b",
        callbackPath: ownCallback,
      },
    },
  });
}

beforeAll(async () => {
  world = await openWorld({ config: configOf });
  const sessions = JSON.parse((await world.john.ask("/api/v1/sessions")).text);
  values = {
    project: idOf(world.project),
    connection: idOf(world.connection),
    analysis: idOf(world.analysis),
    instance: "bitbucket",
    kind: "api-token",
    name: "api-token",
    link: "lnk_none",
    session: sessions.sessions[0].id,
    user: "usr_none",
  };
  const known = new Map(world.web.routes.map((route) => [`${route.method} ${route.path}`, route]));
  routes = [...known.values()];
});
afterAll(() => world.close());

function addressOf({ path }: Route): string {
  return path.replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`this test has no value for :${name} of ${path}`);
    return value;
  });
}

const isCallback = (path: string) =>
  path.endsWith("/callback") || path === ownCallback || path === "/api/auth/bitbucket/handler/frame";

/** Which answers keep a tie to the window that opened them, and which one: those of the way through a window alone. */
function openerPolicyOf(path: string): string {
  if (path === "/sign-in") return "same-origin-allow-popups";
  return path === "/sign-in/done" || isCallback(path) ? "unsafe-none" : "same-origin";
}

/** What a program that shows a key is answered: JSON, to no browser. */
const isForKeys = (path: string) => path.endsWith("/token");

function headersOf({ headers }: Seen) {
  const names = [
    "content-security-policy",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "x-content-type-options",
    "x-frame-options",
    "cache-control",
  ];
  return Object.fromEntries(names.map((name) => [name, headers.get(name)]));
}

function expectedOf(path: string) {
  return {
    "content-security-policy": [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join("; "),
    "referrer-policy": isCallback(path) ? "no-referrer" : "same-origin",
    "cross-origin-opener-policy": openerPolicyOf(path),
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cache-control": path === "/favicon.ico" ? "public, max-age=300" : "no-store",
  };
}

function expectHeaders(path: string, seen: Seen): void {
  expect([path, seen.status, seen.status === 500]).toEqual([path, seen.status, false]);
  if (isForKeys(path)) {
    expect(seen.headers.get("content-type")).toMatch(/^application\/json/);
    expect(headersOf(seen)).toMatchObject({
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
    });
  } else expect([path, headersOf(seen)]).toEqual([path, expectedOf(path)]);
}

const methodOf = ({ method, path }: Route) =>
  method === "ALL" ? (isForKeys(path) ? "POST" : "GET") : method;

test("the routes are read from what is served", () => {
  const paths = routes.map(({ path }) => path);
  for (const path of ["/", "/sign-in", "/account", "/auth/:instance/callback", ownCallback, "/healthz"])
    expect(paths).toContain(path);
  expect(routes.length).toBeGreaterThan(50);
});

describe("every route's answer bears the headers", () => {
  test("to somebody who is signed out", async () => {
    for (const route of routes) {
      const path = addressOf(route);
      expectHeaders(path, await world.browser().ask(path, { method: methodOf(route) }));
    }
  });

  test("to somebody who is signed in, page by page", async () => {
    for (const route of routes.filter((each) => methodOf(each) === "GET")) {
      const path = addressOf(route);
      const seen = await world.john.ask(path);
      expectHeaders(path, seen);
    }
    expect((await world.john.ask("/admin/sessions")).status).toBe(200);
  });

  test("to somebody who is signed in, form by form, taken or refused", async () => {
    for (const route of routes.filter((each) => methodOf(each) === "POST")) {
      const path = addressOf(route);
      expectHeaders(path, await world.jane.ask(path, { method: "POST" }));
      // Some of them end the session: each has one of its own.
      const jane = await world.signedIn("Jane Roe");
      const csrf = JSON.parse((await jane.ask("/auth/session")).text).csrf;
      const headers = { "x-csrf-token": csrf, "content-type": "application/x-www-form-urlencoded" };
      expectHeaders(path, await jane.ask(path, { method: "POST", headers, body: "name=x" }));
    }
  });
});

describe("what no route answers bears them too", () => {
  test.each<[string, string, RequestInit]>([
    ["an address that is none", "/nowhere", {}],
    ["a method that nobody uses", "/account", { method: "PUT" }],
    ["a method that a supervisor does not use", "/healthz", { method: "DELETE" }],
    ["a file that is none", "/assets/none.js", {}],
    ["a form that is too large", "/projects", { method: "POST", body: "x".repeat(3_000_000) }],
  ])("%s", async (_, path, init) => {
    expectHeaders(path, await world.browser().ask(path, init));
    const seen = await world.john.ask(path, init);
    expect(seen.status).toBeGreaterThanOrEqual(400);
    expectHeaders(path, seen);
  });

  test("a Host that is not ours", async () => {
    const headers = { host: "evil.example" };
    const answer = await world.web.fetch(new Request(`${baseUrl}/account`, { headers }));
    expect(answer.status).toBe(307);
    expect(answer.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  });
});

describe("the exceptions are as narrow as they can be", () => {
  test("a sign-in in a window keeps the window's tie; in the page it does not", async () => {
    const policyOf = async (path: string) =>
      (await world.browser().ask(path)).headers.get("cross-origin-opener-policy");
    expect(await policyOf("/auth/bitbucket/login?flow=popup")).toBe("unsafe-none");
    expect(await policyOf("/auth/bitbucket/login?flow=page")).toBe("same-origin");
    expect(await policyOf("/account?flow=popup")).toBe("same-origin");
  });

  test("only files that are the same for everybody may be kept by a browser", async () => {
    const seen = await world.john.ask("/assets/windlass.js");
    expect(seen.status).toBe(200);
    expect(headersOf(seen)).toEqual({
      ...expectedOf("/assets/windlass.js"),
      "cache-control": "public, max-age=300",
    });
  });

  test("no page has script or style that the policy would refuse", async () => {
    for (const route of routes.filter((each) => methodOf(each) === "GET")) {
      const { text, headers } = await world.john.ask(addressOf(route));
      if (!headers.get("content-type")?.startsWith("text/html")) continue;
      expect(text).not.toMatch(/<script(?![^>]* src="\/assets\/)|<style|\son[a-z]+="|\sstyle="|javascript:/i);
    }
  });
});
