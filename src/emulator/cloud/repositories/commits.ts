/** Owns `commits` (iterator pages, GET and POST) and `commit`. */
import type { Context } from "hono";
import type { Selection } from "../../git/log.ts";
import { type PathBytes, pathInUrl, pathOfText, pathOfUrl } from "../../git/path.ts";
import type { ApiEnv } from "../access.ts";
import { commitNotFound, invalidPage, json } from "../answers.ts";
import { iteratorPage, readPageRequest } from "../paging.ts";
import { queryPaths, textFrom } from "./location.ts";
import type { Opened, RepositoryHandler } from "./opened.ts";
import { commitObject } from "./shapes/commit.ts";

export const oneCommit: RepositoryHandler = async (c, opened) => {
  const revision = textFrom(c, 1);
  const hash = await opened.git.resolve(revision);
  const commit = hash === null ? null : await opened.git.commit(hash);
  if (commit === null) return commitNotFound(revision);
  return json({ ...commitObject(opened, commit), participants: [] });
};

/** What one page continues from: hashes, so that branches that move meanwhile shift nothing. */
interface Cursor {
  /** Null: every branch and tag, as they are then; there may be too many to name. */
  readonly include: readonly string[] | null;
  readonly exclude: readonly string[];
  readonly path: PathBytes | null;
  readonly skip: number;
}

/**
 * Commits newest first, as `git log` orders them.
 * @see "List commits", https://developer.atlassian.com/cloud/bitbucket/rest/api-group-commits/
 */
export const listCommits: RepositoryHandler = async (c, opened) => {
  const asked = readPageRequest(c);
  if (asked instanceof Response) return asked;
  const { pagelen, page } = asked;
  const cursor = page === null ? await firstCursor(c, opened) : readCursor(page);
  if (cursor === null) return invalidPage();
  if (cursor instanceof Response) return cursor;

  const window = { skip: cursor.skip, count: pagelen + 1 };
  const hashes = await opened.git.log.commits(await selection(cursor, opened), window);
  const commits = await Promise.all(hashes.slice(0, pagelen).map((hash) => opened.git.commit(hash)));
  const values = commits.filter((commit) => commit !== null).map((commit) => commitObject(opened, commit));
  const nextPage = hashes.length > pagelen ? writeCursor({ ...cursor, skip: cursor.skip + pagelen }) : null;
  return iteratorPage(c, { apiOrigin: opened.context.origins.api, pagelen, values, nextPage });
};

async function selection({ include, exclude, path }: Cursor, { git }: Opened): Promise<Selection> {
  if (include !== null) return { include, exclude, path };
  const { all } = await git.references();
  return { include: [...new Set(all.map(({ commitHash }) => commitHash))], exclude, path };
}

/** Reads the revision in the path and the parameters, in the query or in a form. Unknown names are all reported. */
async function firstCursor(c: Context<ApiEnv>, { git }: Opened): Promise<Cursor | Response> {
  const revision = textFrom(c, 1);
  const form = await formOf(c);
  const named = (name: string) => [...(c.req.queries(name) ?? []), ...form.getAll(name)].filter(Boolean);
  const unknown: string[] = [];
  const hashes = async (names: readonly string[]) => {
    const found = await Promise.all(names.map((name) => git.resolve(name)));
    unknown.push(...names.filter((_, index) => found[index] === null));
    return found.filter((hash) => hash !== null);
  };
  const include = await hashes([...(revision === "" ? [] : [revision]), ...named("include")]);
  const exclude = await hashes(named("exclude"));
  if (unknown.length > 0) return commitNotFound(...unknown);
  const inForm = form.get("path");
  const path = queryPaths(c, "path")[0] ?? (inForm ? pathOfText(inForm) : null);
  return { include: include.length === 0 ? null : include, exclude, path, skip: 0 };
}

async function formOf(c: Context<ApiEnv>): Promise<URLSearchParams> {
  const type = c.req.header("Content-Type") ?? "";
  const isForm = c.req.method === "POST" && type.startsWith("application/x-www-form-urlencoded");
  return new URLSearchParams(isForm ? await c.req.text() : "");
}

/** Opaque to clients: `next` is to be followed, not built. */
function writeCursor({ include, exclude, path, skip }: Cursor): string {
  const fields = [include?.join(".") ?? "", exclude.join("."), path === null ? "" : pathInUrl(path), skip];
  return Buffer.from(fields.join(" ")).toString("base64url");
}

/** Null for anything we did not write. */
function readCursor(page: string): Cursor | null {
  const text = Buffer.from(page, "base64url").toString("utf8");
  const match = /^((?:[0-9a-f]{40}\.?)*) ((?:[0-9a-f]{40}\.?)*) (\S*) (\d{1,9})$/.exec(text);
  if (match === null) return null;
  const [, include = "", exclude = "", path = "", skip] = match;
  return {
    include: include === "" ? null : include.split("."),
    exclude: exclude === "" ? [] : exclude.split("."),
    path: path === "" ? null : pathOfUrl(path),
    skip: Number(skip),
  };
}
