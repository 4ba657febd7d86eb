/** Owns what answers say of the hourly budget: to whom and in which words. Nobody is refused for it here; faults do that. */
import type { MiddlewareHandler } from "hono";
import type { EmulatorContext } from "../core/context.ts";
import type { ApiEnv } from "./access.ts";
import type { Caller } from "./caller.ts";

const hourMilliseconds = 3_600_000;
const anonymousCalls = 60;
const tokenCalls = 1000;

/**
 * Anonymous answers count down, access tokens are told their limit, all others nothing.
 * @see "API request limits", https://support.atlassian.com/bitbucket-cloud/docs/api-request-limits/
 */
export function rateHeaders({ clock, rules }: EmulatorContext): MiddlewareHandler<ApiEnv> {
  let window = { endsAt: 0, used: 0 };
  return async (c, next) => {
    await next();
    const caller: Caller | undefined = c.get("caller"); // a refused credential leaves nobody
    if (caller?.kind === "anonymous") {
      const now = clock.now().getTime();
      if (now >= window.endsAt) window = { endsAt: now + hourMilliseconds, used: 0 };
      window.used += 1;
      c.header("x-ratelimit-limit", `${anonymousCalls}, ${anonymousCalls};w=3600`);
      c.header("x-ratelimit-remaining", String(Math.max(0, anonymousCalls - window.used)));
      c.header("x-ratelimit-reset", String(Math.ceil((window.endsAt - now) / 1000)));
    }
    if (caller?.kind === "access_token" && c.req.path.startsWith("/2.0/repositories/")) {
      c.header("X-RateLimit-Limit", String(tokenCalls));
      c.header("X-RateLimit-Resource", "api");
      c.header("X-RateLimit-NearLimit", rules.nearLimitHeader);
    }
  };
}
