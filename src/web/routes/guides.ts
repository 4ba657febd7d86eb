/** Owns the route of the guides; anybody may read them. */
import { Hono } from "hono";
import { webErrors } from "../errors.ts";
import type { WebEnvironment } from "../visitor.ts";

export function guideRoutes(): Hono<WebEnvironment> {
  return new Hono<WebEnvironment>().get("/guides/:name", async (context) => {
    // Tens of kilobytes that few processes ever show.
    const { guidePage } = await import("../../dashboard/guide.ts");
    const page = guidePage(context.req.param("name"));
    if (page === null) throw webErrors.fail("web.not_found");
    return context.html(page);
  });
}
