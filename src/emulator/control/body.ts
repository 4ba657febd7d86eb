/** Owns reading what control is sent: a JSON body by its schema, every mistake answered at once. */
import type { Context } from "hono";
import type { z } from "zod";
import { json } from "../cloud/answers.ts";
import type { EmulatorBindings } from "../core/bindings.ts";

export interface ControlEnv {
  Bindings: EmulatorBindings;
}

/** Reads a JSON body by its schema; what does not fit is answered with every mistake. */
export async function withBody<Body>(
  c: Context<ControlEnv>,
  schema: z.ZodType<Body>,
  use: (body: Body) => Response,
): Promise<Response> {
  const value: unknown = await c.req.json().catch(() => undefined);
  const parsed = schema.safeParse(value);
  if (parsed.success) return use(parsed.data);
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
  return json({ error: "The body is not as expected.", problems }, 400);
}
