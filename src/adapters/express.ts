/** Owns Express 5: a handler behind all routes, and guards before them. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Guards, guardsOf, type Mountable, type SignedIn } from "./mountable.ts";
import { nodeWindlass } from "./node.ts";

export type { Guards, Mountable, Needs, SignedIn } from "./mountable.ts";

declare global {
  namespace Express {
    interface Request {
      /** Who is signed in; there behind a guard of Windlass. */
      windlass: SignedIn;
    }
  }
}

/** An Express middleware, by its shape. */
export type ExpressMiddleware = (
  request: IncomingMessage & { windlass: SignedIn; readonly baseUrl?: string },
  response: ServerResponse,
  next: (error?: unknown) => void,
) => Promise<void>;

/** Windlass in Express. */
export interface ExpressWindlass extends Guards<ExpressMiddleware> {
  /** The last middleware: answers whatever is not yours. */
  readonly handler: ExpressMiddleware;
}

/**
 * Windlass in Express, at the root of its address.
 * @example app.get("/reports", auth.requireRole("admin"), (request, response) => { … request.windlass.session … });
 */
export function expressWindlass(windlass: Mountable): ExpressWindlass {
  const node = nodeWindlass(windlass);
  return {
    async handler(request, response, next) {
      const { baseUrl = "" } = request;
      if (baseUrl === "") return node.listener(request, response);
      next(new Error(`Windlass answers at the root of its address: app.use(handler), without ${baseUrl}.`));
    },
    ...guardsOf((needs): ExpressMiddleware => {
      const guard = node.requireSession(needs);
      return async (request, response, next) => {
        const who = await guard(request, response);
        if (who === null) return;
        request.windlass = who;
        next();
      };
    }),
  };
}
