/** Owns the same small app in each framework: guarded routes, a parser of bodies before them, Windlass behind. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { expressWindlass } from "../../src/adapters/express.ts";
import { fastifyWindlass } from "../../src/adapters/fastify.ts";
import { honoWindlass } from "../../src/adapters/hono.ts";
import type { Mountable, SignedIn } from "../../src/adapters/mountable.ts";
import { nodeWindlass } from "../../src/adapters/node.ts";
import type { Windlass } from "../../src/library/index.ts";

export interface ServedApp {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves an app that `GET /open` to anybody, and these behind the guard of their name: */
export const guarded = {
  "/hello": "session",
  "/mail": "confirmedEmail",
  "/here": "instance bitbucket",
  "/elsewhere": "instance work or attic",
  "/team": "role member or admin",
} as const;

type GuardedPath = keyof typeof guarded;

/** `POST /change` wants a session and gives back the JSON it was sent. */
export type Framework = (
  windlass: Mountable,
) => Promise<{ readonly listener: RequestListener; close?(): unknown }>;

const greeting = ({ session }: SignedIn) => ({ name: session.user.displayName });
const paths = Object.keys(guarded) as GuardedPath[]; // its own keys

/** The guards by path, whatever one is in the framework. */
function guardsByPath<Middleware>(auth: {
  requireSession(): Middleware;
  requireConfirmedEmail(): Middleware;
  requireInstance(...instances: [string, ...string[]]): Middleware;
  requireRole(...roles: [string, ...string[]]): Middleware;
}): Readonly<Record<GuardedPath, Middleware>> {
  return {
    "/hello": auth.requireSession(),
    "/mail": auth.requireConfirmedEmail(),
    "/here": auth.requireInstance("bitbucket"),
    "/elsewhere": auth.requireInstance("work", "attic"),
    "/team": auth.requireRole("member", "admin"),
  };
}

const inExpress: Framework = async (windlass) => {
  const auth = expressWindlass(windlass);
  const guards = guardsByPath(auth);
  const app = express();
  app.use(express.json(), express.urlencoded());
  app.get("/open", (_request, response) => void response.send("open"));
  for (const path of paths)
    app.get(path, guards[path], (request, response) => void response.json(greeting(request.windlass)));
  app.post("/change", auth.requireSession(), (request, response) => void response.json(request.body));
  app.use(auth.handler);
  return { listener: app };
};

const inFastify: Framework = async (windlass) => {
  const auth = fastifyWindlass(windlass);
  const guards = guardsByPath(auth);
  const app = fastify();
  app.get("/open", async () => "open");
  for (const path of paths)
    app.get(path, { preHandler: guards[path] }, async (request) => greeting(request.windlass));
  app.post("/change", { preHandler: auth.requireSession() }, async (request) => request.body);
  await app.register(auth.plugin);
  await app.ready();
  return { listener: app.routing, close: () => app.close() };
};

const inHono: Framework = async (windlass) => {
  const auth = honoWindlass(windlass);
  const guards = guardsByPath(auth);
  const app = new Hono();
  app.use(async ({ req }, next) => {
    const type = req.header("content-type") ?? "";
    if (type.includes("json")) await req.json();
    if (type.includes("form")) await req.parseBody();
    return next();
  });
  app.get("/open", (context) => context.text("open"));
  for (const path of paths)
    app.get(path, guards[path], (context) => context.json(greeting(context.var.windlass)));
  app.post("/change", auth.requireSession(), async (context) => context.json(await context.req.json()));
  app.all("*", auth.handler);
  return { listener: getRequestListener(app.fetch, { overrideGlobalObjects: false }) };
};

const inNode: Framework = async (windlass) => {
  const auth = nodeWindlass(windlass);
  const guards = guardsByPath(auth);
  return {
    async listener(request, response) {
      const { pathname } = new URL(request.url ?? "/", "http://localhost");
      const path = paths.find((each) => each === pathname);
      if (pathname === "/open") return void response.end("open");
      if (path === undefined && pathname !== "/change") return auth.listener(request, response);
      const who = await guards[path ?? "/hello"](request, response);
      if (who === null) return;
      response.setHeader("content-type", "application/json");
      if (path !== undefined) response.end(JSON.stringify(greeting(who)));
      else request.pipe(response);
    },
  };
};

const inFetch: Framework = async (windlass) => {
  const needs = {
    "/hello": {},
    "/mail": { confirmedEmail: true },
    "/here": { instances: ["bitbucket"] },
    "/elsewhere": { instances: ["work", "attic"] },
    "/team": { roles: ["member", "admin"] },
  };
  const answer = async (request: Request) => {
    const { pathname } = new URL(request.url);
    const path = paths.find((each) => each === pathname);
    if (pathname === "/open") return new Response("open");
    if (path === undefined && pathname !== "/change") return windlass.handler(request);
    const who = await windlass.guard(request, needs[path ?? "/hello"]);
    if (!("session" in who)) return who;
    return path === undefined ? Response.json(await request.json()) : Response.json(greeting(who));
  };
  return { listener: getRequestListener(answer, { overrideGlobalObjects: false }) };
};

export const frameworks: Readonly<Record<string, Framework>> = {
  express: inExpress,
  fastify: inFastify,
  hono: inHono,
  node: inNode,
  fetch: inFetch,
};

/** The port has to be known before there is a Windlass; until then nobody is served. */
export async function serveApp(
  framework: Framework,
  makeWindlass: (url: string) => Promise<Windlass>,
): Promise<ServedApp> {
  let listener: RequestListener = (_request, response) => void response.writeHead(503).end();
  const server: Server = createServer((request, response) => listener(request, response));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const url = `http://localhost:${(server.address() as AddressInfo).port}`; // of a TCP server that listens
  const windlass = await makeWindlass(url);
  const app = await framework(windlass);
  listener = app.listener;
  return {
    url,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await app.close?.();
      await windlass.close();
    },
  };
}
