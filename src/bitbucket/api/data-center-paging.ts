/** Owns the pages of Data Center and Server: `values` and `nextPageStart`, which is not always start + size. */
import { bitbucketErrors } from "../errors.ts";
import { asList, asObject } from "../json.ts";
import type { Api, Query } from "./client.ts";

export interface StartPage {
  readonly values: readonly unknown[];
  /** Where the next page starts, or null on the last one. */
  readonly next: number | null;
}

/** The server lowers it where its cap is below. */
export const mostOnAStartPage = 100;

/** Reads one page. Throws `bitbucket.malformed_answer` when it is no object; missing `values` are none. @see REST API, "Paged APIs" */
export function readStartPage(body: unknown, where: string): StartPage {
  const page = asObject(body);
  if (page === null) throw malformedPage(`${where}: a page is no JSON object`);
  const { isLastPage, nextPageStart } = page;
  const isStart = Number.isSafeInteger(nextPageStart) && Number(nextPageStart) > 0;
  return {
    values: asList(page.values),
    next: isLastPage !== true && isStart ? Number(nextPageStart) : null,
  };
}

/** The page that begins at `start`. */
export async function fetchStartPage(
  api: Pick<Api, "get">,
  path: string,
  { start, ...query }: Query & { readonly start?: number | undefined },
): Promise<StartPage> {
  const page = readStartPage(await api.get(path, { limit: mostOnAStartPage, ...query, start }), path);
  if (page.next === null || page.next > (start ?? 0)) return page;
  throw malformedPage(`${path}: the page after ${start} starts at ${page.next}`);
}

/** A server that lowers its cap to ten a page still gets ten thousand across. */
const mostStartPages = 1_000;

/** The values of all pages, one by one, each page asked for when its turn comes. Throws `bitbucket.malformed_answer` when they never end. */
export async function* allStartValues(
  api: Pick<Api, "get">,
  path: string,
  query: Query = {},
): AsyncGenerator<unknown> {
  let start: number | undefined;
  for (let pages = 0; pages < mostStartPages; pages += 1) {
    const page = await fetchStartPage(api, path, { ...query, start });
    yield* page.values;
    if (page.next === null) return;
    start = page.next;
  }
  throw malformedPage(`${path}: the pages do not end`);
}

/** A start as it travelled through a browser. Throws `bitbucket.bad_page` for what no page gave. */
export function readStart(page: string | undefined): number | undefined {
  if (page === undefined || page === "") return undefined;
  if (!/^[1-9]\d{0,14}$/.test(page)) throw bitbucketErrors.fail("bitbucket.bad_page");
  return Number(page);
}

function malformedPage(detail: string) {
  return bitbucketErrors.fail("bitbucket.malformed_answer", { detail });
}
