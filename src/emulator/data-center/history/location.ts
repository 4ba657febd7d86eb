/** Owns reading what a URL says about files and revisions: a file's name need not be text, a branch's may hold slashes. */

import type { Context } from "hono";
import { type PathBytes, pathOfUrl } from "../../git/path.ts";
import { tipOf } from "../../git/references.ts";
import type { GitRepository } from "../../git/repository.ts";
import { badParameter, noDefaultBranch, unknownRevision } from "../errors.ts";
import type { Opened } from "./opened.ts";

/**
 * The bytes of the path behind `/{word}/`, the first such word after the repository, without a trailing slash; empty
 * when there is nothing.
 */
export function pathBehind(c: Context, word: string): PathBytes {
  const [, behind = ""] = splitOnce(splitOnce(new URL(c.req.url).pathname, "/repos/")[1], `/${word}`);
  return pathOfUrl(behind.replace(/^\//, "").replace(/\/$/, ""));
}

function splitOnce(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + mark.length)];
}

/** The bytes of a query parameter; null when it is absent or empty. */
export function queryPath(c: Context, name: string): PathBytes | null {
  for (const pair of new URL(c.req.url).search.slice(1).split("&")) {
    const [key, value] = splitOnce(pair, "=");
    if (key === name && value !== "") return pathOfUrl(value.replaceAll("+", "%20"));
  }
  return null;
}

/** Only an explicit `true` counts. */
export function isTrue(c: Context, name: string): boolean {
  return c.req.query(name)?.toLowerCase() === "true";
}

/** The commit a parameter names, the default branch's when it is absent, or the answer to one that is none. */
export async function commitAt(c: Context, name: string, opened: Opened): Promise<string | Response> {
  const asked = c.req.query(name);
  if (asked !== undefined && asked !== "") {
    const { rules } = opened.context;
    return (await resolve(opened.git, asked)) ?? unknownRevision(rules, asked, opened.repository.name);
  }
  const { mainBranch } = await opened.git.references();
  return mainBranch?.commitHash ?? noDefaultBranch(opened.repository.name);
}

/** As {@link commitAt}, null when the parameter is absent. */
export async function namedCommit(
  c: Context,
  name: string,
  opened: Opened,
): Promise<string | null | Response> {
  return c.req.query(name) ? commitAt(c, name, opened) : null;
}

/** As {@link commitAt}, 400 when the parameter is absent. */
export async function demandedCommit(c: Context, name: string, opened: Opened): Promise<string | Response> {
  return c.req.query(name)
    ? commitAt(c, name, opened)
    : badParameter(name, `The ${name} parameter is required.`);
}

/** A branch or tag, with or without `refs/heads/` and `refs/tags/`, or a hash, whole or short. */
export async function resolve(git: GitRepository, revision: string): Promise<string | null> {
  const match = /^refs\/(heads|tags)\/(.+)$/s.exec(revision);
  if (match === null) return git.resolve(revision);
  return tipOf(await git.references(), match[1] === "heads" ? "branch" : "tag", match[2] ?? "");
}
