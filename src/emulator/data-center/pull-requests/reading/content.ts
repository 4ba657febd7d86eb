/** Owns what a pull request brings: its commits, changes and diffs, and where the two branches parted. */
import type { Context } from "hono";
import { onlyIn } from "../../../git/log.ts";
import { json } from "../../answers.ts";
import type { DcEnv } from "../../caller.ts";
import { badParameter, notPermitted, unknownRevision } from "../../errors.ts";
import { changeObject } from "../../history/changes.ts";
import { commitObject, commitPage } from "../../history/commits.ts";
import { type Sides, treesOf } from "../../history/comparison.ts";
import { eitherDiff, text, textDiff } from "../../history/diff.ts";
import { resolve } from "../../history/location.ts";
import type { HistoryHandler } from "../../history/opened.ts";
import { pageOf, readWindow } from "../../paging.ts";
import { type Found, type FoundHandler, findPullRequest } from "../found.ts";
import { pullRequestShape } from "../shape.ts";
import { userIdOf } from "../users.ts";
import { remarksOn } from "./remarks.ts";

export const onePullRequest: FoundHandler = (_, { context, pullRequest }) =>
  json(pullRequestShape(context, pullRequest));

/** What the source has and the target has not, or had not when it was closed. */
export const commitsOf: FoundHandler = (c, found) => {
  const { from, to } = found.pullRequest;
  return commitPage(c, found, onlyIn(from.commitHash, to.commitHash));
};

/** One page at most; `start` says nothing. */
export const changesOf: FoundHandler = async (c, found) => {
  const { rules } = found.context;
  const window = readWindow(c, { rules, most: rules.maxChanges });
  if (window instanceof Response) return window;
  const scope = await scopeOf(c, found);
  if (scope instanceof Response) return scope;
  const { oldTree, newTree } = await treesOf(found, scope.sides);
  const changes = await found.git.changes(oldTree, newTree, { withCopies: true });
  const values = changes.slice(0, window.limit).map(changeObject);
  const { fromHash, toHash } = scope.sides;
  return json({
    fromHash,
    toHash,
    properties: { changeScope: scope.name },
    ...pageOf(values, { ...window, start: 0, skip: 0 }, { rules, hasMore: false }),
  });
};

export const diffOf: FoundHandler = async (c, found) => {
  const [since, until] = [c.req.query("sinceId"), c.req.query("untilId")];
  const sides = since || until ? await rangeOf(c, found) : await sidesOf(found);
  return sides instanceof Response ? sides : eitherDiff(c, found, sides, remarksOn(c, found, sides));
};

/** `{n}.diff` and `{n}.patch`: always text. */
export const rawOf: HistoryHandler = async (c, opened) => {
  const [id = "", kind] = (c.req.param("file") ?? "").split(".");
  const found = findPullRequest(id, opened);
  if (found instanceof Response) return found;
  if (kind === "diff") return textDiff(c, found, await sidesOf(found));
  const { from, to } = found.pullRequest;
  return text(c, found.git.patch(from.commitHash, to.commitHash));
};

export const mergeBaseOf: FoundHandler = async (_, { context, git, pullRequest: { from, to } }) => {
  const base = await git.log.mergeBase(to.commitHash, from.commitHash);
  const commit = base === null ? null : await git.commit(base);
  return commit === null ? new Response(null, { status: 204 }) : json(commitObject(context, commit, null));
};

/** What the source brought since it left the target. */
async function sidesOf({ git, context, pullRequest: { from, to } }: Found): Promise<Sides> {
  const sides = { fromHash: to.commitHash, toHash: from.commitHash };
  if (context.rules.pullRequestDiffFrom === "target") return sides;
  return { ...sides, baseHash: await git.log.mergeBase(to.commitHash, from.commitHash) };
}

/** `sinceId` and `untilId`; each stands for its own end of the pull request where it is absent. */
async function rangeOf(
  c: Context,
  { git, context, repository, pullRequest }: Found,
): Promise<Sides | Response> {
  const hashes = [];
  for (const [name, usual] of [
    ["sinceId", pullRequest.to.commitHash],
    ["untilId", pullRequest.from.commitHash],
  ] as const) {
    const asked = c.req.query(name) || usual;
    const hash = await resolve(git, asked);
    if (hash === null) return unknownRevision(context.rules, asked, repository.name);
    hashes.push(hash);
  }
  const [fromHash = "", toHash = ""] = hashes;
  return { fromHash, toHash };
}

async function scopeOf(
  c: Context<DcEnv>,
  found: Found,
): Promise<{ readonly name: string; readonly sides: Sides } | Response> {
  const name = (c.req.query("changeScope") ?? "ALL").toUpperCase();
  if (name === "RANGE") {
    if (!c.req.query("sinceId") || !c.req.query("untilId"))
      return badParameter("changeScope", "A RANGE needs sinceId and untilId.");
    const sides = await rangeOf(c, found);
    return sides instanceof Response ? sides : { name, sides };
  }
  const since = name === "UNREVIEWED" ? await reviewedBefore(c, found) : null;
  if (since instanceof Response) return since;
  if (since === null) return { name: "ALL", sides: await sidesOf(found) };
  return { name, sides: { fromHash: since, toHash: found.pullRequest.from.commitHash } };
}

/** The commit the caller saw last, if it is still on the way to the newest one. */
async function reviewedBefore(c: Context<DcEnv>, found: Found): Promise<string | null | Response> {
  const caller = c.get("caller");
  if (caller.kind === "anonymous") return notPermitted();
  const { participants, from } = found.pullRequest;
  const userId = userIdOf(found.context, caller);
  const hash = participants.find((each) => each.userId === userId)?.lastReviewedCommit ?? null;
  if (hash === null || hash === from.commitHash) return null;
  return (await found.git.log.isAncestor(hash, from.commitHash)) ? hash : null;
}
