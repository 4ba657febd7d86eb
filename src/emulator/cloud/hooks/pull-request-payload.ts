/** Owns the bodies of `pullrequest:…`: who, the whole pull request, the repository, and what it is about beside them. */
import type { EmulatorContext } from "../../core/context.ts";
import { timestamp } from "../answers.ts";
import { accountObject, accountOf } from "../pull-requests/accounts.ts";
import { commentShape } from "../pull-requests/comment-shape.ts";
import type { PullRequestEvent } from "../pull-requests/events.ts";
import { pullRequestShape } from "../pull-requests/shape.ts";
import { repositoryLinks } from "../repositories/shapes/links.ts";
import { payloadRepository } from "./payload-shapes.ts";

/** @see "Event payloads", "Pull request events", Atlassian's support pages */
export function pullRequestPayload(context: EmulatorContext, event: PullRequestEvent): object {
  const { repository, pullRequest } = event;
  const links = repositoryLinks(context.origins, repository);
  const actor = accountObject(context, accountOf(context, event.actor));
  return {
    repository: payloadRepository({ context, repository, links }),
    actor,
    pullrequest: pullRequestShape(context, pullRequest),
    ...besides(context, event, actor),
  };
}

/** `changes_request` was never captured: it is made as `approval` is. */
function besides(context: EmulatorContext, event: PullRequestEvent, user: object): object {
  switch (event.kind) {
    case "pullrequest:approved":
    case "pullrequest:unapproved":
      return { approval: { date: timestamp(event.at), user } };
    case "pullrequest:changes_request_created":
    case "pullrequest:changes_request_removed":
      return { changes_request: { date: timestamp(event.at), user } };
    default:
      return "comment" in event ? { comment: commentShape(context, event.pullRequest, event.comment) } : {};
  }
}
