/** Owns the bodies of `pr:…`: the pull request as it is now, and beside it what it was before. */
import type { DataCenterContext } from "../context.ts";
import type { DcPullRequestEvent } from "../pull-requests/events.ts";
import {
  commentShape,
  fullName,
  participantShape,
  pullRequestShape,
  userShape,
} from "../pull-requests/shape.ts";
import type { DcPullRequest, PullRequestComment, PullRequestRef } from "../pull-requests/state.ts";
import { has } from "../version.ts";
import { actorObject, payloadDate, withIsoDates } from "./payload-shapes.ts";

/** @see "Event payload", Bitbucket Data Center documentation */
export function pullRequestPayload(context: DataCenterContext, event: DcPullRequestEvent): object {
  const eventKey = event.kind;
  const date = payloadDate(context);
  const actor = actorObject(context, event.actor);
  const about = { pullRequest: pullRequestShape(context, event.pullRequest), ...besides(context, event) };
  return has("isoWebhookDates", context)
    ? withIsoDates({ date, actor, eventKey, ...about })
    : { eventKey, date, actor, ...about };
}

/** What an event tells beside the pull request. */
function besides(context: DataCenterContext, event: DcPullRequestEvent): object {
  switch (event.kind) {
    case "pr:from_ref_updated":
      return { previousFromHash: event.previousFromHash };
    case "pr:to_ref_updated":
      return { previousToHash: event.previousToHash };
    case "pr:modified":
      return {
        previousTitle: event.previousTitle,
        previousDescription: event.previousDescription,
        previousTarget: targetObject(event.previousTarget),
        ...(has("draftPullRequests", context) ? { previousDraft: event.previousDraft } : {}),
      };
    case "pr:reviewer:updated":
      return {
        addedReviewers: event.addedReviewers.map((id) => userShape(context, id)),
        removedReviewers: event.removedReviewers.map((id) => userShape(context, id)),
      };
    case "pr:reviewer:approved":
    case "pr:reviewer:unapproved":
    case "pr:reviewer:needs_work":
      return {
        participant: participantShape(context, event.participant),
        previousStatus: event.previousStatus,
      };
    case "pr:comment:added":
    case "pr:comment:deleted":
    case "pr:comment:edited":
      return {
        comment: commentObject(context, event.pullRequest, event.comment),
        ...(event.commentParentId === null ? {} : { commentParentId: event.commentParentId }),
        ...(event.kind === "pr:comment:edited" ? { previousComment: event.previousComment } : {}),
      };
    default:
      return {};
  }
}

function targetObject(ref: PullRequestRef): object {
  return {
    id: fullName(ref),
    displayId: ref.name,
    type: "BRANCH",
    latestCommit: ref.commitHash,
    latestChangeset: ref.commitHash,
  };
}

/** Nobody in particular reads a webhook: what they may do with a comment is not told. */
function commentObject(
  context: DataCenterContext,
  pullRequest: DcPullRequest,
  comment: PullRequestComment,
): object {
  const shape = commentShape(context, pullRequest, comment, { userId: null, administers: false });
  return { ...shape, permittedOperations: undefined, tasks: [] };
}
