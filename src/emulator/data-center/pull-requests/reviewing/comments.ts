/** Owns comments and tasks, which are comments that block. */
import type { Context } from "hono";
import { json } from "../../answers.ts";
import type { DcEnv } from "../../caller.ts";
import { badParameter, notPermitted } from "../../errors.ts";
import { type JsonObject, jsonObject } from "../../json-body.ts";
import { listPage } from "../../paging.ts";
import { commentHasReplies, commentOutOfDate, noSuchComment } from "../errors.ts";
import {
  type Asked,
  type AskedHandler,
  type Found,
  type FoundHandler,
  levelOfCaller,
  readerOf,
  versionIn,
} from "../found.ts";
import { objectIn } from "../opening/wanted.ts";
import { commentShape, isShownTo } from "../shape.ts";
import { note, type PullRequestComment } from "../state.ts";
import { anchorIn } from "./anchor.ts";
import { filterOf, wordsIn } from "./comment-filter.ts";
import { takePart } from "./participants.ts";

/** Threads on one file, whose path must be told; by their state and by the kind of diff they stand in. */
export const listComments: FoundHandler = (c, found) => {
  const path = c.req.query("path");
  if (path === undefined || path === "")
    return badParameter("path", "The path query parameter is required when retrieving comments.");
  const wanted = filterOf(c);
  if (wanted instanceof Response) return wanted;
  return pageOfComments(
    c,
    found,
    (comment) => comment.parentId === null && comment.anchor?.path === path && wanted(comment),
  );
};

/** Tasks, or with `count=true` how many there are. */
export const listTasks: FoundHandler = (c, found) => {
  const reader = readerOf(c, found);
  const tasks = found.pullRequest.comments.filter(
    (each) => each.severity === "BLOCKER" && isShownTo(reader, each),
  );
  const amount = (wanted: string) => tasks.filter(({ state }) => state === wanted).length;
  if (c.req.query("count")?.toLowerCase() === "true")
    return json({ OPEN: amount("OPEN"), RESOLVED: amount("RESOLVED") });
  const states = wordsIn(c, "states", "state");
  return pageOfComments(
    c,
    found,
    ({ severity, state }) => severity === "BLOCKER" && (states?.includes(state) ?? true),
  );
};

function pageOfComments(
  c: Context<DcEnv>,
  found: Found,
  isWanted: (comment: PullRequestComment) => boolean,
): Promise<Response> {
  const { context, pullRequest } = found;
  const { rules } = context;
  const reader = readerOf(c, found);
  const shown = pullRequest.comments.filter((each) => isShownTo(reader, each) && isWanted(each));
  return listPage(c, shown, {
    rules,
    most: rules.maxItems,
    render: (comment) => commentShape(context, pullRequest, comment, reader),
  });
}

export const oneComment: FoundHandler = (c, found) => {
  const comment = commentIn(c, found);
  return comment instanceof Response ? comment : answerOf(c, found, comment);
};

function answerOf(c: Context<DcEnv>, found: Found, comment: PullRequestComment, status = 200): Response {
  return json(commentShape(found.context, found.pullRequest, comment, readerOf(c, found)), status);
}

/** Reading is enough to comment; whoever does takes part. */
export function addComment(usualSeverity: PullRequestComment["severity"]): AskedHandler {
  return async (c, asked) => {
    const body = await jsonObject(c);
    if (body instanceof Response) return body;
    const { pullRequest } = asked;
    const comment = await newComment({ severity: usualSeverity, ...body }, asked);
    if (comment instanceof Response) return comment;
    pullRequest.comments.push(comment);
    if (asked.userId !== pullRequest.authorId) takePart(asked);
    await publish(asked, comment);
    return answerOf(c, asked, comment, 201);
  };
}

/** Tells of a comment, unless it waits for its author's review: nobody hears of that before it is published. */
async function publish(asked: Asked, comment: PullRequestComment): Promise<void> {
  if (comment.state === "PENDING") return;
  const { context, pullRequest, repository, actor, userId } = asked;
  const { id: commentId, parentId } = comment;
  if (parentId === null) {
    const deed = { action: "COMMENTED", commentId } as const;
    note(context.world.pullRequests, pullRequest, { at: comment.updatedAt, userId, deed });
  }
  await context.events.emit({
    kind: "pr:comment:added",
    repository,
    actor,
    pullRequest,
    comment,
    commentParentId: parentId,
  });
}

