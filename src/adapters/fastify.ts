/** Owns Fastify 5: a plugin behind all routes, and guards before them. */
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from "fastify";
import { type Guards, guardsOf, type Mountable, type SignedIn } from "./mountable.ts";
import { nodeWindlass } from "./node.ts";

export type { Guards, Mountable, Needs, SignedIn } from "./mountable.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who is signed in; there behind a guard of Windlass. */
    windlass: SignedIn;
  }
}

/** An asynchronous `preHandler`. */
export type FastifyGuard = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** Windlass in Fastify. */
export interface FastifyWindlass extends Guards<FastifyGuard> {
  /** Answers whatever is not yours: `app.register(auth.plugin)`, without a prefix. */
  readonly plugin: FastifyPluginCallback;
}

/**
 * Windlass in Fastify, at the root of its address.
 * @example app.get("/reports", { preHandler: auth.requireRole("admin") }, (request) => request.windlass.session.user);
 */
export function fastifyWindlass(windlass: Mountable): FastifyWindlass {
  const node = nodeWindlass(windlass);
  const plugin: FastifyPluginCallback = (app, _options, done) => {
    if (app.prefix !== "")
      return done(new Error(`Windlass is registered without a prefix, not below ${app.prefix}.`));
    // Bodies are read by Windlass itself.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null));
    app.all("/*", async (request, reply) => {
      reply.hijack();
      await node.listener(request.raw, reply.raw);
    });
    done();
  };
  return {
    plugin,
    ...guardsOf((needs): FastifyGuard => {
      const guard = node.requireSession(needs);
      return async (request, reply) => {
        const who = await guard(request.raw, reply.raw);
        if (who === null) reply.hijack();
        else request.windlass = who;
      };
    }),
  };
}
