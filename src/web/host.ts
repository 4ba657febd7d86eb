/** Owns the one address: a person who came by another name is sent to it, anything else is refused. */
import type { MiddlewareHandler } from "hono";

/** Compares the Host header with the configured address; forwarded headers are not believed. */
export function canonicalHost(baseUrl: string): MiddlewareHandler {
  const { host, protocol } = new URL(baseUrl);
  return (context, next) => {
    if (context.req.header("host") === host) return next();
    // Null where the header makes no address of it, as `256.256.256.256` does.
    const url = URL.parse(context.req.url);
    if (url !== null && hostOf(context.req.header("host") ?? url.host, protocol) === host) return next();
    if (url !== null && ["GET", "HEAD"].includes(context.req.method))
      return Promise.resolve(context.redirect(baseUrl + url.pathname + url.search, 307));
    return Promise.resolve(context.text(`This server is ${baseUrl}.\n`, 421));
  };
}

/** As `URL` spells it: lower case, without the protocol's own port. Null for what is no host. */
function hostOf(asked: string, protocol: string): string | null {
  return /^[^/?#@\\\s]+$/.test(asked) ? (URL.parse(`${protocol}//${asked}`)?.host ?? null) : null;
}
