/** Owns the way to the login page. */
import type { Context } from "hono";
import type { DataCenterContext } from "./context.ts";

/** On to the login page, which leads back to where the visitor was going. */
export function toLogin(c: Context, { baseUrl, contextPath, rules }: DataCenterContext): Response {
  const { pathname, search } = new URL(c.req.url);
  const next = new URLSearchParams({ [rules.loginNext]: `${pathname.slice(contextPath.length)}${search}` });
  return c.redirect(`${baseUrl}/login?${next}`, 302);
}
