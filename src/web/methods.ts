/** Owns which kinds of request an address answers at all: by method, and by what a browser asks it for. */
import type { Context, MiddlewareHandler } from "hono";
import { webErrors } from "./errors.ts";

/** Refuses every other method with 405, before anything is read. */
export function onlyMethods(...methods: readonly string[]): MiddlewareHandler {
  return async (context, next) => {
    checkMethod(context, methods);
    await next();
  };
}

/**
 * Refuses what a browser asks for a part of a page, or before anybody wants it: a foreign page can have that asked without end,
 * in the name of whoever looks at it.
 *
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-dest-header
 */
export const onlyWholePages: MiddlewareHandler = async (context, next) => {
  const destination = context.req.header("sec-fetch-dest") ?? "document";
  if (destination !== "document" || context.req.header("sec-purpose")?.includes("prefetch"))
    throw webErrors.fail("web.foreign_form", { detail: `sec-fetch-dest ${destination}` });
  await next();
};

/** Throws `web.method_not_allowed`, with `Allow` already on the answer. A route that takes GET is asked HEAD too. */
export function checkMethod(context: Context, methods: readonly string[]): void {
  if (methods.includes(context.req.method)) return;
  context.header("Allow", methods.join(", "));
  throw webErrors.fail("web.method_not_allowed", { detail: context.req.method });
}
