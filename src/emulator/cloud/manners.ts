/** Owns what the API demands of every request and tells every page: lengths, methods, and who may read across origins. */
import type { Hono, MiddlewareHandler } from "hono";
import type { EmulatorContext } from "../core/context.ts";
import type { ApiEnv } from "./access.ts";
import { apiError, notPlayed } from "./answers.ts";

/** As Atlassian's page shows them; the header of user agents is not among them, which browser clients have met. */
const preflight = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
  "Access-Control-Allow-Headers":
    "Accept, Authorization, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since, Origin, Range, X-Csrftoken, X-Requested-With",
  "Access-Control-Max-Age": "86400",
};

const exposed = "Accept-Ranges, Content-Encoding, Content-Length, Content-Type, ETag, Last-Modified";

/**
 * Answers preflights before anybody is asked who they are, and lets every page read: credentials are never cookies here.
 * @see "CORS and hypermedia", https://developer.atlassian.com/cloud/bitbucket/rest/intro/#cors
 */
export function crossOrigin({ rules }: EmulatorContext): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const isPreflight = c.req.method === "OPTIONS" && c.req.header("Origin") !== undefined;
    if (!rules.cors) return next();
    if (isPreflight)
      return new Response(null, {
        status: 200,
        headers: { ...preflight, "Access-Control-Expose-Headers": exposed },
      });
    await next();
    if (c.req.header("Origin") === undefined) return;
    c.header("Access-Control-Allow-Origin", "*");
    c.header("Access-Control-Expose-Headers", exposed);
  };
}

/** 411 for a body whose length is not told. @see "URI, UUID, and structures", Atlassian's REST intro */
export function lengthDemanded({ rules }: EmulatorContext): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const brings = c.req.method === "POST" || c.req.method === "PUT";
    return rules.lengthRequired && brings && c.req.header("Content-Length") === undefined
      ? apiError(411, { message: "Length Required" })
      : next();
  };
}

const methods = ["GET", "POST", "PUT", "DELETE"] as const;

/** Calls of Atlassian's document on paths that are played for other methods only. */
const unplayed = [
  /^(PUT|POST|DELETE) \/2\.0\/repositories\/[^/]+\/[^/]+$/,
  /^POST \/2\.0\/repositories\/[^/]+\/[^/]+\/(src|refs\/branches|refs\/tags)$/,
  /^DELETE \/2\.0\/repositories\/[^/]+\/[^/]+\/refs\/(branches|tags)\/.+$/,
  /^POST \/2\.0\/workspaces\/[^/]+\/projects$/,
  /^(PUT|DELETE) \/2\.0\/workspaces\/[^/]+\/projects\/[^/]+$/,
  /^POST \/2\.0\/snippets$/,
  /^GET \/2\.0\/repositories\/[^/]+\/[^/]+\/permissions-config\/groups\/[^/]+$/,
];

/** The answer to a method that a path does not have though it has others; null where it has none at all. */
export function wrongMethod(
  app: Hono<ApiEnv>,
  { rules }: EmulatorContext,
  request: { readonly method: string; readonly path: string },
): Response | null {
  const path = request.path.replace(/(.)\/$/, "$1");
  const call = `${request.method} ${path}`;
  if (unplayed.some((each) => each.test(call))) return notPlayed(call);
  // Middleware is registered for all methods: only routes bear a method's own name.
  const has = (method: string) =>
    app.router.match(method, path)[0].some(([[, route]]) => route.method === method);
  const allowed = methods.filter(has);
  if (allowed.length === 0 || rules.wrongMethodStatus === 404) return null;
  return apiError(405, { message: `Method "${request.method}" not allowed.` }, { Allow: allowed.join(", ") });
}
