/** Owns control of what opens Cloud over HTTP: API and access tokens of any scopes and expiry, ended at will, and ending grants. */
import { Hono } from "hono";
import { z } from "zod";
import { json } from "../cloud/answers.ts";
import { EmulatorFailure } from "../core/errors.ts";
import { accessTokenSchema, apiTokenSchema } from "../core/seed.ts";
import { type ControlEnv, withBody } from "./body.ts";
import type { EmulatorControl } from "./control.ts";

const revokeSchema = z
  .strictObject({
    username: z.string().optional(),
    uuid: z.string().optional(),
    consumerKey: z.string().optional(),
  })
  .refine(({ username, uuid }) => username !== undefined || uuid !== undefined, "needs a username or a uuid");
const newApiToken = apiTokenSchema.extend({ person: z.string().min(1) });

/** Mounted under `/_emulator`. */
export function tokenRoutes(control: EmulatorControl): Hono<ControlEnv> {
  const app = new Hono<ControlEnv>({ strict: false });
  app.post("/revoke", (c) =>
    withBody(c, revokeSchema, (whom) => {
      const revoked = control.revoke(whom);
      return revoked === null ? json({ error: "There is no such person." }, 404) : json({ revoked });
    }),
  );
  app.post("/api-tokens", (c) =>
    withBody(c, newApiToken, (wanted) => made(() => control.addApiToken(wanted))),
  );
  app.post("/access-tokens", (c) =>
    withBody(c, accessTokenSchema, (wanted) => made(() => control.addAccessToken(wanted))),
  );
  for (const path of ["/api-tokens/:id", "/access-tokens/:id"])
    app.delete(path, (c) =>
      control.revokeToken(c.req.param("id") ?? "")
        ? new Response(null, { status: 204 })
        : json({ error: "There is no such token." }, 404),
    );
  return app;
}

/** The token as it is shown, this once; or what was wrong with what was asked for. */
function made(make: () => object): Response {
  try {
    return json(make(), 201);
  } catch (error) {
    if (error instanceof EmulatorFailure) return json({ error: error.message }, 400);
    throw error;
  }
}
