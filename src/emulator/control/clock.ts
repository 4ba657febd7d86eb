/** Owns control of the emulator's clock over HTTP. */
import { Hono } from "hono";
import { z } from "zod";
import { json } from "../cloud/answers.ts";
import type { EmulatorContext } from "../core/context.ts";
import { EmulatorFailure } from "../core/errors.ts";
import { type ControlEnv, withBody } from "./body.ts";

const clockSchema = z.strictObject({ advanceSeconds: z.number() });

/** Mounted under `/_emulator`. */
export function clockRoutes(context: EmulatorContext): Hono<ControlEnv> {
  const app = new Hono<ControlEnv>({ strict: false });
  app.get("/clock", () => json({ now: context.clock.now().toISOString() }));
  app.post("/clock", (c) =>
    withBody(c, clockSchema, ({ advanceSeconds }) => movedClock(context, advanceSeconds)),
  );
  return app;
}

function movedClock({ clock }: EmulatorContext, seconds: number): Response {
  try {
    clock.advance(seconds);
  } catch (error) {
    if (error instanceof EmulatorFailure) return json({ error: error.message }, 400);
    throw error;
  }
  return json({ now: clock.now().toISOString() });
}
