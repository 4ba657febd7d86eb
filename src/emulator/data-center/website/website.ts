/** Owns the pages of a Data Center or Server: login, consent, links, personal settings, start page. */
import { Hono } from "hono";
import { assets } from "../../../ui/assets.ts";
import type { DataCenterContext } from "../context.ts";
import { oauth1AuthorizeRoutes } from "../oauth1/authorize.ts";
import { authorizeRoutes } from "../oauth2/authorize.ts";
import { hasOAuth2 } from "../version.ts";
import { authorizedRoutes } from "./authorized.ts";
import { assetsPath } from "./frame.ts";
import { linkRoutes } from "./links.ts";
import { loginRoutes } from "./login.ts";
import { paths } from "./paths.ts";
import { startRoutes } from "./start.ts";
import { tokenPages } from "./tokens.ts";
import { type DcWebEnv, recognise } from "./visitor.ts";

/** Everything a person meets in a browser. Paths are below the context path. */
export function website(context: DataCenterContext): Hono<DcWebEnv> {
  const app = new Hono<DcWebEnv>({ strict: false });
  app.get(`${assetsPath}/:name`, (c) => {
    const asset = assets[c.req.param("name")];
    return asset === undefined ? c.notFound() : c.body(asset.body, 200, { "Content-Type": asset.type });
  });
  for (const path of [
    "/",
    ...Object.values(paths),
    `${paths.createLink}/*`,
    "/plugins/servlet/access-tokens/*",
    "/rest/oauth2/:version/authorize",
  ])
    app.use(path, async (c, next) => {
      if (c.get("visitor") === undefined) c.set("visitor", recognise(context, c));
      return next();
    });
  app.route("/", loginRoutes(context));
  app.route("/", oauth1AuthorizeRoutes(context));
  if (hasOAuth2(context.version)) app.route("/", authorizeRoutes(context));
  app.route("/", linkRoutes(context));
  app.route("/", tokenPages(context));
  app.route("/", authorizedRoutes(context));
  app.route("/", startRoutes(context));
  return app;
}
