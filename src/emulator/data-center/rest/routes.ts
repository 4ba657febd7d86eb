/** Owns which resource of `/rest/api` is answered by whom, under `latest` and `1.0` alike. */
import { Hono } from "hono";
import type { DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
import type { OpenRepository } from "../history/opened.ts";
import { historyRoutes } from "../history/routes.ts";
import { projectRoutes } from "./projects.ts";
import { applicationProperties } from "./server-info.ts";
import { userRoutes } from "./users.ts";

export function restRoutes(context: DataCenterContext, open: OpenRepository): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });
  for (const version of ["latest", "1.0"]) {
    const at = `/rest/api/${version}`;
    for (const routes of [applicationProperties(context), userRoutes(context), projectRoutes(context)])
      app.route(at, routes);
    app.route(at, historyRoutes(context, open));
  }
  return app;
}
