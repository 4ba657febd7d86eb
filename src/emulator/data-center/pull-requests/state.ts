/** Owns what a pull request of a Data Center or Server is made of. Plain data: the world is copied to begin anew. */

/** Who did something: a person's id, or the id of the service user that stands for a token. */
export type UserId = number;

export type PullRequestState = "OPEN" | "MERGED" | "DECLINED";
export type ReviewStatus = "UNAPPROVED" | "NEEDS_WORK" | "APPROVED";

/** A branch, or as a source a tag, with the commit it has, or had when the pull request was closed. */
export interface PullRequestRef {
  readonly repositoryId: number;
  readonly kind: "branch" | "tag";
  /** Without `refs/heads/` or `refs/tags/`. */
  readonly name: string;
  readonly commitHash: string;
}

/** Somebody beside the author. Who was one stays one; only the role changes. */
export interface Participant {
  readonly userId: UserId;
  role: "REVIEWER" | "PARTICIPANT";
  status: ReviewStatus;
  lastReviewedCommit: string | null;
}

/** Where in a diff a comment stands; without `line` it is about the whole file. */
export interface CommentAnchor {
  readonly path: string;
  readonly srcPath: string | null;
  readonly fromHash: string;
  readonly toHash: string;
  readonly diffType: "EFFECTIVE" | "COMMIT" | "RANGE";
  readonly line: number | null;
  readonly lineType: "ADDED" | "REMOVED" | "CONTEXT" | null;
  readonly fileType: "FROM" | "TO" | null;
}

export interface PullRequestComment {
  readonly id: number;
  version: number;
  /** Of the comment it answers; null: it begins a thread. */
  readonly parentId: number | null;
  text: string;
  severity: "NORMAL" | "BLOCKER";
  state: "OPEN" | "RESOLVED" | "PENDING";
  readonly authorId: UserId;
  readonly anchor: CommentAnchor | null;
  readonly createdAt: Date;
  updatedAt: Date;
  resolved: { readonly at: Date; readonly by: UserId } | null;
}

/** What happened, for `activities`. Commits are told by their hashes. */
export type PullRequestDeed =
  | { readonly action: "OPENED" | "DECLINED" | "REOPENED" | "APPROVED" | "UNAPPROVED" | "REVIEWED" }
  | { readonly action: "MERGED"; readonly commitHash: string | null }
  | {
      readonly action: "UPDATED";
      readonly addedReviewers: readonly UserId[];
      readonly removedReviewers: readonly UserId[];
    }
  | {
      readonly action: "RESCOPED";
      readonly fromHash: string;
      readonly previousFromHash: string;
      readonly toHash: string;
      readonly previousToHash: string;
    }
  | { readonly action: "COMMENTED"; readonly commentId: number };

export interface PullRequestActivity {
  readonly id: number;
  readonly at: Date;
  readonly userId: UserId;
  readonly deed: PullRequestDeed;
}

export interface DcPullRequest {
  /** Counts within the repository it targets. */
  readonly id: number;
  /** Counts what changed it; a change names the one it knows. */
  version: number;
  title: string;
  description: string | null;
  draft: boolean;
  state: PullRequestState;
  readonly authorId: UserId;
  readonly participants: Participant[];
  from: PullRequestRef;
  to: PullRequestRef;
  readonly createdAt: Date;
  updatedAt: Date;
  /** Null while it is open. */
  closedAt: Date | null;
  /** Null: not merged, or merged by a push. */
  mergeCommitHash: string | null;
  /** Oldest first. */
  readonly activities: PullRequestActivity[];
  readonly comments: PullRequestComment[];
}

/** All of them, and the numbers that go on through all repositories. */
export interface PullRequests {
  readonly all: DcPullRequest[];
  /** Repository's id → the last number given there: a number is never given twice. */
  readonly lastIds: Map<number, number>;
  lastCommentId: number;
  lastActivityId: number;
}

export function noPullRequests(): PullRequests {
  return { all: [], lastIds: new Map(), lastCommentId: 0, lastActivityId: 0 };
}

/** Notes what happened to one. */
export function note(
  requests: PullRequests,
  pullRequest: DcPullRequest,
  entry: Omit<PullRequestActivity, "id">,
): void {
  requests.lastActivityId += 1;
  pullRequest.activities.push({ id: requests.lastActivityId, ...entry });
}

/** Closes it; a merge made here has a commit, one that a push brought has none. */
export function closeAs(
  pullRequest: DcPullRequest,
  how: { readonly state: "MERGED" | "DECLINED"; readonly at: Date; readonly mergeCommitHash?: string },
): void {
  pullRequest.state = how.state;
  pullRequest.mergeCommitHash = how.mergeCommitHash ?? null;
  pullRequest.closedAt = how.at;
  pullRequest.updatedAt = how.at;
  pullRequest.version += 1;
}
