/** Owns reading what a URL says about branches and files byte by byte: a file's name need not be text. */
import type { Context } from "hono";
import { type PathBytes, pathOfUrl, pathText } from "../../git/path.ts";

/** The segments of `/2.0/repositories/{workspace}/{slug}/…` behind the slug, still percent-encoded. */
export function segmentsBehind(c: Context): readonly string[] {
  return new URL(c.req.url).pathname.split("/").slice(5);
}

/** The segments from `count` on, joined and decoded, without a trailing slash. */
export function pathFrom(c: Context, count: number): PathBytes {
  return pathOfUrl(segmentsBehind(c).slice(count).join("/").replace(/\/$/, ""));
}

/** As {@link pathFrom}, as text: for branches, tags and specs. */
export function textFrom(c: Context, count: number): string {
  return pathText(pathFrom(c, count));
}

/** Every value of a query parameter, as bytes. */
export function queryPaths(c: Context, name: string): readonly PathBytes[] {
  const query = new URL(c.req.url).search.slice(1);
  return query.split("&").flatMap((pair) => {
    const [key = "", value = ""] = pair.split("=", 2);
    return key === name && value !== "" ? [pathOfUrl(value.replaceAll("+", "%20"))] : [];
  });
}

/** A boolean parameter; anything but `false` and `0` counts as true. */
export function queryFlag(c: Context, name: string, fallback: boolean): boolean {
  const text = c.req.query(name)?.toLowerCase();
  return text === undefined || text === "" ? fallback : text !== "false" && text !== "0";
}
