/** Owns the website origin: authorize and token endpoint, the pages a person meets, and the emulator's own control. */
import { Hono } from "hono";
import { assets } from "../../../ui/assets.ts";
import { controlRoutes } from "../../control/routes.ts";
import type { EmulatorContext } from "../../core/context.ts";
import { gitRoutes } from "../git/routes.ts";
import { authorizeRoutes } from "../oauth/authorize.ts";
import { tokenRoutes } from "../oauth/token.ts";
import type { Open } from "../repositories/opened.ts";
import { consumerRoutes } from "./consumers.ts";
import { assetsPath, problemPage } from "./frame.ts";
import { repositoryPages } from "./repository-pages.ts";
import { appPasswordRoutes } from "./settings/app-passwords.ts";
import { authorizationRoutes } from "./settings/authorizations.ts";
import { signinRoutes } from "./signin.ts";
import { startRoutes } from "./start.ts";
import { accessTokenPages } from "./tokens/access-tokens.ts";
import { apiTokenPages } from "./tokens/api-tokens.ts";
import { createVisitors, type WebEnv } from "./visitor.ts";

export function createWebsite(context: EmulatorContext, open: Open): Hono<WebEnv> {
  const app = new Hono<WebEnv>({ strict: false });
  const visitors = createVisitors(context.resets);
  app.get(`${assetsPath}/:name`, (c) => {
    const asset = assets[c.req.param("name")];
    return asset === undefined ? c.notFound() : c.body(asset.body, 200, { "Content-Type": asset.type });
  });
  app.route("/", controlRoutes(context));
  app.route("/", tokenRoutes(context));
  app.route("/", gitRoutes(context));
  app.use("*", async (c, next) => {
    c.set("visitor", visitors.recognise(c));
    return next();
  });
  app.route("/", authorizeRoutes(context));
  app.route("/", signinRoutes(context, visitors));
  app.route("/", authorizationRoutes(context));
  app.route("/", appPasswordRoutes(context));
  app.route("/", apiTokenPages(context));
  app.route("/", consumerRoutes(context));
  app.route("/", accessTokenPages(context));
  app.route("/", startRoutes(context));
  app.route("/", repositoryPages(context, open));
  app.onError((error, c) => c.text(`The emulator failed: ${error.message}`, 500));
  app.notFound((c) => {
    if (c.get("visitor") === undefined) return c.text("Not found", 404);
    return problemPage(context, c, {
      status: 404,
      title: "Not found",
      text: "There is nothing under this address.",
    });
  });
  return app;
}
