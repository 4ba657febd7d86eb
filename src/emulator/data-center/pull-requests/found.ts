/** Owns finding what a request below `pull-requests` is about, who asks, and which version they know. */
import type { Context } from "hono";
import { repositoryLevel } from "../access.ts";
import type { DcEnv } from "../caller.ts";
import { badParameter, noSuchResource, notPermitted } from "../errors.ts";
import type { DcActor } from "../events.ts";
import type { Opened } from "../history/opened.ts";
import { type JsonObject, jsonObject } from "../json-body.ts";
import { noSuchPullRequest, outOfDate } from "./errors.ts";
import type { CommentReader } from "./shape.ts";
import type { DcPullRequest, UserId } from "./state.ts";
import { userIdOf } from "./users.ts";

/** A request about one pull request. */
export interface Found extends Opened {
  readonly pullRequest: DcPullRequest;
}

/** Likewise, by somebody. */
export interface Asked extends Found {
  readonly actor: DcActor;
  readonly userId: UserId;
}

export type FoundHandler = (c: Context<DcEnv>, found: Found) => Response | Promise<Response>;
export type AskedHandler = (c: Context<DcEnv>, asked: Asked) => Response | Promise<Response>;

/** The pull request of a number in a path, or the answer to what is none. */
export function findPullRequest(id: string, opened: Opened): Found | Response {
  const { context, repository } = opened;
  if (!/^\d{1,18}$/.test(id)) return noSuchResource();
  const pullRequest = context.world.pullRequests.all.find(
    (each) => each.to.repositoryId === repository.id && each.id === Number(id),
  );
  if (pullRequest === undefined) return noSuchPullRequest(id, repository.projectKey, repository.slug);
  return { ...opened, pullRequest };
}

/** Whoever changes anything is somebody. */
export function askedBy(c: Context<DcEnv>, found: Found): Asked | Response {
  const actor = c.get("caller");
  if (actor.kind === "anonymous") return notPermitted();
  return { ...found, actor, userId: userIdOf(found.context, actor) };
}

/** Who asks, as a reader of comments. */
export function readerOf(c: Context<DcEnv>, opened: Opened): CommentReader {
  const caller = c.get("caller");
  if (caller.kind === "anonymous") return { userId: null, administers: false };
  return { userId: userIdOf(opened.context, caller), administers: levelOfCaller(opened, caller) >= 3 };
}

/** 2: may write to the repository that is targeted, 3: administers it. */
export function levelOfCaller({ context, repository }: Opened, actor: DcActor): number {
  return repositoryLevel(context.world, actor, repository);
}

/** The author, or who may write to the target. */
export function mayManage(asked: Asked): boolean {
  return asked.pullRequest.authorId === asked.userId || levelOfCaller(asked, asked.actor) >= 2;
}

/** The body of a call that needs none: an empty object where nothing was sent. */
export async function optionalBody(c: Context): Promise<JsonObject | Response> {
  const isEmpty = (await c.req.raw.clone().text()) === "";
  return isEmpty ? {} : jsonObject(c);
}

/** Null: the caller knows the version it has. It stands in the query or in the body; without any it is -1. */
export function staleVersion(c: Context, { context, pullRequest }: Found, body: JsonObject): Response | null {
  const version = versionIn(c, body);
  if (version instanceof Response) return version;
  return version === pullRequest.version ? null : outOfDate(context, pullRequest, version);
}

export function versionIn(c: Context, body: JsonObject): number | Response {
  const given = c.req.query("version") ?? body.version ?? -1;
  const version = typeof given === "string" && given !== "" ? Number(given) : given;
  if (typeof version === "number" && Number.isInteger(version)) return version;
  return badParameter("version", "The version is not a number.");
}
