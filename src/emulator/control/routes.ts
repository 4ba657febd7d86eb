/** Owns the emulator's control over HTTP: who may ask, and what there is to ask for. For this machine only. */
import { type Context, Hono } from "hono";
import { json } from "../cloud/answers.ts";
import type { EmulatorContext } from "../core/context.ts";
import type { ControlEnv } from "./body.ts";
import { clockRoutes } from "./clock.ts";
import { createControl } from "./control.ts";
import { deliveryRoutes } from "./deliveries.ts";
import { faultRoutes } from "./faults.ts";
import { linkControl } from "./links.ts";
import { memberRoutes } from "./members.ts";
import { peopleControl } from "./people.ts";
import { requestRoutes } from "./requests.ts";
import { rulesRoutes } from "./rules.ts";
import { tokenRoutes } from "./tokens.ts";

/** Everything under `/_emulator`, refused to other hosts and to pages of other sites. */
export function controlRoutes(context: EmulatorContext): Hono<ControlEnv> {
  const app = new Hono<ControlEnv>({ strict: false });
  app.use("/_emulator/*", async (c, next) =>
    isOwn(context, c) ? next() : json({ error: "Only for this machine itself." }, 403),
  );
  app.get("/_emulator", () => json({ routes: placesOf(app) }));
  for (const routes of [
    clockRoutes(context),
    rulesRoutes(context),
    faultRoutes(context),
    requestRoutes(context),
    deliveryRoutes(context),
    tokenRoutes(createControl(context)),
    linkControl(context),
    peopleControl(context),
    memberRoutes(context),
  ])
    app.route("/_emulator", routes);
  app.all("/_emulator/*", () => json({ error: "There is no such control." }, 404));
  return app;
}

/** The paths there are, each once; what is below the id of one thing is left out. */
function placesOf({ routes }: Hono<ControlEnv>): readonly string[] {
  const paths = routes
    .map(({ path }) => path)
    .filter((path) => path !== "/_emulator" && !path.endsWith("*") && !path.includes("/:id"));
  return [...new Set(paths.flatMap(eachProduct))];
}

/** `/:product{data-center|server}/tokens` is two paths. */
function eachProduct(path: string): readonly string[] {
  const [choice, names] = /:\w+\{([^}]*)\}/.exec(path) ?? [];
  if (choice === undefined || names === undefined) return [path];
  return names.split("|").map((name) => path.replace(choice, name));
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
