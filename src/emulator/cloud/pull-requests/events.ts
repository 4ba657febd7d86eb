/** Owns what can happen to pull requests at Cloud, by the names webhooks know. */
import type { Repository } from "../../core/world.ts";
import type { Actor } from "../caller.ts";
import type { Comment, PullRequest } from "./state.ts";

interface About {
  readonly repository: Repository;
  readonly actor: Actor;
  /** As it is now: render it before anything else happens. */
  readonly pullRequest: PullRequest;
}

export type PullRequestEvent =
  | (About & {
      readonly kind:
        | "pullrequest:created"
        | "pullrequest:updated"
        | "pullrequest:push"
        | "pullrequest:fulfilled"
        | "pullrequest:rejected";
    })
  | (About & {
      readonly kind:
        | "pullrequest:approved"
        | "pullrequest:unapproved"
        | "pullrequest:changes_request_created"
        | "pullrequest:changes_request_removed";
      readonly at: Date;
    })
  | (About & {
      readonly kind:
        | "pullrequest:comment_created"
        | "pullrequest:comment_updated"
        | "pullrequest:comment_deleted"
        | "pullrequest:comment_resolved"
        | "pullrequest:comment_reopened";
      readonly comment: Comment;
    });
