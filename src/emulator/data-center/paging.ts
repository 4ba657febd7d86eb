/** Owns Data Center's pages: start and limit in, `isLastPage` and `nextPageStart` out, with caps nobody is told of. */
import type { Context } from "hono";
import { json } from "./answers.ts";
import { badParameter, noSuchResource } from "./errors.ts";
import type { DcRules } from "./rules.ts";

export interface PageLimits {
  readonly rules: DcRules;
  /** More is silently lowered. */
  readonly most: number;
  /** Default 25. */
  readonly usual?: number;
}

/** Which items of the real list a page shows. */
export interface Window {
  /** As asked. */
  readonly start: number;
  readonly limit: number;
  /** Index of the first item. */
  readonly skip: number;
}

/** Reads `start` and `limit`; returns the 400 answer when one is no number. */
export function readWindow(c: Context, { rules, most, usual = 25 }: PageLimits): Window | Response {
  const start = wholeNumber(c.req.query("start"), 0);
  const limit = wholeNumber(c.req.query("limit"), usual);
  if (start === null) return badPage(rules, "start", "start must be a number of 0 or more.");
  if (limit === null || limit === 0) return badPage(rules, "limit", "limit must be a number of 1 or more.");
  return { start, limit: Math.min(limit, most), skip: rules.pageGaps ? Math.ceil(start / 2) : start };
}

function badPage({ badPageStatus }: DcRules, name: string, message: string): Response {
  return badPageStatus === 400 ? badParameter(name, message) : noSuchResource();
}

/** Null for anything but digits. */
function wholeNumber(text: string | undefined, fallback: number): number | null {
  if (text === undefined) return fallback;
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** The fields of a page around its values. */
export function pageOf(
  values: readonly unknown[],
  { start, limit, skip }: Window,
  { rules, hasMore }: { readonly rules: DcRules; readonly hasMore: boolean },
): Readonly<Record<string, unknown>> {
  const next = skip + values.length;
  const nextPageStart = hasMore
    ? { nextPageStart: rules.pageGaps ? next * 2 : next }
    : rules.lastPageStart === "null"
      ? { nextPageStart: null }
      : {};
  return { size: values.length, limit, isLastPage: !hasMore, values, start, ...nextPageStart };
}

/** One page of a list that is known whole. */
export async function listPage<Item>(
  c: Context,
  items: readonly Item[],
  options: PageLimits & { readonly render: (item: Item) => unknown; readonly around?: object },
): Promise<Response> {
  const window = readWindow(c, options);
  if (window instanceof Response) return window;
  const shown = items.slice(window.skip, window.skip + window.limit);
  const values = await Promise.all(shown.map(options.render));
  const hasMore = window.skip + window.limit < items.length;
  return json({ ...options.around, ...pageOf(values, window, { rules: options.rules, hasMore }) });
}
