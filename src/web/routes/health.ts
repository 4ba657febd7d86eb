/** Owns what a supervisor asks: is the process alive, and is it ready. */
import { Hono } from "hono";
import type { App } from "../../app/app.ts";
import type { WebEnvironment } from "../visitor.ts";

export function healthRoutes(app: App): Hono<WebEnvironment> {
  return new Hono<WebEnvironment>()
    .get("/healthz", (context) => context.text("alive\n"))
    .get("/readyz", async (context) =>
      (await app.ready()) ? context.text("ready\n") : context.text("not ready\n", 503),
    );
}
