/** Owns lists of commits and one commit. */

import type { Context } from "hono";
import type { Selection } from "../../git/log.ts";
import { onlyIn } from "../../git/log.ts";
import type { Commit, Signature } from "../../git/objects/commit.ts";
import { type PathBytes, pathText } from "../../git/path.ts";
import { json } from "../answers.ts";
import type { DataCenterContext } from "../context.ts";
import { badParameter, noCommitId, noSuchCommit, noSuchPath } from "../errors.ts";
import { pageOf, readWindow } from "../paging.ts";
import { avatarSizeOf, personObject } from "../shapes.ts";
import { comparedCommits } from "./from-repository.ts";
import { commitAt, demandedCommit, isTrue, namedCommit, pathBehind, queryPath } from "./location.ts";
import type { HistoryHandler, Opened } from "./opened.ts";

/** `until` inclusive (default: the default branch), `since` exclusive. */
export const listCommits: HistoryHandler = async (c, opened) => {
  const lenient = isTrue(c, "ignoreMissing");
  const until = await commitAt(c, "until", opened);
  if (until instanceof Response) return lenient && c.req.query("until") ? commitPage(c, opened, null) : until;
  const since = await namedCommit(c, "since", opened);
  if (since instanceof Response && !lenient) return since;
  const merges = c.req.query("merges")?.toLowerCase() ?? "include";
  if (merges !== "include" && merges !== "exclude" && merges !== "only")
    return badParameter("merges", "merges must be exclude, include or only.");
  return commitPage(c, opened, {
    include: [until],
    exclude: typeof since === "string" ? [since] : [],
    path: queryPath(c, "path"),
    ...(merges === "include" ? {} : { merges }),
  });
};

/** What `from` has and `to` has not; each is the default branch unless named. */
export const compareCommits: HistoryHandler = async (c, opened) => {
  const compared = await comparedCommits(c, opened);
  if (compared instanceof Response) return compared;
  const { from, to } = compared;
  return commitPage(c, opened, onlyIn(from, to));
};

/**
 * By hash, whole or short. Names of branches and tags have not been taken since 2.11. With `path` the answer is the first
 * commit from there back that touched it, and none at all is a path that does not exist.
 */
export const oneCommit: HistoryHandler = async (c, opened) => {
  const found = await commitInPath(c, opened);
  if (found instanceof Response) return found;
  const path = queryPath(c, "path");
  const shown = path === null ? found : await lastTouching(opened, found, path);
  if (shown === null) return noSuchPath(c.req.query("path") ?? "", found.hash);
  return json(commitObject(opened.context, shown, avatarSizeOf(c.req.query("avatarSize"))));
};

async function lastTouching({ git }: Opened, { hash }: Commit, path: PathBytes): Promise<Commit | null> {
  const selection = { include: [hash], exclude: [], path };
  const [touched] = await git.log.commits(selection, { skip: 0, count: 1 });
  return touched === undefined ? null : git.commit(touched);
}

/** The best common ancestor with `otherCommitId`; 204 where the histories are unrelated. */
export const mergeBase: HistoryHandler = async (c, opened) => {
  const commit = await commitInPath(c, opened);
  if (commit instanceof Response) return commit;
  const other = await demandedCommit(c, "otherCommitId", opened);
  if (other instanceof Response) return other;
  const hash = await opened.git.log.mergeBase(commit.hash, other);
  const base = hash === null ? null : await opened.git.commit(hash);
  return base === null ? new Response(null, { status: 204 }) : json(commitObject(opened.context, base, null));
};

/** The commit whose hash is in the path behind `/commits/`, or the answer to what is none. */
export async function commitInPath(c: Context, opened: Opened): Promise<Commit | Response> {
  const [id = ""] = pathText(pathBehind(c, "commits")).split("/");
  const { git, repository, context } = opened;
  if (!/^[0-9a-fA-F]{4,40}$/.test(id)) return noCommitId(context.rules, id, repository.name);
  const hash = await git.resolve(id.toLowerCase());
  const commit = hash?.startsWith(id.toLowerCase()) ? await git.commit(hash) : null;
  return commit ?? noSuchCommit(id, repository.name);
}

/** A page of commits. Null selects nothing. */
export async function commitPage(c: Context, opened: Opened, selection: Selection | null): Promise<Response> {
  const { rules } = opened.context;
  const window = readWindow(c, { rules, most: rules.maxCommits });
  if (window instanceof Response) return window;
  const asked = { skip: window.skip, count: window.limit + 1 };
  const hashes = selection === null ? [] : await hashesOf(c, opened, selection, asked);
  const commits = await Promise.all(hashes.slice(0, window.limit).map((hash) => opened.git.commit(hash)));
  const size = avatarSizeOf(c.req.query("avatarSize"));
  const values = commits.flatMap((commit) =>
    commit === null ? [] : [commitObject(opened.context, commit, size)],
  );
  const counts = isTrue(c, "withCounts") && selection !== null ? await countsOf(opened, selection) : {};
  return json({ ...pageOf(values, window, { rules, hasMore: hashes.length > window.limit }), ...counts });
}

async function hashesOf(
  c: Context,
  { git }: Opened,
  selection: Selection,
  window: { readonly skip: number; readonly count: number },
): Promise<readonly string[]> {
  const [until] = selection.include;
  if (!isTrue(c, "followRenames") || selection.path === null || until === undefined)
    return git.log.commits(selection, window);
  const touches = await git.log.fileHistory(until, selection.path, false);
  return touches.slice(window.skip, window.skip + window.count).map(({ hash }) => hash);
}

/** Far beyond any history that is emulated. */
const all = { skip: 0, count: 1_000_000 };

async function countsOf({ git }: Opened, selection: Selection): Promise<object> {
  const hashes = await git.log.commits(selection, all);
  const authors = new Set<string>();
  for (const hash of hashes) authors.add((await git.commit(hash))?.author.email ?? "");
  return { authorCount: authors.size, totalCount: hashes.length };
}

export function commitObject(context: DataCenterContext, commit: Commit, avatarSize: number | null): object {
  const { hash, author, committer, message, parents } = commit;
  return {
    id: hash,
    displayId: displayId(hash),
    author: writer(context, author, avatarSize),
    authorTimestamp: author.date.getTime(),
    committer: writer(context, committer, avatarSize),
    committerTimestamp: committer.date.getTime(),
    message: message.replace(/\n+$/, ""),
    parents: parents.map((parent) => ({ id: parent, displayId: displayId(parent) })),
  };
}

/** The first eleven digits. */
export function displayId(hash: string): string {
  return hash.slice(0, 11);
}

/** A person of this Bitbucket where the e-mail is theirs, else what git says. */
export function writer(
  context: DataCenterContext,
  { raw, email }: Signature,
  avatarSize: number | null,
): object {
  const wanted = email.toLowerCase();
  const person = context.world.people.find(({ emailAddress }) => emailAddress?.toLowerCase() === wanted);
  if (person !== undefined && wanted !== "") return personObject(context, person, avatarSize);
  return { name: raw.replace(/\s*<[^<>]*>[^<>]*$/, ""), emailAddress: email };
}
