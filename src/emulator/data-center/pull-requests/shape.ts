/** Owns pull requests, their people and their comments as JSON, for answers and for webhooks. */

import { pathOfText } from "../../git/path.ts";
import type { DataCenterContext } from "../context.ts";
import { displayId } from "../history/commits.ts";
import { pathObject } from "../history/path-object.ts";
import { personObject, repositoryObject } from "../shapes.ts";
import { has } from "../version.ts";
import { type DcRepository, personById } from "../world.ts";
import type {
  CommentAnchor,
  DcPullRequest,
  Participant,
  PullRequestComment,
  PullRequestRef,
  UserId,
} from "./state.ts";
import { tokenUserName } from "./users.ts";

/** How a pull request is shown. */
export interface PullRequestLook {
  /** Counts of comments and tasks, as lists have them. */
  readonly withProperties?: boolean;
}

/** What somebody is called where names are sent. */
export function userNameOf({ world }: DataCenterContext, userId: UserId): string {
  return personById(world, userId)?.name ?? tokenUserName(world, userId) ?? `deleted-${userId}`;
}

/** A person, or the service user of a token. Somebody who is gone keeps only their id. */
export function userShape(context: DataCenterContext, userId: UserId): object {
  const person = personById(context.world, userId);
  if (person !== undefined) return personObject(context, person);
  const name = userNameOf(context, userId);
  const slug = name.replaceAll("/", "_");
  return {
    name,
    active: name.startsWith("access-token-user/"),
    displayName: name,
    id: userId,
    slug,
    type: "SERVICE",
    links: { self: [{ href: `${context.baseUrl}/users/${slug}` }] },
  };
}

/** All of a pull request; dates in milliseconds. */
export function pullRequestShape(
  context: DataCenterContext,
  pullRequest: DcPullRequest,
  look: PullRequestLook = {},
): object {
  const { state, createdAt, updatedAt, closedAt, participants, description } = pullRequest;
  const inRole = (role: Participant["role"]) =>
    participants.filter((each) => each.role === role).map((each) => participantShape(context, each));
  const properties = propertiesOf(pullRequest, look);
  return {
    id: pullRequest.id,
    version: pullRequest.version,
    title: pullRequest.title,
    ...(description === null ? {} : { description }),
    state,
    open: state === "OPEN",
    closed: state !== "OPEN",
    ...(has("draftPullRequests", context) ? { draft: pullRequest.draft } : {}),
    createdDate: createdAt.getTime(),
    updatedDate: updatedAt.getTime(),
    ...(closedAt === null ? {} : { closedDate: closedAt.getTime() }),
    fromRef: refShape(context, pullRequest.from),
    toRef: refShape(context, pullRequest.to),
    locked: false,
    author: {
      user: userShape(context, pullRequest.authorId),
      role: "AUTHOR",
      approved: false,
      status: "UNAPPROVED",
    },
    reviewers: inRole("REVIEWER"),
    participants: inRole("PARTICIPANT"),
    ...(properties === null ? {} : { properties }),
    links: { self: [{ href: `${context.baseUrl}${pullRequestPath(context, pullRequest)}` }] },
  };
}

function propertiesOf({ comments, mergeCommitHash }: DcPullRequest, look: PullRequestLook): object | null {
  const published = comments.filter(({ state }) => state !== "PENDING");
  const tasks = published.filter(({ severity }) => severity === "BLOCKER");
  const open = tasks.filter(({ state }) => state === "OPEN").length;
  const merged =
    mergeCommitHash === null
      ? {}
      : { mergeCommit: { displayId: displayId(mergeCommitHash), id: mergeCommitHash } };
  if (look.withProperties !== true) return mergeCommitHash === null ? null : merged;
  return {
    ...merged,
    resolvedTaskCount: tasks.length - open,
    commentCount: published.length,
    openTaskCount: open,
  };
}

/** Where its page is, below the context path. */
function pullRequestPath(context: DataCenterContext, { id, to }: DcPullRequest): string {
  const { projectKey, slug } = repositoryOf(context, to);
  return `/projects/${projectKey}/repos/${slug}/pull-requests/${id}`;
}

/** The repository a side lies in. */
export function repositoryOf({ world }: DataCenterContext, { repositoryId }: PullRequestRef): DcRepository {
  const repository = world.repositories.find(({ id }) => id === repositoryId);
  if (repository === undefined) throw new Error("A pull request outlived its repository.");
  return repository;
}

/** `refs/heads/main`. */
export function fullName({ kind, name }: PullRequestRef): string {
  return `refs/${kind === "branch" ? "heads" : "tags"}/${name}`;
}

/** One side. */
function refShape(context: DataCenterContext, ref: PullRequestRef): object {
  return {
    id: fullName(ref),
    displayId: ref.name,
    latestCommit: ref.commitHash,
    type: ref.kind === "branch" ? "BRANCH" : "TAG",
    repository: repositoryObject(context, repositoryOf(context, ref)),
  };
}

export function participantShape(context: DataCenterContext, participant: Participant): object {
  const { userId, role, status, lastReviewedCommit } = participant;
  return {
    user: userShape(context, userId),
    ...(lastReviewedCommit === null ? {} : { lastReviewedCommit }),
    role,
    approved: status === "APPROVED",
    status,
  };
}

/** Who reads comments: their id, null for a stranger, and whether they administer the repository. */
export interface CommentReader {
  readonly userId: UserId | null;
  readonly administers: boolean;
}

/** A comment that waits for its author's review to be published is theirs alone. */
export function isShownTo(
  reader: Pick<CommentReader, "userId">,
  { state, authorId }: PullRequestComment,
): boolean {
  return state !== "PENDING" || authorId === reader.userId;
}

/** A comment with the answers to it, however deep, and what its reader may do with it. */
export function commentShape(
  context: DataCenterContext,
  pullRequest: Pick<DcPullRequest, "to" | "comments" | "authorId">,
  comment: PullRequestComment,
  reader: CommentReader,
): object {
  const { resolved, anchor } = comment;
  const { to, comments } = pullRequest;
  const answers = comments.filter((each) => each.parentId === comment.id && isShownTo(reader, each));
  const own = comment.authorId === reader.userId;
  const resolution =
    resolved === null
      ? {}
      : { resolvedDate: resolved.at.getTime(), resolver: userShape(context, resolved.by) };
  return {
    properties: { repositoryId: to.repositoryId },
    id: comment.id,
    version: comment.version,
    text: comment.text,
    author: userShape(context, comment.authorId),
    createdDate: comment.createdAt.getTime(),
    updatedDate: comment.updatedAt.getTime(),
    comments: answers.map((each) => commentShape(context, pullRequest, each, reader)),
    ...(anchor === null ? {} : { anchor: anchorShape(anchor) }),
    severity: comment.severity,
    state: comment.state,
    ...resolution,
    permittedOperations: {
      editable: own,
      transitionable: own || pullRequest.authorId === reader.userId || reader.administers,
      deletable: own || reader.administers,
    },
  };
}

export function anchorShape({ path, srcPath, line, lineType, fileType, ...rest }: CommentAnchor): object {
  const { fromHash, toHash, diffType } = rest;
  return {
    fromHash,
    toHash,
    ...(line === null ? {} : { line, lineType, fileType }),
    path: pathObject(pathOfText(path)),
    ...(srcPath === null ? {} : { srcPath: pathObject(pathOfText(srcPath)) }),
    diffType,
  };
}
