/** Owns one Data Center or Server as a site: what is mounted below the context path, and the answers for all the rest. */
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { initialsPicture } from "../cloud/website/avatar.ts";
import { dcError, htmlPage } from "./answers.ts";
import type { DcEnv } from "./caller.ts";
import type { DataCenterContext } from "./context.ts";
import { credentialRoutes } from "./credentials.ts";
import { methodNotAllowed, noSuchPage, noSuchResource } from "./errors.ts";
import { frame } from "./frame.ts";
import { scmRoutes } from "./git/routes.ts";
import { repositoryOpener } from "./history/opened.ts";
import { rawPageRoutes } from "./history/routes.ts";
import { webhookCapabilities } from "./hooks/routes.ts";
import { followPushes } from "./pull-requests/follow.ts";
import { restRoutes } from "./rest/routes.ts";
import { serverInfoRoutes } from "./rest/server-info.ts";
import { toLogin } from "./to-login.ts";
import { placePages } from "./website/place-pages.ts";
import { repositoryPages } from "./website/repository-pages.ts";
import { personBySlug } from "./world.ts";

export function createDataCenter(context: DataCenterContext): Hono<DcEnv> {
  const { contextPath } = context;
  const open = repositoryOpener(context);
  followPushes(context);
  const app = new Hono<DcEnv>({ strict: false });
  const inside = contextPath === "" ? app : app.basePath(contextPath);
  app.use("*", wellFormed);
  inside.use("*", frame(context));
  inside.route("/", serverInfoRoutes(context));
  inside.route("/", webhookCapabilities(context));
  inside.route("/", restRoutes(context, open));
  inside.route("/", scmRoutes(context));
  inside.route("/", credentialRoutes(context));
  inside.route("/", rawPageRoutes(context, open));
  inside.route("/", repositoryPages(context, open));
  inside.route("/", placePages(context));
  inside.get("/users/:slug/avatar.png", (c) => {
    const person = personBySlug(context.world, c.req.param("slug"));
    return person === undefined ? noSuchPage() : initialsPicture(person.displayName);
  });
  inside.all("*", (c) => nothingThere(c, context, app));
  app.notFound(() => htmlPage(404, "Not found", "Nothing is served outside the context path."));
  app.onError((error) => dcError(500, "ServerException", `The emulator failed: ${error.message}`));
  return app;
}

/**
 * The web server in front refuses a path that is no escaped text, or that hides a slash, before Bitbucket sees it.
 * Seen at jenkinsci/bitbucket-branch-source-plugin pull request 1005: a tag with `%2F` is 400.
 */
const wellFormed: MiddlewareHandler = async (c, next) =>
  /%(?![0-9a-f]{2})|%(2f|5c|00)/i.test(new URL(c.req.url).pathname)
    ? htmlPage(400, "HTTP Status 400 – Bad Request", "The address is not well-formed.")
    : next();

/** Pages that only people who are logged in see. */
const guarded = /^\/(projects|users|repos|dashboard|profile|account|admin|plugins\/servlet)(\/|$)/;

function nothingThere(c: Context<DcEnv>, context: DataCenterContext, app: Hono<DcEnv>): Response {
  const path = c.req.path.slice(context.contextPath.length);
  if (path.startsWith("/rest/")) return noSuchMethod(c, app);
  if (c.get("caller").kind === "anonymous" && guarded.test(path)) return toLogin(c, context);
  return noSuchPage();
}

/** A resource that is there takes other methods, and tells OPTIONS which (JAX-RS 2.1 section 3.3.5). */
function noSuchMethod(c: Context<DcEnv>, app: Hono<DcEnv>): Response {
  const taken = ["GET", "PUT", "POST", "DELETE"].filter((method) =>
    app.router.match(method, c.req.path)[0].some(([[, route]]) => route.method === method),
  );
  if (taken.length === 0) return noSuchResource();
  const allowed = [...taken, ...(taken.includes("GET") ? ["HEAD"] : []), "OPTIONS"];
  if (c.req.method === "OPTIONS")
    return new Response(null, { status: 200, headers: { Allow: allowed.join(",") } });
  return methodNotAllowed(allowed);
}
