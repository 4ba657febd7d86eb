/** Owns stylesheet, script and mark: the only files a page loads. */
import { type Context, Hono } from "hono";
import { assets } from "../../ui/assets.ts";
import type { WebEnvironment } from "../visitor.ts";

/** Small enough to be asked for again at each visit; `no-cache` lets a changed one through at once. */
export function assetRoutes(): Hono<WebEnvironment> {
  return (
    new Hono<WebEnvironment>()
      .get("/assets/:name", (context) => answer(context, context.req.param("name")))
      // Browsers ask for it on behalf of pages that name no icon, as an app's own may.
      .get("/favicon.ico", (context) => answer(context, "windlass.svg"))
  );
}

function answer(context: Context, name: string): Response | Promise<Response> {
  const asset = Object.hasOwn(assets, name) ? assets[name] : undefined;
  if (asset === undefined) return context.notFound();
  return context.body(asset.body, 200, {
    "Content-Type": asset.type,
    "Cache-Control": "public, max-age=300",
  });
}
