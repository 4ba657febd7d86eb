/** Owns what a request below `/scm` asks of git. */
import { callOf, type GitCall } from "../../git/transport/request.ts";
import type { DataCenterContext } from "../context.ts";
import { pathBelow } from "../place.ts";

/** Whether a path below the context path is one of git's. */
export function isBelowScm(context: DataCenterContext, request: Request): boolean {
  return /^\/scm(\/|$)/.test(pathBelow(context, new URL(request.url).pathname));
}

/** Null: nothing git would ask. */
export function askedIn(context: DataCenterContext, request: Request): GitCall | "dumb" | null {
  const { pathname, searchParams } = new URL(request.url);
  const [, rest = ""] = /^\/scm\/[^/]+\/[^/]+\.git\/(.+)$/.exec(pathBelow(context, pathname)) ?? [];
  return callOf(request.method, rest, searchParams.get("service") ?? undefined);
}
