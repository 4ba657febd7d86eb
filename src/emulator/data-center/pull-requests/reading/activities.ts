/** Owns what happened to a pull request, newest first. */

import type { Context } from "hono";
import { onlyIn } from "../../../git/log.ts";
import { badParameter } from "../../errors.ts";
import { commitObject } from "../../history/commits.ts";
import { listPage } from "../../paging.ts";
import { type Found, type FoundHandler, readerOf } from "../found.ts";
import { anchorShape, type CommentReader, commentShape, userShape } from "../shape.ts";
import type { DcPullRequest, PullRequestActivity } from "../state.ts";

/** So many commits of what came and went with a push are shown. */
const shownCommits = 10;

export const activitiesOf: FoundHandler = (c, found) => {
  const { context, pullRequest } = found;
  const { rules } = context;
  const all = pullRequest.activities.filter((each) => isShown(pullRequest, each)).toReversed();
  const reader = readerOf(c, found);
  const shown = fromAsked(c, all);
  if (shown instanceof Response) return shown;
  return listPage(c, shown, {
    rules,
    most: rules.maxItems,
    render: async (activity) => ({
      id: activity.id,
      createdDate: activity.at.getTime(),
      user: userShape(context, activity.userId),
      action: activity.deed.action,
      ...(await detailOf(found, activity, reader)),
    }),
  });
};

/** A comment that was deleted leaves nothing behind. */
function isShown({ comments }: DcPullRequest, { deed }: PullRequestActivity): boolean {
  return deed.action !== "COMMENTED" || comments.some(({ id }) => id === deed.commentId);
}

/** From the item that `fromType` and `fromId` name on: an activity, or the one a comment came with. */
function fromAsked(
  c: Context,
  all: readonly PullRequestActivity[],
): readonly PullRequestActivity[] | Response {
  const [id, type] = [c.req.query("fromId"), c.req.query("fromType")?.toUpperCase()];
  if (type !== undefined && type !== "COMMENT" && type !== "ACTIVITY")
    return badParameter("fromType", "fromType must be COMMENT or ACTIVITY.");
  if (id === undefined) return all;
  if (type === undefined) return badParameter("fromType", "fromType is required where fromId is present.");
  if (!/^\d{1,18}$/.test(id)) return badParameter("fromId", "fromId must be a number.");
  const at = all.findIndex(({ id: own, deed }) =>
    type === "ACTIVITY" ? own === Number(id) : deed.action === "COMMENTED" && deed.commentId === Number(id),
  );
  return at < 0 ? [] : all.slice(at);
}

async function detailOf(found: Found, { deed }: PullRequestActivity, reader: CommentReader): Promise<object> {
  const { context, git } = found;
  switch (deed.action) {
    case "COMMENTED":
      return commentDetail(found, deed.commentId, reader);
    case "UPDATED":
      return {
        addedReviewers: deed.addedReviewers.map((id) => userShape(context, id)),
        removedReviewers: deed.removedReviewers.map((id) => userShape(context, id)),
      };
    case "MERGED": {
      const commit = deed.commitHash === null ? null : await git.commit(deed.commitHash);
      return commit === null ? {} : { commit: commitObject(context, commit, null) };
    }
    case "RESCOPED": {
      const { fromHash, previousFromHash, toHash, previousToHash } = deed;
      return {
        fromHash,
        previousFromHash,
        previousToHash,
        toHash,
        added: await between(found, previousFromHash, fromHash),
        removed: await between(found, fromHash, previousFromHash),
      };
    }
    default:
      return {};
  }
}

function commentDetail({ context, pullRequest }: Found, id: number, reader: CommentReader): object {
  const comment = pullRequest.comments.find((each) => each.id === id);
  if (comment === undefined) return {};
  return {
    commentAction: "ADDED",
    comment: commentShape(context, pullRequest, comment, reader),
    ...(comment.anchor === null ? {} : { commentAnchor: anchorShape(comment.anchor) }),
  };
}

/** What a side has that it had not before. */
async function between({ context, git }: Found, without: string, tip: string): Promise<object> {
  const hashes = await git.log.commits(onlyIn(tip, without), { skip: 0, count: 1000 });
  const commits = await Promise.all(hashes.slice(0, shownCommits).map((hash) => git.commit(hash)));
  return {
    commits: commits.flatMap((commit) => (commit === null ? [] : [commitObject(context, commit, null)])),
    total: hashes.length,
  };
}
