/** Owns which kinds of request an address answers at all. */
import type { Context, MiddlewareHandler } from "hono";
import { webErrors } from "./errors.ts";

/** Refuses every other method with 405, before anything is read. */
export function onlyMethods(...methods: readonly string[]): MiddlewareHandler {
  return async (context, next) => {
    checkMethod(context, methods);
    await next();
  };
}

/** Throws `web.method_not_allowed`, with `Allow` already on the answer. A route that takes GET is asked HEAD too. */
export function checkMethod(context: Context, methods: readonly string[]): void {
  if (methods.includes(context.req.method)) return;
  context.header("Allow", methods.join(", "));
  throw webErrors.fail("web.method_not_allowed", { detail: context.req.method });
}
