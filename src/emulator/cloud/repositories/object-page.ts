/** Owns pages of objects that need git to be rendered: only those shown are, unless a query looks at all. */
import type { Context } from "hono";
import { listPage, readPageRequest } from "../paging.ts";
import { selectObjects, selects } from "./query/select.ts";

/** Answers one page of a list, filtered by `q` and sorted by `sort`. */
export async function objectPage<Item extends object>(
  c: Context,
  items: readonly Item[],
  options: { readonly apiOrigin: string; readonly render: (item: Item) => Promise<object> },
): Promise<Response> {
  const { apiOrigin, render } = options;
  if (selects(c)) {
    const selected = selectObjects(c, await Promise.all(items.map(render)));
    return selected instanceof Response
      ? selected
      : listPage(c, selected, { apiOrigin, render: (item) => item });
  }
  const asked = readPageRequest(c);
  if (asked instanceof Response) return asked;
  const start = (Number(asked.page ?? 1) - 1) * asked.pagelen;
  const shown = items.slice(start, start + asked.pagelen);
  const objects = await Promise.all(shown.map(render));
  const byItem = new Map<Item, object | undefined>(shown.map((item, index) => [item, objects[index]]));
  return listPage(c, items, { apiOrigin, render: (item) => byItem.get(item) });
}
