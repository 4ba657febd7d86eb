/** Owns how often somebody may try to sign in, to come back, or to show a key; and how an answer says so. */
import type { Context, MiddlewareHandler } from "hono";
import type { App } from "../app/app.ts";
import { type Buckets, createBuckets, type Tried } from "./buckets.ts";
import { type ClientOf, clientFinder } from "./client.ts";
import { webErrors } from "./errors.ts";

export interface Limits {
  /** Before a sign-in is begun. */
  readonly start: MiddlewareHandler;
  /** Before an answer of Bitbucket's is read. */
  readonly callback: MiddlewareHandler;
  /** Of keys that are none. Whoever shows a good one is let in, whatever others show. */
  readonly keys: {
    /** Throws `web.too_many_requests` for a client that has shown too many. */
    check(context: Context): void;
    /** Counts one more; throws the same. */
    failed(context: Context): void;
  };
}

export function createLimits({ clock, config }: Pick<App, "clock" | "config">): Limits {
  const clientOf = clientFinder(config.trustedProxies);
  const buckets = () => createBuckets(clock, config.limits);
  const keys = buckets();
  return {
    start: counting(buckets(), clientOf),
    callback: counting(buckets(), clientOf),
    keys: {
      check: (context) => allow(context, keys.look(clientOf(context))),
      failed(context) {
        const tried = keys.take(clientOf(context));
        describe(context, tried);
        allow(context, tried);
      },
    },
  };
}

function counting(buckets: Buckets, clientOf: ClientOf): MiddlewareHandler {
  return async (context, next) => {
    const tried = buckets.take(clientOf(context));
    describe(context, tried);
    allow(context, tried);
    await next();
  };
}

/** Throws `web.too_many_requests`, with the headers already on the answer. */
function allow(context: Context, tried: Tried): void {
  if (tried.isAllowed) return;
  describe(context, tried);
  const { name, retryAfterSeconds } = tried;
  throw webErrors.fail("web.too_many_requests", { detail: `the ${name} limit`, retryAfterSeconds });
}

/** @see draft-ietf-httpapi-ratelimit-headers-10 sections 3 and 4 */
function describe(context: Context, { name, quota, left, fullInSeconds }: Tried): void {
  context.header("RateLimit-Policy", `"${name}";q=${quota};w=60`);
  context.header("RateLimit", `"${name}";r=${left};t=${fullInSeconds}`);
}
