/** Owns what operators are answered on the listener of their own: `/metrics`, `/health`, `/health.json`. */
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { Registry } from "prom-client";
import type { App } from "../app/app.ts";
import type { Clock } from "../base/clock.ts";
import { isLoopback } from "../base/http/loopback.ts";
import { assets } from "../ui/assets.ts";
import type { VaultMeter } from "../vault/vault.ts";
import { createGauges } from "./gauges.ts";
import { createMeters } from "./meters.ts";
import { healthPage } from "./page.ts";
import { makeReport } from "./report.ts";

/** What a desk is told of the app, once there is one. */
export type DeskApp = Pick<App, "health" | "instances" | "log">;

export interface Desk {
  /** For the app that is about to be made. */
  readonly meter: VaultMeter;
  /** Answers from then on. `allowRemote` where it may be asked by any name. */
  open(app: DeskApp, options: { readonly allowRemote: boolean }): DeskFace;
}

export interface DeskFace {
  fetch(request: Request): Response | Promise<Response>;
}

/** Counts from now on. */
export function createDesk(clock: Clock): Desk {
  const register = new Registry();
  const meters = createMeters(register, clock);
  const setGauges = createGauges(register);
  return {
    meter: meters.meter,
    open(app, { allowRemote }) {
      const isConfigured = (id: string) => app.instances.configured.has(id);
      const report = async () => makeReport(await app.health.read(), meters, isConfigured);
      const desk = new Hono();
      desk.use(safeHeaders, onlyReading);
      if (!allowRemote) desk.use(onlyLocalNames);
      desk.onError((error, context) => {
        app.log.error("operator.broken", { path: context.req.path, error });
        return context.text("Something went wrong; the log says what.\n", 500);
      });
      desk.get("/", (context) => context.redirect("/health"));
      desk.get("/assets/:name", asset);
      desk.get("/metrics", async (context) => {
        setGauges(await app.health.read());
        return context.body(await register.metrics(), 200, { "Content-Type": register.contentType });
      });
      desk.get("/health", async (context) => context.html(healthPage(await report())));
      desk.get("/health.json", async (context) => {
        const told = await report();
        return context.json(told, told.status === "broken" ? 503 : 200);
      });
      return { fetch: (request) => desk.fetch(request) };
    },
  };
}

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

const safeHeaders: MiddlewareHandler = async (context, next) => {
  context.header("Content-Security-Policy", policy);
  context.header("X-Content-Type-Options", "nosniff");
  context.header("X-Frame-Options", "DENY");
  context.header("Referrer-Policy", "no-referrer");
  context.header("Cross-Origin-Opener-Policy", "same-origin");
  context.header("Cross-Origin-Resource-Policy", "same-origin");
  context.header("Cache-Control", "no-store");
  await next();
};

const onlyReading: MiddlewareHandler = async (context, next) => {
  if (["GET", "HEAD"].includes(context.req.method)) return next();
  return context.text("Only GET and HEAD.\n", 405, { Allow: "GET, HEAD" });
};

/** A page from elsewhere whose name was made to lead here is answered nothing: there is no login that would stop it. */
const onlyLocalNames: MiddlewareHandler = async (context, next) => {
  const { host } = new URL(context.req.url);
  const asked = URL.parse(`http://${context.req.header("host") ?? host}`)?.hostname ?? "";
  if (isLoopback(asked)) return next();
  return context.text("Ask by a name of this machine, such as localhost.\n", 421);
};

function asset(context: Context): Response | Promise<Response> {
  const name = context.req.param("name") ?? "";
  const found = Object.hasOwn(assets, name) ? assets[name] : undefined;
  if (found === undefined) return context.notFound();
  return context.body(found.body, 200, {
    "Content-Type": found.type,
    "Cache-Control": "public, max-age=300",
  });
}
