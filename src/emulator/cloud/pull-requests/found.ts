/** Owns what every route below one pull request works with, and the refusals they share. */
import type { Context } from "hono";
import type { EmulatorContext } from "../../core/context.ts";
import type { Repository } from "../../core/world.ts";
import type { ApiEnv } from "../access.ts";
import { apiError, badRequest, unauthorized } from "../answers.ts";
import type { Actor } from "../caller.ts";
import { callerPermission, includes } from "../permissions/permission.ts";
import { accountOf } from "./accounts.ts";
import { type Account, isSame, type PullRequest } from "./state.ts";

export interface Found {
  readonly context: EmulatorContext;
  readonly repository: Repository;
  readonly pullRequest: PullRequest;
}

/** As {@link Found}, by somebody. */
export interface Acting extends Found {
  readonly actor: Actor;
  readonly account: Account;
}

/** The pull request `:id`; the wording of the 404 was never captured. */
export function findPullRequest(context: EmulatorContext, c: Context<ApiEnv>): Found | Response {
  const repository = c.get("repository");
  const id = Number(c.req.param("id"));
  const pullRequest = ofRepository(context, repository).find((each) => each.id === id);
  if (pullRequest === undefined) return apiError(404, { message: `Pull request ${id} not found` });
  return { context, repository, pullRequest };
}

export function ofRepository(
  { world }: Pick<EmulatorContext, "world">,
  { uuid }: Repository,
): readonly PullRequest[] {
  return world.pullRequests.filter(({ repositoryUuid }) => repositoryUuid === uuid);
}

/** Who acts; 401 for nobody. */
export function actorOf(
  context: EmulatorContext,
  c: Context<ApiEnv>,
): { actor: Actor; account: Account } | Response {
  const actor = c.get("caller");
  if (actor.kind === "anonymous") return unauthorized(true);
  return { actor, account: accountOf(context, actor) };
}

/** Whether somebody may change the pull request itself: its author, and who writes to the repository. */
export function mayChange({ context, repository, pullRequest, actor, account }: Acting): boolean {
  return isSame(pullRequest.author, account) || mayWrite(context, actor, repository);
}

export function mayWrite(context: EmulatorContext, actor: Actor, repository: Repository): boolean {
  return includes(callerPermission(context, actor, repository), "write");
}

export function alreadyClosed({ rules }: EmulatorContext): Response {
  return apiError(rules.pullRequestRefusalStatus, { message: "This pull request is already closed." });
}

/** The body as an object of JSON; null for an empty one. */
export async function bodyOf(
  c: Context<ApiEnv>,
): Promise<Readonly<Record<string, unknown>> | Response | null> {
  const text = await c.req.text();
  if (text.trim() === "") return null;
  try {
    const body: unknown = JSON.parse(text);
    if (isObject(body)) return body;
  } catch {
    // What is no JSON is refused as what is no object.
  }
  return badRequest("Bad request");
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
