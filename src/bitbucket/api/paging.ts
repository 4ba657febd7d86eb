/** Owns Bitbucket's pages: `values` and an opaque `next` are all that is promised, and the last page has no `next`. */
import { bitbucketErrors } from "../errors.ts";
import { asList, asObject, asText } from "../json.ts";
import type { Api, Query } from "./client.ts";

export interface Page {
  readonly values: readonly unknown[];
  /** The next page's URL, or null on the last one. */
  readonly next: string | null;
}

/** More pages than any list that is read whole has. */
const mostPages = 2_000;

/** Reads one page. Throws `bitbucket.malformed_answer` when it is no object; missing `values` are none. */
export function readPage(body: unknown): Page {
  const page = asObject(body);
  if (page === null) {
    throw bitbucketErrors.fail("bitbucket.malformed_answer", { detail: "a page is no JSON object" });
  }
  return { values: asList(page.values), next: asText(page.next) };
}

/** One page: the first of a list, or the one a `next` points to. */
export async function fetchPage(api: Api, path: string, query: Query, next?: string): Promise<Page> {
  return readPage(next === undefined ? await api.get(path, query) : await api.url(next));
}

/** The values of all pages, one by one, each page asked for when its turn comes. */
export async function* allValues(api: Api, path: string, query: Query = {}): AsyncGenerator<unknown> {
  const followed = new Set<string>();
  let page = await fetchPage(api, path, query);
  for (;;) {
    yield* page.values;
    if (page.next === null) return;
    if (followed.has(page.next) || followed.size === mostPages) {
      const detail = `${path}: the pages go round in a circle`;
      throw bitbucketErrors.fail("bitbucket.malformed_answer", { detail });
    }
    followed.add(page.next);
    page = await fetchPage(api, path, query, page.next);
  }
}
