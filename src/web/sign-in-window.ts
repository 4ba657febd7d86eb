/** Owns signing in in a window of its own: which pages may open one, and where it ends. */
import type { App } from "../app/app.ts";
import { paths } from "../dashboard/paths.ts";
import { webErrors } from "./errors.ts";
import type { WebContext } from "./visitor.ts";

/** The origins that may be told: ours, and those of the configuration. */
export function openersOf({ config }: Pick<App, "config">): readonly string[] {
  return [...new Set([config.baseUrl, ...config.signInOpeners])];
}

/**
 * The address a window's trip returns to (`flow=popup`, `opener` for a page of another origin); null for a trip of the
 * whole page. Throws `web.foreign_opener`.
 */
export function windowEnd(app: Pick<App, "config">, context: WebContext): string | null {
  if (context.req.query("flow") !== "popup") return null;
  const opener = context.req.query("opener") ?? app.config.baseUrl;
  if (!openersOf(app).includes(opener)) throw webErrors.fail("web.foreign_opener");
  const returnTo = context.req.query("returnTo") ?? paths.home;
  return `${paths.signInDone}?${new URLSearchParams({ opener, returnTo })}`;
}

/** Whether this answer may keep the tie to the window that opened it, which every other one of ours cuts. */
export function openerPolicy(
  { path, flow }: { readonly path: string; readonly flow: string | undefined },
  carriesCode: boolean,
): "same-origin" | "same-origin-allow-popups" | "unsafe-none" {
  if (path === paths.signIn) return "same-origin-allow-popups";
  const isWindow = path === paths.signInDone || (flow === "popup" && /^\/auth\/[^/]+\/login$/.test(path));
  return isWindow || carriesCode ? "unsafe-none" : "same-origin";
}
