/** Owns Bitbucket's pages: the ordinary form with size and page, and the iterator form that has neither. */
import type { Context } from "hono";
import { invalidPage, invalidPagelen, json } from "./answers.ts";

export interface PageLimits {
  /** Default 10. */
  readonly defaultPagelen?: number;
  /** Default 100. More is refused with "Invalid pagelen". */
  readonly maxPagelen?: number;
}

/** What a request asks for. `page` is null when it names none; for iterators it is opaque text. */
export interface PageRequest {
  readonly pagelen: number;
  readonly page: string | null;
}

/** Reads `pagelen` and `page`; returns the 400 answer when pagelen is no number within the limits. */
export function readPageRequest(c: Context, limits: PageLimits = {}): PageRequest | Response {
  const { defaultPagelen = 10, maxPagelen = 100 } = limits;
  const asked = c.req.query("pagelen");
  const pagelen = asked === undefined ? defaultPagelen : wholeNumber(asked);
  if (pagelen < 1 || pagelen > maxPagelen) return invalidPagelen();
  return { pagelen, page: c.req.query("page") ?? null };
}

/** Of digits alone; 0 for anything else. */
function wholeNumber(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}

/** One page of a list that is known whole: `pagelen`, `page`, `size`, `values`, `next`, `previous`. */
export function listPage<Item>(
  c: Context,
  items: readonly Item[],
  options: PageLimits & { readonly apiOrigin: string; readonly render: (item: Item) => unknown },
): Response {
  const asked = readPageRequest(c, options);
  if (asked instanceof Response) return asked;
  const page = asked.page === null ? 1 : wholeNumber(asked.page);
  if (page < 1) return invalidPage();
  const start = (page - 1) * asked.pagelen;
  const values = items.slice(start, start + asked.pagelen).map(options.render);
  const link = (to: number) => pageLink(c, options.apiOrigin, String(to), asked.pagelen);
  return json({
    pagelen: asked.pagelen,
    page,
    size: items.length,
    ...(start + asked.pagelen < items.length ? { next: link(page + 1) } : {}),
    ...(page > 1 ? { previous: link(page - 1) } : {}),
    values,
  });
}

/** One page of an iterator: `values`, `pagelen` and, unless it is the last, `next` with an opaque page. Never a size. */
export function iteratorPage(
  c: Context,
  answer: {
    readonly apiOrigin: string;
    readonly pagelen: number;
    readonly values: readonly unknown[];
    readonly nextPage: string | null;
  },
): Response {
  const { apiOrigin, pagelen, values, nextPage } = answer;
  const next = nextPage === null ? {} : { next: pageLink(c, apiOrigin, nextPage, pagelen) };
  return json({ values, pagelen, ...next });
}

/** The same path and query as asked, on our own origin, with another page. */
function pageLink(c: Context, apiOrigin: string, page: string, pagelen: number): string {
  const { pathname, searchParams } = new URL(c.req.url);
  const query = new URLSearchParams(searchParams);
  query.delete("access_token");
  query.set("pagelen", String(pagelen));
  query.set("page", page);
  return `${apiOrigin}${pathname}?${query}`;
}
