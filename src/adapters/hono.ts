/** Owns Hono: a handler behind all routes, and guards before them, on any of its runtimes. */
import type { Handler, MiddlewareHandler } from "hono";
import { cloneRawRequest } from "hono/request";
import { type Guards, guardsOf, type Mountable, type SignedIn } from "./mountable.ts";

export type { Guards, Mountable, Needs, SignedIn } from "./mountable.ts";

/** Behind it, `context.var.windlass` says who is signed in. */
export type HonoGuard = MiddlewareHandler<{ Variables: { windlass: SignedIn } }>;

/** Windlass in Hono. */
export interface HonoWindlass extends Guards<HonoGuard> {
  /** The last route, `app.all("*", auth.handler)`: answers whatever is not yours. */
  readonly handler: Handler;
}

/**
 * Windlass in Hono, at the root of its address.
 * @example app.get("/reports", auth.requireRole("admin"), (context) => context.json(context.var.windlass.session.user));
 */
export function honoWindlass(windlass: Mountable): HonoWindlass {
  return {
    async handler({ req, env }) {
      const isRead = req.raw.bodyUsed; // by a middleware before, which Hono remembers
      return windlass.handler(isRead ? await cloneRawRequest(req) : req.raw, env);
    },
    ...guardsOf(
      (needs): HonoGuard =>
        async (context, next) => {
          const who = await windlass.guard(context.req.raw, needs);
          if (!("session" in who)) return who;
          context.set("windlass", who);
          return next();
        },
    ),
  };
}
