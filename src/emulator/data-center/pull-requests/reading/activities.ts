/** Owns what happened to a pull request, newest first. */
import type { DataCenterContext } from "../../context.ts";
import { commitObject } from "../../history/commits.ts";
import { listPage } from "../../paging.ts";
import type { Found, FoundHandler } from "../found.ts";
import { anchorShape, commentShape, userShape } from "../shape.ts";
import type { DcPullRequest, PullRequestActivity } from "../state.ts";

/** So many commits of what came and went with a push are shown. */
const shownCommits = 10;

export const activitiesOf: FoundHandler = (c, found) => {
  const { context, pullRequest } = found;
  const { rules } = context;
  const all = pullRequest.activities.filter((each) => isShown(pullRequest, each)).toReversed();
  return listPage(c, all, {
    ...{ rules, most: rules.maxItems },
    render: async (activity) => ({
      id: activity.id,
      createdDate: activity.at.getTime(),
      user: userShape(context, activity.userId),
      action: activity.deed.action,
      ...(await detailOf(found, activity)),
    }),
  });
};

/** A comment that was deleted leaves nothing behind. */
function isShown({ comments }: DcPullRequest, { deed }: PullRequestActivity): boolean {
  return deed.action !== "COMMENTED" || comments.some(({ id }) => id === deed.commentId);
}

async function detailOf(found: Found, { deed }: PullRequestActivity): Promise<object> {
  const { context, git } = found;
  switch (deed.action) {
    case "COMMENTED":
      return commentDetail(context, found.pullRequest, deed.commentId);
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
        ...{ fromHash, previousFromHash, previousToHash, toHash },
        added: await between(found, previousFromHash, fromHash),
        removed: await between(found, fromHash, previousFromHash),
      };
    }
    default:
      return {};
  }
}

function commentDetail(context: DataCenterContext, pullRequest: DcPullRequest, id: number): object {
  const comment = pullRequest.comments.find((each) => each.id === id);
  if (comment === undefined) return {};
  return {
    commentAction: "ADDED",
    comment: commentShape(context, pullRequest, comment),
    ...(comment.anchor === null ? {} : { commentAnchor: anchorShape(comment.anchor) }),
  };
}

/** What a side has that it had not before. */
async function between({ context, git }: Found, without: string, tip: string): Promise<object> {
  const selection = { include: [tip], exclude: [without], path: null };
  const hashes = await git.log.commits(selection, { skip: 0, count: 1000 });
  const commits = await Promise.all(hashes.slice(0, shownCommits).map((hash) => git.commit(hash)));
  return {
    commits: commits.flatMap((commit) => (commit === null ? [] : [commitObject(context, commit, null)])),
    total: hashes.length,
  };
}
