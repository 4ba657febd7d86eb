/** Owns the refusals that only pull requests know. */
import { type DcError, dcError, json } from "../answers.ts";
import type { DataCenterContext } from "../context.ts";
import { pullRequestShape } from "./shape.ts";
import type { DcPullRequest, PullRequestRef, PullRequestState } from "./state.ts";

/** An exception that says more than its message. */
function told(
  status: number,
  error: Omit<DcError, "exceptionName">,
  exceptionName: string,
  more: object,
): Response {
  const name = `com.atlassian.bitbucket.${exceptionName}`;
  return json({ errors: [{ context: null, ...error, exceptionName: name, ...more }] }, status);
}

export function noSuchPullRequest(id: string, projectKey: string, slug: string): Response {
  const message = `Pull request ${id} does not exist in ${projectKey}/${slug}.`;
  return dcError(404, "pull.NoSuchPullRequestException", message);
}

/** The version the caller knows is not the one it has; -1: none was named. */
export function outOfDate(
  context: DataCenterContext,
  pullRequest: DcPullRequest,
  expectedVersion: number,
): Response {
  const message = "You are attempting to modify a pull request based on out-of-date information.";
  return told(409, { message }, "pull.PullRequestOutOfDateException", {
    currentVersion: pullRequest.version,
    expectedVersion,
    pullRequest: pullRequestShape(context, pullRequest),
  });
}

/** There is an open one between the same branches. */
export function duplicate(context: DataCenterContext, existing: DcPullRequest): Response {
  const message = "Only one pull request may be open for a given source and target branch";
  return told(409, { message }, "pull.DuplicatePullRequestException", {
    existingPullRequest: pullRequestShape(context, existing),
  });
}

/** The target has all the source has. */
export function emptyPullRequest(from: PullRequestRef, to: PullRequestRef, repositoryName: string): Response {
  const message = `Branch "${to.name}" is already up-to-date with branch "${from.name}" in repository "${repositoryName}".`;
  return dcError(409, "pull.EmptyPullRequestException", message);
}

export interface ReviewerError {
  /** The name that was sent. */
  readonly context: string;
  readonly message: string;
}

/** None of the reviewers is added when one of them cannot be. */
export function invalidReviewers(
  errors: readonly ReviewerError[],
  validReviewers: readonly object[],
): Response {
  const message = "Errors encountered while adding some reviewers to this pull request.";
  return told(409, { context: "reviewers", message }, "pull.InvalidPullRequestReviewersException", {
    reviewerErrors: errors.map((error) => ({ ...error, exceptionName: null })),
    validReviewers,
  });
}

const pastTense: Readonly<Record<PullRequestState, string>> = {
  OPEN: "is open",
  MERGED: "has already been merged",
  DECLINED: "has already been declined",
};

/** What is asked is not possible any more, or not yet. */
export function illegalState({ state }: DcPullRequest, cannot: string): Response {
  const message = `This pull request ${pastTense[state]} and cannot be ${cannot}.`;
  return dcError(409, "pull.IllegalPullRequestStateException", message);
}

export interface Veto {
  readonly summaryMessage: string;
  readonly detailedMessage: string;
}

export function mergeVetoed(conflicted: boolean, vetoes: readonly Veto[]): Response {
  const message = conflicted
    ? "The pull request has conflicts and cannot be merged."
    : "Merging the pull request has been vetoed.";
  return told(409, { message }, "pull.PullRequestMergeVetoedException", { conflicted, vetoes });
}

/** A branch that is not there. */
export function noSuchBranch(branch: string, repositoryName: string, projectKey: string): Response {
  const message = `Repository "${repositoryName}" of project with key "${projectKey}" has no branch "${branch}"`;
  return dcError(404, "repository.NoSuchBranchException", message);
}

export function noSuchComment(id: string): Response {
  return dcError(404, "comment.NoSuchCommentException", `Comment ${id} does not exist.`);
}

export function commentOutOfDate(currentVersion: number, expectedVersion: number): Response {
  const message = "You are attempting to modify a comment based on out-of-date information.";
  return told(409, { message }, "comment.CommentOutOfDateException", { currentVersion, expectedVersion });
}

/** A comment somebody answered stays. */
export function commentHasReplies(): Response {
  return dcError(
    409,
    "comment.CommentDeletionException",
    "This comment cannot be deleted because it has been replied to.",
  );
}
