/** Owns which two commits a request compares, and which of the files between them it asks about. */
import type { Context } from "hono";
import type { ChangeOptions } from "../../git/changes.ts";
import { type PathBytes, pathOfText, pathspec } from "../../git/path.ts";
import type { DcRules } from "../rules.ts";
import { commitInPath } from "./commits.ts";
import { comparedCommits } from "./from-repository.ts";
import { demandedCommit, isTrue, namedCommit, pathBehind, queryPath } from "./location.ts";
import type { Opened } from "./opened.ts";

/** The two sides; null stands for what was before a first commit. */
export interface Sides {
  readonly fromHash: string | null;
  readonly toHash: string;
  /** Where another commit than `fromHash` is what is compared with. */
  readonly baseHash?: string | null;
}

/** `commits/{id}`: against `since`, or else its first parent. */
export async function sidesOfCommit(c: Context, opened: Opened): Promise<Sides | Response> {
  const commit = await commitInPath(c, opened);
  if (commit instanceof Response) return commit;
  const since = await namedCommit(c, "since", opened);
  if (since instanceof Response) return since;
  return { fromHash: since ?? commit.parents[0] ?? null, toHash: commit.hash };
}

/** `?since=&until=`: without `until` 400, without `since` the first parent. */
export async function sidesOfRange(c: Context, opened: Opened): Promise<Sides | Response> {
  const until = await demandedCommit(c, "until", opened);
  if (until instanceof Response) return until;
  const since = await namedCommit(c, "since", opened);
  if (since instanceof Response) return since;
  return { fromHash: since ?? (await opened.git.commit(until))?.parents[0] ?? null, toHash: until };
}

/** `compare?from=&to=`: what came to `from` since the two parted. */
export async function sidesOfCompare(c: Context, opened: Opened): Promise<Sides | Response> {
  const compared = await comparedCommits(c, opened);
  if (compared instanceof Response) return compared;
  const { from, to } = compared;
  return { fromHash: (await opened.git.log.mergeBase(to, from)) ?? to, toHash: from };
}

export async function treesOf({ git }: Opened, { fromHash, toHash, baseHash = fromHash }: Sides) {
  const [oldTree, newTree] = await Promise.all([git.treeOf(baseHash), git.treeOf(toHash)]);
  return { oldTree, newTree };
}

/** As JSON names the older side of a first commit. */
export function fromHashText({ fromHash }: Sides, { initialFromHash }: DcRules): string | null {
  return fromHash ?? (initialFromHash === "null" ? null : "0".repeat(40));
}

/** Whitespace, and one file where the path ends with one: with `srcPath`, or found by `autoSrcPath`, a file that was moved. */
export async function selectionOf(c: Context, opened: Opened, sides: Sides): Promise<ChangeOptions> {
  const path = pathBehind(c, "diff");
  const told = queryPath(c, "srcPath");
  const wanted = told === null && path !== "" && isTrue(c, "autoSrcPath");
  const source = (wanted ? await sourceOf(path, opened, sides) : told) ?? pathOfText("");
  const paths = path === "" ? [] : [path, source].filter((each: PathBytes) => each !== "");
  return {
    withCopies: true,
    ignoreWhitespace: c.req.query("whitespace") === "ignore-all",
    paths: paths.map((each) => pathspec(each)),
  };
}

async function sourceOf(path: PathBytes, opened: Opened, sides: Sides): Promise<PathBytes | null> {
  const { oldTree, newTree } = await treesOf(opened, sides);
  const changes = await opened.git.changes(oldTree, newTree, { withCopies: true });
  return changes.find(({ newPath }) => newPath === path)?.oldPath ?? null;
}
