/** Owns reading the catalog of a running Backstage: users and groups, page by page. */
import type { Answer, Fetch } from "../../base/http/door.ts";
import type { Secret } from "../../base/secret.ts";
import { type CatalogGroup, type CatalogUser, readEntity } from "../../catalog/entity.ts";
import { inSlices } from "./slices.ts";
import type { CatalogSource } from "./source.ts";

export interface BackstageCatalog {
  /** `backend.baseUrl`, without the slash at its end. */
  readonly url: string;
  /** A token for service-to-service calls; none where the catalog is open. */
  readonly token?: Secret | undefined;
  readonly refreshSeconds: number;
}

/** Few enough that a page is parsed before anybody waits for it. */
const pageSize = 250;
/** 100,000 entities: the end of a catalog whose pages never end. */
const mostPages = 400;
const mostBytes = 4 * 1024 * 1024;

/** @see "Software Catalog API" of Backstage, section GET /entities/by-query */
export function backstageSource(
  { url, token, refreshSeconds }: BackstageCatalog,
  fetch: Fetch,
): CatalogSource {
  const headers = {
    accept: "application/json",
    ...(token !== undefined && { authorization: `Bearer ${token.reveal()}` }),
  };
  return {
    name: url,
    isNear: false,
    refreshSeconds: () => refreshSeconds,
    async read() {
      const reading: Reading = { users: [], groups: [], warnings: [] };
      const cursors = new Set<string>();
      for (let cursor: string | null = null, pages = 0; ; pages += 1) {
        if (pages === mostPages) throw new Error(`it has more than ${mostPages} pages`);
        const where = `${url}/api/catalog/entities/by-query?${queryOf(cursor)}`;
        const answer = await fetch(where, { headers, isConfigured: true, maxBytes: mostBytes });
        if (answer.status !== 200) throw new Error(explain(answer.status));
        const page = readPage(await parse(answer));
        await inSlices(takeIn(reading, page.items, url));
        cursor = page.next;
        if (cursor === null) return reading;
        if (cursors.has(cursor)) throw new Error("its pages lead round in a circle");
        cursors.add(cursor);
      }
    },
  };
}

interface Reading {
  readonly users: CatalogUser[];
  readonly groups: CatalogGroup[];
  readonly warnings: string[];
}

/** What a cursor stands for, the server keeps with it. */
function queryOf(cursor: string | null): URLSearchParams {
  const query = new URLSearchParams({ limit: String(pageSize) });
  query.set("fields", "apiVersion,kind,metadata,spec,relations");
  if (cursor !== null) query.set("cursor", cursor);
  else for (const kind of ["user", "group"]) query.append("filter", `kind=${kind}`);
  return query;
}

/** Nothing of what was answered: it may hold anything. */
function explain(status: number): string {
  if (status === 401 || status === 403)
    return `it answered ${status}: it takes no token, or not this one, for reading the catalog`;
  if (status === 404)
    return "it answered 404: its url is that of the backend, and older ones have no such catalog";
  return `it answered ${status}`;
}

async function parse(answer: Pick<Answer, "json">): Promise<unknown> {
  return answer.json().catch(() => {
    throw new Error("it answered what is no JSON");
  });
}

interface Page {
  readonly items: readonly unknown[];
  readonly next: string | null;
}

function readPage(body: unknown): Page {
  const { items, pageInfo } = Object(body) as { readonly items?: unknown; readonly pageInfo?: unknown }; // any value can be read by name
  if (!Array.isArray(items)) throw new Error("it answered what is no page of a catalog");
  const { nextCursor = null } = Object(pageInfo) as { readonly nextCursor?: unknown }; // the same
  if (nextCursor !== null && (typeof nextCursor !== "string" || nextCursor === ""))
    throw new Error("it answered what is no page of a catalog");
  return { items, next: nextCursor };
}

function* takeIn(
  { users, groups, warnings }: Reading,
  items: readonly unknown[],
  url: string,
): Generator<void, void> {
  for (const item of items) {
    const said = readEntity(item);
    const place = `${nameOf(item)} at ${url}`;
    if (said.kind === "user") users.push({ ...said.user, entity: said.entity, place });
    if (said.kind === "group") groups.push({ ...said.group, place });
    if (said.kind === "broken") warnings.push(`${place} is left out: ${said.reason}.`);
    yield;
  }
}

function nameOf(item: unknown): string {
  const { kind, metadata } = Object(item) as { readonly kind?: unknown; readonly metadata?: unknown }; // any value can be read by name
  const { name } = Object(metadata) as { readonly name?: unknown }; // the same
  return `${String(kind).slice(0, 20)} ${JSON.stringify(String(name).slice(0, 80))}`;
}
