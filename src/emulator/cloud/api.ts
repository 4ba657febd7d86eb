/** Owns the API origin: what is mounted under `/2.0`, and the answers for everything that is not. */
import { Hono } from "hono";
import type { EmulatorContext } from "../core/context.ts";
import type { ApiEnv } from "./access.ts";
import { forbidden, resourceNotFound } from "./answers.ts";
import { repositoryRoutes } from "./repositories/routes.ts";

/** The API as one app; `strict: false` tolerates a trailing slash everywhere. */
export function createApi(context: EmulatorContext): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>({ strict: false });
  app.use("/2.0/*", async (c, next) => {
    c.set("caller", { kind: "anonymous" });
    return next();
  });
  app.route("/2.0", repositoryRoutes(context));
  app.notFound((c) =>
    c.req.path === "/2.0" || c.req.path.startsWith("/2.0/") ? resourceNotFound() : forbidden(),
  );
  return app;
}
