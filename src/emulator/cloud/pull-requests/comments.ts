/** Owns comments on pull requests: reading, writing, changing, deleting and resolving them. */
import type { Context } from "hono";
import type { ApiEnv } from "../access.ts";
import { apiError, badRequest, forbidden, json } from "../answers.ts";
import { objectPage } from "../repositories/object-page.ts";
import { commentShape, resolutionShape } from "./comment-shape.ts";
import { type Acting, bodyOf, type Found, isObject } from "./found.ts";
import { type Comment, type Inline, isSame, participantOf } from "./state.ts";

/** @see "List comments on a pull request": deleted ones keep their place */
export function listComments({ context, pullRequest }: Found, c: Context<ApiEnv>): Promise<Response> {
  return objectPage(c, pullRequest.comments, {
    apiOrigin: context.origins.api,
    render: async (comment) => commentShape(context, pullRequest, comment),
  });
}

/** The comment `:comment`; the wording of the 404 was never captured. */
export function findComment({ pullRequest }: Found, c: Context<ApiEnv>): Comment | Response {
  const id = Number(c.req.param("comment"));
  const comment = pullRequest.comments.find((each) => each.id === id);
  return comment ?? apiError(404, { message: `Comment ${id} not found` });
}

export function oneComment({ context, pullRequest }: Found, comment: Comment): Response {
  return json(commentShape(context, pullRequest, comment));
}

/** @see "Create a comment on a pull request" */
export async function writeComment(acting: Acting, c: Context<ApiEnv>): Promise<Response> {
  const { context, repository, pullRequest, actor, account } = acting;
  const body = (await bodyOf(c)) ?? {};
  if (body instanceof Response) return body;
  const raw = rawOf(body);
  if (raw === null) return textRequired();
  const inline = readInline(body.inline);
  if (inline instanceof Response) return inline;
  const parentId = isObject(body.parent) ? body.parent.id : null;
  const parent = pullRequest.comments.find(({ id }) => id === parentId);
  if (parentId !== null && parent === undefined)
    return badRequest("parent: comment not found", { parent: ["comment not found"] });
  const now = context.clock.now();
  const comment: Comment = {
    id: nextId(acting),
    account,
    raw,
    createdOn: now,
    updatedOn: now,
    deleted: false,
    parentId: parent?.id ?? null,
    inline: inline ?? parent?.inline ?? null,
    resolution: null,
  };
  pullRequest.comments.push(comment);
  pullRequest.activity.push({ kind: "comment", at: now, commentId: comment.id });
  pullRequest.updatedOn = now;
  participantOf(pullRequest, account).at = now;
  const answer = json(commentShape(context, pullRequest, comment), 201, {
    Location: `${context.origins.api}/2.0/repositories/${repository.workspaceSlug}/${repository.slug}/pullrequests/${pullRequest.id}/comments/${comment.id}`,
  });
  await context.events.emit({ kind: "pullrequest:comment_created", repository, actor, pullRequest, comment });
  return answer;
}

/** @see "Update a comment on a pull request": only one's own */
export async function changeComment(acting: Acting, c: Context<ApiEnv>, comment: Comment): Promise<Response> {
  const { context, repository, pullRequest, actor, account } = acting;
  if (!isSame(comment.account, account) || comment.deleted) return forbidden();
  const body = (await bodyOf(c)) ?? {};
  if (body instanceof Response) return body;
  const raw = rawOf(body);
  if (raw === null) return textRequired();
  comment.raw = raw;
  comment.updatedOn = context.clock.now();
  await context.events.emit({ kind: "pullrequest:comment_updated", repository, actor, pullRequest, comment });
  return oneComment(acting, comment);
}

/** @see "Delete a comment on a pull request" */
export async function deleteComment(acting: Acting, comment: Comment): Promise<Response> {
  const { context, repository, pullRequest, actor, account } = acting;
  if (!isSame(comment.account, account)) return forbidden();
  if (comment.deleted) return apiError(404, { message: `Comment ${comment.id} not found` });
  comment.deleted = true;
  comment.updatedOn = context.clock.now();
  await context.events.emit({ kind: "pullrequest:comment_deleted", repository, actor, pullRequest, comment });
  return new Response(null, { status: 204 });
}

/** @see "Resolve a comment thread": 403 for replies and for what does not hang on the diff, 409 the second time */
export async function resolveComment(acting: Acting, comment: Comment): Promise<Response> {
  const { context, repository, pullRequest, actor, account } = acting;
  if (comment.parentId !== null || comment.inline === null || comment.deleted) return forbidden();
  if (comment.resolution !== null)
    return apiError(409, { message: "The comment has already been resolved." });
  comment.resolution = { account, at: context.clock.now() };
  const answer = json(resolutionShape(context, comment.resolution));
  await context.events.emit({
    kind: "pullrequest:comment_resolved",
    repository,
    actor,
    pullRequest,
    comment,
  });
  return answer;
}

/** @see "Reopen a comment thread" */
export async function reopenComment(acting: Acting, comment: Comment): Promise<Response> {
  const { context, repository, pullRequest, actor } = acting;
  if (comment.parentId !== null) return forbidden();
  if (comment.resolution === null) return apiError(404, { message: "The comment has not been resolved." });
  comment.resolution = null;
  await context.events.emit({
    kind: "pullrequest:comment_reopened",
    repository,
    actor,
    pullRequest,
    comment,
  });
  return new Response(null, { status: 204 });
}

/** Ids of comments are unique in all of Bitbucket. */
function nextId({ context }: Acting): number {
  const ids = context.world.pullRequests.flatMap(({ comments }) => comments.map(({ id }) => id));
  return Math.max(100_000_000, ...ids) + 1;
}

function rawOf({ content }: Readonly<Record<string, unknown>>): string | null {
  const raw = isObject(content) ? content.raw : undefined;
  return typeof raw === "string" && raw.trim() !== "" ? raw : null;
}

function textRequired(): Response {
  return badRequest("Bad request", { content: ["This field is required."] });
}

/** A path, and at most one line of each side, from 1. */
function readInline(value: unknown): Inline | Response | null {
  if (value === undefined || value === null) return null;
  const line = (number: unknown) => (Number.isInteger(number) && Number(number) >= 1 ? Number(number) : null);
  const isLine = (number: unknown) => number === undefined || number === null || line(number) !== null;
  if (!isObject(value) || typeof value.path !== "string" || !isLine(value.from) || !isLine(value.to))
    return badRequest("Bad request", { inline: ["expected a path and lines from 1"] });
  return { path: value.path, from: line(value.from), to: line(value.to) };
}
