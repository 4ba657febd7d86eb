/** Owns `activity`: what happened to a pull request, newest first. */
import type { Context } from "hono";
import type { EmulatorContext } from "../../core/context.ts";
import type { ApiEnv } from "../access.ts";
import { invalidPage, timestamp } from "../answers.ts";
import { iteratorPage, readPageRequest } from "../paging.ts";
import { repositoryLinks } from "../repositories/shapes/links.ts";
import { accountObject } from "./accounts.ts";
import { commentShape } from "./comment-shape.ts";
import { namedShape, repositoryOf, sideShape } from "./shape.ts";
import { readSkip, writeSkip } from "./skip.ts";
import type { Activity, PullRequest } from "./state.ts";

/** Of one pull request, or of all of a repository. @see "List a pull request activity log" */
export function activityPage(
  context: EmulatorContext,
  c: Context<ApiEnv>,
  pullRequests: readonly PullRequest[],
): Response {
  const asked = readPageRequest(c, { defaultPagelen: 20, maxPagelen: 50 });
  if (asked instanceof Response) return asked;
  const skip = readSkip(asked.page);
  if (skip === null) return invalidPage();
  const entries = pullRequests
    .flatMap((pullRequest) => pullRequest.activity.map((activity) => ({ pullRequest, activity })))
    .toReversed()
    .toSorted((left, right) => right.activity.at.getTime() - left.activity.at.getTime());
  const shown = entries.slice(skip, skip + asked.pagelen);
  return iteratorPage(c, {
    apiOrigin: context.origins.api,
    pagelen: asked.pagelen,
    values: shown.map(({ pullRequest, activity }) => ({
      pull_request: namedShape(context, pullRequest),
      ...activityShape(context, pullRequest, activity),
    })),
    nextPage: skip + asked.pagelen < entries.length ? writeSkip(skip + asked.pagelen) : null,
  });
}

function activityShape(context: EmulatorContext, pullRequest: PullRequest, activity: Activity): object {
  if (activity.kind === "comment") {
    const comment = pullRequest.comments.find(({ id }) => id === activity.commentId);
    return comment === undefined ? {} : { comment: commentShape(context, pullRequest, comment) };
  }
  const user = accountObject(context, activity.account);
  const date = timestamp(activity.at);
  if (activity.kind !== "update")
    return { [activity.kind]: { date, user, pullrequest: namedShape(context, pullRequest) } };
  const repository = repositoryOf(context, pullRequest);
  const where = { repository, links: repositoryLinks(context.origins, repository), branch: {} };
  const { source, destination, ...snapshot } = activity.snapshot;
  return {
    update: {
      ...snapshot,
      author: user,
      date,
      changes: {},
      destination: sideShape(destination, where),
      source: sideShape(source, where),
    },
  };
}