async function newComment(body: JsonObject, asked: Asked): Promise<PullRequestComment | Response> {
  const { context, pullRequest, userId } = asked;
  const text = textIn(body);
  if (text instanceof Response) return text;
  const parentId = objectIn(body, "parent")?.id ?? null;
  const parent = pullRequest.comments.find(({ id }) => id === parentId);
  if (parentId !== null && parent === undefined) return noSuchComment(String(parentId));
  const severity = severityIn(body, "NORMAL");
  if (severity instanceof Response) return severity;
  const anchor = parent === undefined ? await anchorIn(body, asked) : null;
  if (anchor instanceof Response) return anchor;
  const { pullRequests } = context.world;
  pullRequests.lastCommentId += 1;
  const now = context.clock.now();
  return {
    id: pullRequests.lastCommentId,
    version: 0,
    parentId: parent?.id ?? null,
    text,
    severity,
    state: body.state === "PENDING" ? "PENDING" : "OPEN",
    authorId: userId,
    anchor,
    createdAt: now,
    updatedAt: now,
    resolved: null,
  };
}

/** The text is its author's alone; what else there is, is also the pull request's author's and administrators'. */
export const editComment: AskedHandler = async (c, asked) => {
  const body = await jsonObject(c);
  if (body instanceof Response) return body;
  const { context, pullRequest, repository, actor } = asked;
  const comment = commentIn(c, asked);
  if (comment instanceof Response) return comment;
  const own = comment.authorId === asked.userId;
  const may = own || pullRequest.authorId === asked.userId || levelOfCaller(asked, actor) >= 3;
  if (!may || (body.text !== undefined && body.text !== comment.text && !own)) return notPermitted();
  const version = versionIn(c, body);
  if (version instanceof Response) return version;
  if (version !== comment.version) return commentOutOfDate(comment.version, version);
  const { text: previousComment, state: previousState } = comment;
  const refused = renewComment(comment, body, asked);
  if (refused !== null) return refused;
  if (comment.state === "PENDING" || previousState === "PENDING") {
    await publish(asked, comment);
    return answerOf(c, asked, comment);
  }
  await context.events.emit({
    kind: "pr:comment:edited",
    repository,
    actor,
    pullRequest,
    comment,
    commentParentId: comment.parentId,
    previousComment,
  });
  return answerOf(c, asked, comment);
};

function renewComment(comment: PullRequestComment, body: JsonObject, asked: Asked): Response | null {
  const text = body.text === undefined ? comment.text : textIn(body);
  if (text instanceof Response) return text;
  const severity = severityIn(body, comment.severity);
  if (severity instanceof Response) return severity;
  const state = body.state === undefined ? comment.state : stateIn(body);
  if (state instanceof Response) return state;
  const at = asked.context.clock.now();
  if (state !== comment.state) comment.resolved = state === "RESOLVED" ? { at, by: asked.userId } : null;
  comment.text = text;
  comment.severity = severity;
  comment.state = state;
  comment.updatedAt = at;
  comment.version += 1;
  return null;
}

/** One's own, or as an administrator anybody's; not one that somebody answered. */
export const deleteComment: AskedHandler = async (c, asked) => {
  const { context, pullRequest, repository, actor } = asked;
  const comment = commentIn(c, asked);
  if (comment instanceof Response) return comment;
  if (comment.authorId !== asked.userId && levelOfCaller(asked, actor) < 3) return notPermitted();
  const version = versionIn(c, {});
  if (version instanceof Response) return version;
  if (version !== comment.version) return commentOutOfDate(comment.version, version);
  if (pullRequest.comments.some(({ parentId }) => parentId === comment.id)) return commentHasReplies();
  pullRequest.comments.splice(pullRequest.comments.indexOf(comment), 1);
  if (comment.state === "PENDING") return new Response(null, { status: 204 });
  await context.events.emit({
    kind: "pr:comment:deleted",
    repository,
    actor,
    pullRequest,
    comment,
    commentParentId: comment.parentId,
  });
  return new Response(null, { status: 204 });
};

function commentIn(c: Context<DcEnv>, found: Found): PullRequestComment | Response {
  const id = c.req.param("comment") ?? "";
  const reader = readerOf(c, found);
  const comment = found.pullRequest.comments.find((each) => String(each.id) === id);
  return comment !== undefined && isShownTo(reader, comment) ? comment : noSuchComment(id);
}

function textIn({ text }: JsonObject): string | Response {
  const isText = typeof text === "string" && text.trim() !== "" && text.length <= 32_768;
  return isText ? text : badParameter("text", "A comment must have a text of no more than 32768 characters.");
}

function severityIn(
  { severity }: JsonObject,
  usual: PullRequestComment["severity"],
): PullRequestComment["severity"] | Response {
  if (severity === undefined) return usual;
  if (severity === "NORMAL" || severity === "BLOCKER") return severity;
  return badParameter("severity", "The severity must be NORMAL or BLOCKER.");
}

function stateIn({ state }: JsonObject): PullRequestComment["state"] | Response {
  if (state === "OPEN" || state === "RESOLVED" || state === "PENDING") return state;
  return badParameter("state", "The state must be OPEN, RESOLVED or PENDING.");
}
