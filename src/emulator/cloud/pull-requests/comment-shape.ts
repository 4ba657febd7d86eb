/** Owns comments on pull requests as JSON. */
import type { EmulatorContext } from "../../core/context.ts";
import { timestamp } from "../answers.ts";
import { rendered } from "../repositories/shapes/commit.ts";
import { repositoryLinks } from "../repositories/shapes/links.ts";
import { accountObject } from "./accounts.ts";
import { comparisonSpec, namedShape, repositoryOf } from "./shape.ts";
import type { Comment, Inline, PullRequest } from "./state.ts";

/** @see "Get a comment on a pull request"; what is deleted keeps its place without its text */
export function commentShape(context: EmulatorContext, pullRequest: PullRequest, comment: Comment): object {
  const { id, account, raw, createdOn, updatedOn, deleted, parentId, inline, resolution } = comment;
  const { type: _, ...content }: { readonly type?: string } = rendered(deleted ? "" : raw);
  return {
    id,
    created_on: timestamp(createdOn),
    updated_on: timestamp(updatedOn),
    content,
    user: accountObject(context, account),
    deleted,
    ...(parentId === null ? {} : { parent: parentShape(context, pullRequest, parentId) }),
    ...(inline === null ? {} : { inline: inlineShape(inline) }),
    pending: false,
    type: "pullrequest_comment",
    links: {
      ...linksOf(context, pullRequest, id),
      ...(inline === null ? {} : { code: codeLink(context, pullRequest, inline) }),
    },
    pullrequest: namedShape(context, pullRequest),
    ...(resolution === null ? {} : { resolution: resolutionShape(context, resolution) }),
  };
}

export function resolutionShape(context: EmulatorContext, given: NonNullable<Comment["resolution"]>): object {
  return {
    type: "comment_resolution",
    user: accountObject(context, given.account),
    created_on: timestamp(given.at),
  };
}

function parentShape(context: EmulatorContext, pullRequest: PullRequest, id: number): object {
  return { id, type: "pullrequest_comment", links: linksOf(context, pullRequest, id) };
}

function inlineShape({ path, from, to }: Inline): object {
  return { ...(from === null ? {} : { from }), ...(to === null ? {} : { to }), path };
}

function linksOf(context: EmulatorContext, pullRequest: PullRequest, id: number): object {
  const links = repositoryLinks(context.origins, repositoryOf(context, pullRequest));
  return {
    self: links.api(`/pullrequests/${pullRequest.id}/comments/${id}`),
    html: links.web(`/pull-requests/${pullRequest.id}/_/diff#comment-${id}`),
  };
}

function codeLink(context: EmulatorContext, pullRequest: PullRequest, { path }: Inline): object {
  const repository = repositoryOf(context, pullRequest);
  const [spec = ""] = comparisonSpec(pullRequest, repository).split("?");
  return repositoryLinks(context.origins, repository).api(`/diff/${spec}?path=${encodeURIComponent(path)}`);
}
