/** Owns control of faults over HTTP: arming one, listing them, taking them away. */
import { Hono } from "hono";
import { json } from "../cloud/answers.ts";
import type { EmulatorContext } from "../core/context.ts";
import { faultSchema } from "../core/faults.ts";
import { type ControlEnv, withBody } from "./body.ts";

/** Mounted under `/_emulator`. */
export function faultRoutes({ faults }: EmulatorContext): Hono<ControlEnv> {
  const app = new Hono<ControlEnv>({ strict: false });
  app.get("/faults", () => json({ faults: faults.list() }));
  app.post("/faults", (c) => withBody(c, faultSchema, (fault) => json(faults.add(fault), 201)));
  app.delete("/faults", () => {
    faults.clear();
    return new Response(null, { status: 204 });
  });
  app.delete("/faults/:id", (c) =>
    faults.clear(c.req.param("id"))
      ? new Response(null, { status: 204 })
      : json({ error: "There is no such fault." }, 404),
  );
  return app;
}
