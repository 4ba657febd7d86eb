/** Owns the 429 of a budget that is used up, and what answers say of the budget: to whom and in which words. */
import type { Context, MiddlewareHandler } from "hono";
import type { EmulatorContext } from "../../core/context.ts";
import type { Rules } from "../../core/rules.ts";
import type { ApiEnv } from "../access.ts";
import { rateLimited } from "../answers.ts";
import { type Budget, spend } from "./budget.ts";

/**
 * Behind authentication: anonymous answers count down, access tokens are told their limit, all others nothing, not
 * even beyond it.
 * @see "API request limits", https://support.atlassian.com/bitbucket-cloud/docs/api-request-limits/
 */
export function rateLimit(context: EmulatorContext): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const budget = spend(context, c.get("caller"), c.req.path);
    if (budget.isExceeded) c.res = refusal(context.rules, budget);
    else await next();
    tell(c, budget, context.rules);
  };
}

function refusal(rules: Rules, { resetSeconds }: Budget): Response {
  const answer = rateLimited();
  if (rules.rateLimitRetryAfter) answer.headers.set("Retry-After", String(resetSeconds));
  return answer;
}

function tell(c: Context<ApiEnv>, { family, limit, remaining, resetSeconds }: Budget, rules: Rules): void {
  const caller = c.get("caller");
  if (family === "anonymous") {
    c.header("x-ratelimit-limit", `${limit}, ${limit};w=3600`);
    c.header("x-ratelimit-remaining", String(remaining));
    c.header("x-ratelimit-reset", String(resetSeconds));
  }
  if (caller.kind !== "access_token" || family === null) return;
  const nearLimit = limit / 5;
  c.header("X-RateLimit-Limit", String(limit));
  c.header("X-RateLimit-Resource", "api");
  c.header(
    "X-RateLimit-NearLimit",
    rules.nearLimitHeader === "number" ? String(nearLimit) : String(remaining < nearLimit),
  );
}
