/** Owns `diff`, `diffstat` and `patch`: two commits compared, named in the order opposite to git's. */
import type { Context } from "hono";
import type { Change } from "../../git/changes.ts";
import { pathspec } from "../../git/path.ts";
import type { DiffOptions } from "../../git/repository.ts";
import { badRequest, commitNotFound } from "../answers.ts";
import { listPage } from "../paging.ts";
import { queryFlag, queryPaths, textFrom } from "./location.ts";
import type { Opened, RepositoryHandler } from "./opened.ts";
import { changedFile } from "./shapes/file.ts";
import type { RepositoryLinks } from "./shapes/links.ts";

/** The two sides to compare. */
interface Sides {
  /** Null before a first commit. */
  readonly oldHash: string | null;
  readonly newHash: string;
}

/** @see "List changes in a commit", https://developer.atlassian.com/cloud/bitbucket/rest/api-group-commits/ */
export const diff: RepositoryHandler = async (c, opened) => {
  const sides = await readSpec(c, opened);
  if (sides instanceof Response) return sides;
  const trees = await treesOf(opened, sides);
  const options = diffOptions(c);
  const shown = queryFlag(c, "binary", true) ? options : await withoutBinaries(opened, trees, options);
  return plainText(opened.git.diff(trees.oldTree, trees.newTree, shown));
};

/** @see "Compare two commit diff stats", https://developer.atlassian.com/cloud/bitbucket/rest/api-group-commits/ */
export const diffstat: RepositoryHandler = async (c, opened) => {
  const sides = await readSpec(c, opened);
  if (sides instanceof Response) return sides;
  const { oldTree, newTree } = await treesOf(opened, sides);
  const changes = await opened.git.changes(oldTree, newTree, diffOptions(c));
  return listPage(c, changes, {
    apiOrigin: opened.context.origins.api,
    defaultPagelen: 500,
    maxPagelen: 5000,
    render: (change) => diffstatObject(opened.links, change, sides),
  });
};

/** A commit as a mail, or every commit of `A..B` that A has and B has not. */
export const patch: RepositoryHandler = async (c, { git }) => {
  const [source = "", destination] = splitSpec(textFrom(c, 1));
  const names = destination === undefined ? [source] : [source, destination];
  const [include = null, exclude = null] = await Promise.all(names.map((name) => git.resolve(name)));
  if (include === null) return commitNotFound(source);
  if (destination !== undefined && exclude === null) return commitNotFound(destination);
  return plainText(git.patch(include, exclude));
};

/** The bytes as they are in the repository, in whatever encoding: no charset is named. */
function plainText(body: ReadableStream<Uint8Array>): Response {
  return new Response(body, { headers: { "Content-Type": "text/plain" } });
}

/**
 * Reads the spec: one commit stands against its first parent; in `A..B`, A holds the changes and B is what they are
 * compared with. With `topic` (the default) B gives way to the merge base of both.
 */
async function readSpec(c: Context, { git }: Opened): Promise<Sides | Response> {
  if (c.req.query("merge") !== undefined && c.req.query("topic") !== undefined) {
    return badRequest("The 'merge' and 'topic' parameters cannot be both used at the same time.");
  }
  const context = c.req.query("context");
  if (context !== undefined && !/^\d{1,6}$/.test(context)) return badRequest("Invalid context");
  const names = splitSpec(textFrom(c, 1));
  const hashes = await Promise.all(names.map((name) => git.resolve(name)));
  const unknown = names.filter((_, index) => hashes[index] === null);
  if (unknown.length > 0) return commitNotFound(...unknown);
  const [newHash, destination] = hashes.filter((hash) => hash !== null);
  if (newHash === undefined) return commitNotFound();
  if (destination === undefined) return { oldHash: (await git.commit(newHash))?.parents[0] ?? null, newHash };
  const topic = queryFlag(c, "topic", queryFlag(c, "merge", true));
  // Unrelated histories have no merge base: then the destination itself is compared with.
  const base = topic ? await git.log.mergeBase(destination, newHash) : null;
  return { oldHash: base ?? destination, newHash };
}

/** `A..B`, or as links of pull requests have it, `workspace/repository:A\rB`. */
function splitSpec(spec: string): readonly string[] {
  const named = /^[^/\r]+\/[^/:\r]+:([^\r]+)\r(.+)$/.exec(spec);
  if (named !== null) return named.slice(1);
  const dots = spec.indexOf("..");
  return dots === -1 ? [spec] : [spec.slice(0, dots), spec.slice(dots + 2)];
}

async function treesOf({ git }: Opened, { oldHash, newHash }: Sides) {
  const [oldTree, newTree] = await Promise.all([git.treeOf(oldHash), git.treeOf(newHash)]);
  return { oldTree, newTree };
}

function diffOptions(c: Context): DiffOptions {
  const context = c.req.query("context");
  return {
    paths: queryPaths(c, "path").map((path) => pathspec(path)),
    ignoreWhitespace: queryFlag(c, "ignore_whitespace", false),
    withoutRenames: !queryFlag(c, "renames", true),
    ...(context === undefined ? {} : { context: Number(context) }),
  };
}

async function withoutBinaries(
  { git }: Opened,
  { oldTree, newTree }: { readonly oldTree: string; readonly newTree: string },
  options: DiffOptions,
): Promise<DiffOptions> {
  const binaries = (await git.changes(oldTree, newTree, options)).filter(
    ({ linesAdded }) => linesAdded === null,
  );
  const names = new Set(binaries.flatMap(({ oldPath, newPath }) => [oldPath, newPath]));
  const excluded = [...names].filter((path) => path !== null).map((path) => pathspec(path, ["exclude"]));
  return { ...options, paths: [...(options.paths ?? []), ...excluded] };
}

/** Binary files count 0/0; the side that is not there is null. */
function diffstatObject(links: RepositoryLinks, change: Change, { oldHash, newHash }: Sides): object {
  const { status, oldPath, newPath, linesAdded, linesRemoved } = change;
  return {
    type: "diffstat",
    lines_added: linesAdded ?? 0,
    lines_removed: linesRemoved ?? 0,
    status,
    old: oldPath === null || oldHash === null ? null : changedFile(links, oldPath, oldHash),
    new: newPath === null ? null : changedFile(links, newPath, newHash),
  };
}
