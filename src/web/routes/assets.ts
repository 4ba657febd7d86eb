/** Owns stylesheet and script: the only files a page loads. */
import { Hono } from "hono";
import { assets } from "../../ui/assets.ts";
import type { WebEnvironment } from "../visitor.ts";

/** Small enough to be asked for again at each visit; `no-cache` lets a changed one through at once. */
export function assetRoutes(): Hono<WebEnvironment> {
  return new Hono<WebEnvironment>().get("/assets/:name", (context) => {
    const name = context.req.param("name");
    const asset = Object.hasOwn(assets, name) ? assets[name] : undefined;
    if (asset === undefined) return context.notFound();
    return context.body(asset.body, 200, {
      "Content-Type": asset.type,
      "Cache-Control": "public, max-age=300",
    });
  });
}
