import { once } from "node:events";
import { request as askByNode } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type ErrorRequestHandler } from "express";
import { fastify } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expressWindlass } from "../../src/adapters/express.ts";
import { fastifyWindlass } from "../../src/adapters/fastify.ts";
import { silentLog } from "../../src/base/log.ts";
import { cloudUrls } from "../../src/cli/emulated-instances.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { createWindlass } from "../../src/library/index.ts";
import { newVisitor, type Seen } from "../stories/visitor.ts";
import { frameworks, type ServedApp, serveApp } from "./frameworks.ts";

describe.each(Object.entries(frameworks))("in %s", (_name, framework) => {
  let emulator: Emulator;
  let app: ServedApp;

  beforeAll(async () => {
    app = await serveApp(framework, async (url) => {
      emulator = await createEmulator({
        autoApprove: "johndoe",
        callbackUrl: `${url}/auth/bitbucket/callback`,
      });
      const [consumer] = emulator.consumers;
      const bitbucket = {
        clientId: consumer?.key ?? "",
        clientSecret: consumer?.secret ?? "",
        urls: cloudUrls(emulator),
      };
      return createWindlass(
        { baseUrl: url, database: ":memory:", instances: { bitbucket } },
        { clock: emulator.clock, log: silentLog },
      );
    });
  });

  afterAll(async () => {
    await app?.close();
    await emulator?.close();
  });

  /** Somebody who has signed in, on the way to `path`. */
  async function signIn(path = "/hello") {
    const person = newVisitor();
    const page = await person.open(app.url + path);
    const way = /href="(\/auth\/bitbucket\/login[^"]*)"/.exec(page.html)?.[1] ?? "";
    const seen = await person.open(app.url + way.replaceAll("&amp;", "&"));
    return { person, page, seen, cookie: person.cookie(new URL(app.url).host) };
  }
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(app.url + path, { redirect: "manual", ...init });

  test("a route of one's own that nobody guards is open", async () => {
    expect(await (await ask("/open")).text()).toBe("open");
  });

  test("a page's visitor is sent to sign in, comes back, and is known by name", async () => {
    const { page, seen } = await signIn("/hello?year=2026&q=a%20b");
    expect(page.url.pathname + page.url.search).toBe(
      "/sign-in?returnTo=%2Fhello%3Fyear%3D2026%26q%3Da%2520b",
    );
    expect(seen.url.pathname + seen.url.search).toBe("/hello?year=2026&q=a%20b");
    expect(JSON.parse(seen.html)).toEqual({ name: "John Doe" });
  });

  test("a script that is not signed in is told so, and sent nowhere", async () => {
    const answer = await ask("/hello", { headers: { accept: "application/json" } });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ error: { code: "web.signed_out" } });
    const fromPage = { accept: "text/html", "sec-fetch-dest": "empty" };
    expect((await ask("/hello", { headers: fromPage })).status).toBe(401);
  });

  test("the head of a page is guarded as the page is", async () => {
    const answer = await ask("/hello", { method: "HEAD", headers: { accept: "text/html" } });
    expect([answer.status, await answer.text()]).toEqual([303, ""]);
    expect(answer.headers.get("location")).toBe(`${app.url}/sign-in?returnTo=%2Fhello`);
  });

  test("what is needed and there lets pass; what is not is refused by what is wanted and what is there", async () => {
    const { cookie } = await signIn();
    const told = async (path: string) => {
      const answer = await ask(path, { headers: { cookie, accept: "application/json" } });
      return [answer.status, await answer.json()];
    };
    expect(await told("/mail")).toEqual([200, { name: "John Doe" }]);
    expect(await told("/here")).toEqual([200, { name: "John Doe" }]);
    expect(await told("/elsewhere")).toMatchObject([
      403,
      {
        error: {
          code: "web.other_instance",
          message: "This needs signing in at work or attic, and you are signed in at bitbucket.",
        },
      },
    ]);
    expect(await told("/team")).toMatchObject([
      403,
      {
        error: {
          code: "web.role_missing",
          message: "This needs the role member or admin, and you have none.",
        },
      },
    ]);
  });

  test("a page is refused by a page", async () => {
    const { cookie } = await signIn();
    const answer = await ask("/team", { headers: { cookie, accept: "text/html" } });
    expect(answer.status).toBe(403);
    expect(answer.headers.get("content-type")).toMatch(/^text\/html/);
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(await answer.text()).toContain("This needs the role member or admin, and you have none.");
  });

  test("what changes something reaches the route with its body, unless another site sends it", async () => {
    const { cookie } = await signIn();
    const change = async (headers: Record<string, string>) => {
      const body = JSON.stringify({ said: "ü & 1" });
      const all = { "content-type": "application/json", cookie, ...headers };
      const answer = await ask("/change", { method: "POST", body, headers: all });
      return [answer.status, await answer.json()];
    };
    expect(await change({ origin: app.url })).toEqual([200, { said: "ü & 1" }]);
    for (const foreign of [{ origin: "https://evil.example" }, { "sec-fetch-site": "same-site" }])
      expect(await change(foreign)).toMatchObject([403, { error: { code: "web.foreign_form" } }]);
    expect(await change({ cookie: "" })).toMatchObject([401, { error: { code: "web.signed_out" } }]);
  });

  test("a form that a parser has read before reaches Windlass: signing out", async () => {
    const { person, cookie } = await signIn();
    const home = await person.open(app.url);
    const out: Seen = await person.submit(home, "/auth/logout");
    expect(out.url.pathname).toBe("/sign-in");
    const answer = await ask("/hello", { headers: { cookie, accept: "application/json" } });
    expect(answer.status).toBe(401);
  });

  test("several cookies of one answer arrive, each by itself", async () => {
    const way = await ask("/auth/bitbucket/login");
    expect(way.status).toBe(302);
    const { cookie } = await signIn();
    expect(cookie).toMatch(/session=/);
    const back = await ask("/auth/session", { headers: { cookie } });
    expect(await back.json()).toMatchObject({ user: { displayName: "John Doe" } });
  });

  test("whatever is not the app's is Windlass's: its pages, its failures, its refusals", async () => {
    expect((await ask("/readyz")).status).toBe(200);
    expect((await ask("/no/such/page", { headers: { accept: "text/html" } })).status).toBe(303);
    expect((await ask("/sign-in", { method: "DELETE" })).status).toBe(405);
    const chunk = {
      method: "POST",
      body: "x".repeat(3 * 1024 * 1024),
      headers: { "content-type": "text/plain" },
    };
    expect((await ask("/auth/logout", chunk)).status).toBe(413);
  });

  test("a request whose sender goes away harms nobody", async () => {
    const { hostname, port } = new URL(app.url);
    const leaving = askByNode({ hostname, port, path: "/sign-in", method: "POST" });
    leaving.on("error", () => {});
    leaving.write("csrf=");
    await once(leaving, "socket");
    leaving.destroy();
    expect((await ask("/readyz")).status).toBe(200);
  });

  test("an address that is none is refused or led to one's own", async () => {
    const { hostname, port } = new URL(app.url);
    for (const path of ["//evil.example/hello", "/%zz", "/hello?%zz"]) {
      const answered = once(
        askByNode({ hostname, port, path, headers: { accept: "text/html" } }).end(),
        "response",
      );
      const [{ statusCode, headers }] = await answered;
      expect(statusCode, path).toBeLessThan(500);
      expect(new URL(headers.location ?? "/", app.url).origin, path).toBe(app.url);
    }
  });
});

describe("below a path", () => {
  const nobody = {
    handler: async () => new Response(null, { status: 500 }),
    guard: async () => new Response(null, { status: 500 }),
  };

  test("Express is told where Windlass belongs", async () => {
    const app = express();
    app.use("/app", expressWindlass(nobody).handler);
    const failed: ErrorRequestHandler = (error, _request, response, _next) =>
      void response.send(error.message);
    app.use(failed);
    const server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo; // of a TCP server that listens
    const said = await (await fetch(`http://127.0.0.1:${port}/app/sign-in`)).text();
    server.close();
    expect(said).toContain("without /app");
  });

  test("Fastify is told where Windlass belongs", async () => {
    const app = fastify();
    app.register(fastifyWindlass(nobody).plugin, { prefix: "/app" });
    await expect(app.ready()).rejects.toThrow("not below /app");
  });
});
