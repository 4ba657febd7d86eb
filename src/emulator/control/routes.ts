/** Owns the emulator's control over HTTP: clock, faults, revoking, tokens, and the list of requests. For this machine only. */
import { type Context, Hono } from "hono";
import { z } from "zod";
import { json } from "../cloud/answers.ts";
import type { EmulatorContext } from "../core/context.ts";
import { EmulatorFailure } from "../core/errors.ts";
import { faultSchema } from "../core/faults.ts";
import { type ControlEnv, withBody } from "./body.ts";
import { createControl } from "./control.ts";
import { deliveryRoutes } from "./deliveries.ts";
import { linkControl } from "./links.ts";
import { peopleControl } from "./people.ts";
import { changeRules, currentRules, ruleProblems, rulesSchema } from "./rules.ts";
import { tokenRoutes } from "./tokens.ts";

const clockSchema = z.strictObject({ advanceSeconds: z.number() });
const revokeSchema = z
  .strictObject({
    username: z.string().optional(),
    uuid: z.string().optional(),
    consumerKey: z.string().optional(),
  })
  .refine(({ username, uuid }) => username !== undefined || uuid !== undefined, "needs a username or a uuid");

/** Everything under `/_emulator`, refused to other hosts and to pages of other sites. */
export function controlRoutes(context: EmulatorContext): Hono<ControlEnv> {
  const app = new Hono<ControlEnv>({ strict: false });
  const control = createControl(context);
  app.use("/_emulator/*", async (c, next) =>
    isOwn(context, c) ? next() : json({ error: "Only for this machine itself." }, 403),
  );
  app.get("/_emulator", () =>
    json({
      routes: [
        "clock",
        "rules",
        "faults",
        "revoke",
        "requests",
        "deliveries",
        "api-tokens",
        "access-tokens",
      ].map((name) => `/_emulator/${name}`),
    }),
  );
  app.get("/_emulator/clock", () => json({ now: context.clock.now().toISOString() }));
  app.post("/_emulator/clock", (c) =>
    withBody(c, clockSchema, ({ advanceSeconds }) => movedClock(context, advanceSeconds)),
  );
  app.get("/_emulator/rules", () => json(currentRules(context)));
  app.post("/_emulator/rules", (c) =>
    withBody(c, rulesSchema, (rules) => {
      const problems = ruleProblems(rules);
      if (problems.length > 0) return json({ error: "The body is not as expected.", problems }, 400);
      changeRules(context, rules);
      return json(currentRules(context));
    }),
  );
  app.get("/_emulator/faults", () => json({ faults: context.faults.list() }));
  app.post("/_emulator/faults", (c) =>
    withBody(c, faultSchema, (fault) => json(control.addFault(fault), 201)),
  );
  app.delete("/_emulator/faults", () => {
    control.clearFaults();
    return new Response(null, { status: 204 });
  });
  app.delete("/_emulator/faults/:id", (c) =>
    context.faults.clear(c.req.param("id"))
      ? new Response(null, { status: 204 })
      : json({ error: "There is no such fault." }, 404),
  );
  app.post("/_emulator/revoke", (c) =>
    withBody(c, revokeSchema, (whom) => {
      const revoked = control.revoke(whom);
      return revoked === null ? json({ error: "There is no such person." }, 404) : json({ revoked });
    }),
  );
  app.get("/_emulator/requests", () => json({ requests: context.journal.list() }));
  app.delete("/_emulator/requests", () => {
    context.journal.clear();
    return new Response(null, { status: 204 });
  });
  app.route("/_emulator", deliveryRoutes(context));
  app.route("/_emulator", tokenRoutes(control));
  app.route("/_emulator", linkControl(context));
  app.route("/_emulator", peopleControl(context));
  app.all("/_emulator/*", () => json({ error: "There is no such control." }, 404));
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

/** A name other than ours in Host means a rebound DNS name; an Origin other than ours, another site's page. */
function isOwn({ origins }: EmulatorContext, c: Context<ControlEnv>): boolean {
  const { port } = new URL(origins.web);
  const hosts = ["127.0.0.1", "localhost", "[::1]"].map((name) => (port === "" ? name : `${name}:${port}`));
  const host = c.req.header("Host");
  const origin = c.req.header("Origin");
  if (host === undefined || !hosts.includes(host.toLowerCase())) return false;
  if (origin !== undefined && !hosts.some((own) => origin === `http://${own}`)) return false;
  return !["cross-site", "same-site"].includes(c.req.header("Sec-Fetch-Site") ?? "none");
}
