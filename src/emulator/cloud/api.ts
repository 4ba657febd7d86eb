/** Owns the API origin: what is mounted under `/2.0`, and the answers for everything that is not. */
import { type Context, Hono } from "hono";
import type { EmulatorContext } from "../core/context.ts";
import { findWorkspace } from "../core/world.ts";
import type { ApiEnv } from "./access.ts";
import { apiError, forbidden, resourceNotFound } from "./answers.ts";
import { authenticate } from "./authenticate.ts";
import { hookRoutes } from "./hooks/routes.ts";
import { rateLimit } from "./limits/rate-limit.ts";
import { crossOrigin, lengthDemanded, wrongMethod } from "./manners.ts";
import { permissionRoutes } from "./permissions/routes.ts";
import { projectRoutes } from "./projects.ts";
import { pullRequestRoutes } from "./pull-requests/routes.ts";
import { removedRoutes } from "./removed.ts";
import type { Open } from "./repositories/opened.ts";
import { partialAnswers } from "./repositories/query/partial.ts";
import { repositoryRoutes } from "./repositories/routes.ts";
import { closedToAccessTokens } from "./tokens/access-tokens.ts";
import { userRoutes } from "./user.ts";
import { initialsPicture } from "./website/avatar.ts";
import { workspaceRoutes } from "./workspaces.ts";

/** The API as one app; `strict: false` tolerates a trailing slash everywhere. */
export function createApi(context: EmulatorContext, open: Open): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>({ strict: false });
  // The thin workspace of `/user/workspaces` links its picture here, outside `/2.0`.
  app.get("/workspaces/:workspace/avatar", (c) => {
    const workspace = findWorkspace(context.world, c.req.param("workspace"));
    return workspace === undefined ? forbidden() : initialsPicture(workspace.name);
  });
  app.get("/", (c) => c.redirect("https://developer.atlassian.com/cloud/bitbucket/rest/", 302));
  app.use("/2.0/*", crossOrigin(context), lengthDemanded(context));
  app.use("/2.0/*", authenticate(context), rateLimit(context));
  for (const path of ["/2.0/user/*", "/2.0/workspaces/*"]) app.use(path, partialAnswers());
  const fetchOne = async (c: Context<ApiEnv>, path: string) => {
    const headers = { Authorization: c.req.header("Authorization") ?? "" };
    const token = c.req.query("access_token");
    const query = token === undefined ? "" : `?${new URLSearchParams({ access_token: token })}`;
    return app.fetch(
      new Request(`${context.origins.api}${path}${query}`, token === undefined ? { headers } : {}),
      c.env,
    );
  };
  app.route("/2.0", removedRoutes(context, fetchOne));
  app.use("/2.0/*", closedToAccessTokens());
  app.route("/2.0", userRoutes(context));
  app.route("/2.0", workspaceRoutes(context));
  app.route("/2.0", permissionRoutes(context));
  app.route("/2.0", projectRoutes(context));
  app.route("/2.0", hookRoutes(context));
  app.route("/2.0", pullRequestRoutes(context, open));
  app.route("/2.0", repositoryRoutes(context, open));
  app.notFound((c) => {
    const token = c.get("formToken");
    if (token !== undefined && c.req.method === "POST") return readInstead(app, c, token);
    if (c.req.path !== "/2.0" && !c.req.path.startsWith("/2.0/")) return forbidden();
    return wrongMethod(app, context, c.req) ?? resourceNotFound();
  });
  app.onError((error) => apiError(500, { message: `The emulator failed: ${error.message}` }));
  return app;
}

/** A form that brings a token to a path that only reads, answered as the read: the rule `tokenInBody`. */
function readInstead(app: Hono<ApiEnv>, c: Context<ApiEnv>, token: string): Response | Promise<Response> {
  return app.fetch(new Request(c.req.url, { headers: { Authorization: `Bearer ${token}` } }), c.env);
}
