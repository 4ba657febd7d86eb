/** Owns the headers of every answer: what a page may load, where its forms may lead, what the next site is told. */
import type { Context, MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { openerPolicy } from "./sign-in-window.ts";

type OpenerPolicy = ReturnType<typeof openerPolicy>;

/**
 * Strict by default: nothing from elsewhere, no inline script, no framing. No form leads away, not by a redirect either: one
 * that begins a handshake is answered with a page that goes on by itself. `callbacks` are the paths that carry a code beside
 * `/auth/{id}/callback`.
 */
export function safeHeaders(callbacks: { has(path: string): boolean }): MiddlewareHandler {
  const headers =
    (referrerPolicy: "no-referrer" | "same-origin") => (crossOriginOpenerPolicy: OpenerPolicy) =>
      headersOf({
        contentSecurityPolicy: {
          defaultSrc: ["'none'"],
          scriptSrc: ["'self'"],
          styleSrc: ["'self'"],
          imgSrc: ["'self'", "data:"],
          connectSrc: ["'self'"],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
          baseUri: ["'none'"],
        },
        xFrameOptions: "DENY",
        referrerPolicy,
        strictTransportSecurity: false,
        crossOriginOpenerPolicy,
      });
  const [onCallback, elsewhere] = [
    forEachPolicy(headers("no-referrer")),
    forEachPolicy(headers("same-origin")),
  ];
  return (context, next) => {
    context.header("Cache-Control", "no-store");
    const { path } = context.req;
    const carriesCode = /^\/auth\/[^/]+\/callback$/.test(path) || callbacks.has(path);
    const policy = openerPolicy({ path, flow: context.req.query("flow") }, carriesCode);
    for (const [name, value] of (carriesCode ? onCallback : elsewhere)[policy]) context.header(name, value);
    return next();
  };
}

type Headers = readonly (readonly [name: string, value: string])[];

/**
 * What Hono's middleware would set on an answer that is there already. Said before there is one, an answer is made once; changed
 * afterwards, it is made twice.
 */
function headersOf(options: Parameters<typeof secureHeaders>[0]): Headers {
  const found: [string, string][] = [];
  const answer = { headers: { set: (...header: [string, string]) => found.push(header), delete() {} } };
  // The middleware looks at nothing else of a context, and waits for nothing but the answer.
  void secureHeaders(options)({ res: answer } as unknown as Context, async () => {});
  return found;
}

/** A window that signs in keeps its tie to the page that opened it; nothing else does. */
function forEachPolicy(make: (policy: OpenerPolicy) => Headers) {
  return {
    "same-origin": make("same-origin"),
    "same-origin-allow-popups": make("same-origin-allow-popups"),
    "unsafe-none": make("unsafe-none"),
  };
}
