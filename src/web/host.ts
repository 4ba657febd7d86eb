/** Owns the one address: a person who came by another name is sent to it, anything else is refused. */
import type { MiddlewareHandler } from "hono";

/** Compares the Host header with the configured address; forwarded headers are not believed. */
export function canonicalHost(baseUrl: string): MiddlewareHandler {
  const { host } = new URL(baseUrl);
  return (context, next) => {
    const url = new URL(context.req.url);
    const asked = context.req.header("host") ?? url.host;
    if (asked === host) return next();
    if (context.req.method === "GET")
      return Promise.resolve(context.redirect(baseUrl + url.pathname + url.search, 307));
    return Promise.resolve(context.text(`This server is ${baseUrl}.\n`, 421));
  };
}
