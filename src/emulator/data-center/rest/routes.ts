/** Owns which resource of `/rest/api` is answered by whom, under `latest` and `1.0` alike. */
import { Hono } from "hono";
import type { DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
import type { OpenRepository } from "../history/opened.ts";
import { historyRoutes } from "../history/routes.ts";
import { webhookRoutes } from "../hooks/routes.ts";
import { rateLimitRoutes } from "../limits/routes.ts";
import { permissionRoutes } from "../permissions/routes.ts";
import { pullRequestRoutes } from "../pull-requests/routes.ts";
import { producesJson } from "./produces.ts";
import { projectRoutes } from "./projects.ts";
import { applicationProperties } from "./server-info.ts";
import { userRoutes } from "./users.ts";

const ownRoutes = [
  applicationProperties,
  userRoutes,
  projectRoutes,
  permissionRoutes,
  rateLimitRoutes,
  webhookRoutes,
];

/** Resources that have no form but JSON; those that read git know themselves what they have. */
const jsonOnly = [
  ...["/application-properties", "/users", "/users/:slug", "/groups", "/admin/*", "/repos"],
  ...["/projects", "/projects/:project", "/projects/:project/repos"],
  ...["/projects/:project", "/projects/:project/repos/:repository"].map((place) => `${place}/permissions/*`),
];

export function restRoutes(context: DataCenterContext, open: OpenRepository): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });
  for (const version of ["latest", "1.0"]) {
    const at = `/rest/api/${version}`;
    for (const path of jsonOnly) app.use(`${at}${path}`, producesJson);
    for (const routes of ownRoutes) app.route(at, routes(context));
    app.route(at, pullRequestRoutes(context, open));
    app.route(at, historyRoutes(context, open));
  }
  return app;
}
