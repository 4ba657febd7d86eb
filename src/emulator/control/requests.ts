/** Owns control of the list of requests over HTTP. */
import { Hono } from "hono";
import { json } from "../cloud/answers.ts";
import type { EmulatorContext } from "../core/context.ts";
import type { ControlEnv } from "./body.ts";

/** Mounted under `/_emulator`. */
export function requestRoutes({ journal }: EmulatorContext): Hono<ControlEnv> {
  const app = new Hono<ControlEnv>({ strict: false });
  app.get("/requests", () => json({ requests: journal.list() }));
  app.delete("/requests", () => {
    journal.clear();
    return new Response(null, { status: 204 });
  });
  return app;
}
