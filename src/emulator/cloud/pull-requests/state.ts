/** Owns what the emulator remembers of pull requests at Cloud. Plain data: it is copied when all begins anew. */

/** A person, or what acts without one. */
export type Account =
  | { readonly kind: "person"; readonly uuid: string }
  | { readonly kind: "app_user"; readonly uuid: string; readonly name: string; readonly appKind: string };

export type PullRequestState = "OPEN" | "MERGED" | "DECLINED" | "SUPERSEDED";

/** What somebody thinks of it; null: nothing yet. */
export type Opinion = "approved" | "changes_requested" | null;

/** A branch and the commit it was last seen at, 40 digits. */
export interface Side {
  readonly branch: string;
  hash: string;
}

export interface Participant {
  readonly account: Account;
  role: "PARTICIPANT" | "REVIEWER";
  opinion: Opinion;
  /** Of the last approval, request or comment. */
  at: Date | null;
}

/** Where a comment hangs, as Bitbucket writes it; lines count from 1. */
export interface Inline {
  readonly path: string;
  readonly from: number | null;
  readonly to: number | null;
}

export interface Comment {
  readonly id: number;
  readonly account: Account;
  raw: string;
  readonly createdOn: Date;
  updatedOn: Date;
  deleted: boolean;
  readonly parentId: number | null;
  readonly inline: Inline | null;
  resolution: { readonly account: Account; readonly at: Date } | null;
}

/** What happened, oldest first; an update keeps what the pull request was then. */
export type Activity =
  | { readonly kind: "update"; readonly at: Date; readonly account: Account; readonly snapshot: Snapshot }
  | { readonly kind: "approval" | "changes_requested"; readonly at: Date; readonly account: Account }
  | { readonly kind: "comment"; readonly at: Date; readonly commentId: number };

export interface Snapshot {
  readonly title: string;
  readonly description: string;
  readonly state: PullRequestState;
  readonly draft: boolean;
  readonly reason: string;
  readonly source: Side;
  readonly destination: Side;
}

/** Within one repository: forks are not played. */
export interface PullRequest {
  /** Unique within the repository, from 1. */
  readonly id: number;
  readonly repositoryUuid: string;
  readonly author: Account;
  title: string;
  description: string;
  state: PullRequestState;
  draft: boolean;
  /** Why it was declined. */
  reason: string;
  source: Side;
  destination: Side;
  closeSourceBranch: boolean;
  mergeHash: string | null;
  closedBy: Account | null;
  readonly createdOn: Date;
  updatedOn: Date;
  /** Reviewers first, then in the order they came. */
  readonly participants: Participant[];
  readonly comments: Comment[];
  readonly activity: Activity[];
}

export function isSame(left: Account, right: Account): boolean {
  return left.uuid === right.uuid;
}

function snapshotOf(pullRequest: PullRequest): Snapshot {
  const { title, description, state, draft, reason, source, destination } = pullRequest;
  return {
    title,
    description,
    state,
    draft,
    reason,
    source: { ...source },
    destination: { ...destination },
  };
}

/** Notes a change of the pull request itself. */
export function noteUpdate(pullRequest: PullRequest, account: Account, at: Date): void {
  pullRequest.updatedOn = at;
  pullRequest.activity.push({ kind: "update", at, account, snapshot: snapshotOf(pullRequest) });
}

/** The part somebody has in it, from now on. */
export function participantOf(pullRequest: PullRequest, account: Account): Participant {
  const known = pullRequest.participants.find((each) => isSame(each.account, account));
  if (known !== undefined) return known;
  const fresh: Participant = { account, role: "PARTICIPANT", opinion: null, at: null };
  pullRequest.participants.push(fresh);
  return fresh;
}
