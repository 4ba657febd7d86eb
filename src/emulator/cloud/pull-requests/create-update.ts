/** Owns `POST /pullrequests` and `PUT /pullrequests/{id}`. */
import type { Context } from "hono";
import type { EmulatorContext } from "../../core/context.ts";
import type { ApiEnv } from "../access.ts";
import { badRequest, forbidden, json } from "../answers.ts";
import { callerPermission, includes } from "../permissions/permission.ts";
import { addPullRequest, applyFields, authorReviews, findOpen, readSides } from "./entries.ts";
import { type Fields, readFields } from "./fields.ts";
import { type Acting, actorOf, alreadyClosed, bodyOf, mayChange } from "./found.ts";
import { pullRequestShape } from "./shape.ts";
import { noteUpdate } from "./state.ts";

/** @see "Create a pull request" */
export async function openPullRequest(context: EmulatorContext, c: Context<ApiEnv>): Promise<Response> {
  const who = actorOf(context, c);
  if (who instanceof Response) return who;
  const repository = c.get("repository");
  const permission = callerPermission(context, who.actor, repository);
  if (context.rules.pullRequestRight === "write" && !includes(permission, "write")) return forbidden();
  const body = (await bodyOf(c)) ?? {};
  const fields = body instanceof Response ? body : readFields(context, repository, { body, isWhole: true });
  if (fields instanceof Response) return fields;
  const { sourceBranch = "", destinationBranch } = fields;
  const named = destinationBranch === undefined ? {} : { destinationBranch };
  const sides = await readSides(context, repository, { sourceBranch, ...named });
  if (sides instanceof Response) return sides;
  const refused = authorReviews(who.account, fields);
  if (refused !== null) return refused;
  const open = findOpen(context, repository, sides);
  if (open !== undefined) return openTwice({ context, repository, pullRequest: open, ...who }, fields);
  const pullRequest = addPullRequest(context, repository, { sides, author: who.account, fields });
  const answer = json(pullRequestShape(context, pullRequest), 201);
  await context.events.emit({ kind: "pullrequest:created", repository, actor: who.actor, pullRequest });
  return answer;
}

/** The one that is open already, answered as if it were new. */
async function openTwice(acting: Acting, fields: Fields): Promise<Response> {
  const { context, pullRequest } = acting;
  if (context.rules.pullRequestTwice === "updates") await change(acting, fields);
  return json(pullRequestShape(context, pullRequest), 201);
}

async function change(
  { context, repository, pullRequest, actor, account }: Acting,
  fields: Fields,
): Promise<void> {
  applyFields(pullRequest, fields);
  noteUpdate(pullRequest, account, context.clock.now());
  await context.events.emit({ kind: "pullrequest:updated", repository, actor, pullRequest });
}

/** @see "Update a pull request": only open ones can be changed */
export async function changePullRequest(acting: Acting, c: Context<ApiEnv>): Promise<Response> {
  const { context, repository, pullRequest } = acting;
  if (!mayChange(acting)) return forbidden();
  const body = await bodyOf(c);
  if (body === null) return badRequest("Bad request");
  const fields = body instanceof Response ? body : readFields(context, repository, { body, isWhole: false });
  if (fields instanceof Response) return fields;
  if (pullRequest.state !== "OPEN") return alreadyClosed(context);
  const refused = authorReviews(pullRequest.author, fields);
  if (refused !== null) return refused;
  const { destinationBranch } = fields;
  if (destinationBranch !== undefined && destinationBranch !== pullRequest.destination.branch) {
    const sourceBranch = pullRequest.source.branch;
    const sides = await readSides(context, repository, { sourceBranch, destinationBranch });
    if (sides instanceof Response) return sides;
    pullRequest.destination = sides.destination;
  }
  await change(acting, fields);
  return json(pullRequestShape(context, pullRequest));
}
