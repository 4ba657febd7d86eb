/**
 * Owns pull requests as JSON. Deliveries of webhooks carry the whole object of {@link pullRequestShape}, with the same
 * 12-digit hashes and resolved `diff` links; there it stands beside `actor` and `repository`.
 */
import type { EmulatorContext } from "../../core/context.ts";
import type { Repository } from "../../core/world.ts";
import { timestamp } from "../answers.ts";
import { rendered } from "../repositories/shapes/commit.ts";
import { type RepositoryLinks, repositoryLinks } from "../repositories/shapes/links.ts";
import { embeddedRepository } from "../repositories/shapes/repository.ts";
import { accountObject } from "./accounts.ts";
import type { Participant, PullRequest, Side } from "./state.ts";

/** What lists leave out unless `fields` asks for it. */
export const onlyWhole = ["rendered", "reviewers", "participants", "queued"] as const;
export type OnlyWhole = (typeof onlyWhole)[number];

/**
 * The whole object. @see "Get a pull request", https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/
 */
export function pullRequestShape(context: EmulatorContext, pullRequest: PullRequest): object {
  const branch = { links: {}, sync_strategies: ["merge_commit", "rebase"] };
  return { ...commonShape(context, pullRequest, branch), ...restShape(context, pullRequest) };
}

/** As lists show it, with what is asked for beside. */
export function listedShape(
  context: EmulatorContext,
  pullRequest: PullRequest,
  more: readonly OnlyWhole[],
): object {
  const rest = more.length === 0 ? {} : restShape(context, pullRequest);
  const asked = Object.entries(rest).filter(([key]) => more.some((each) => each === key));
  return { ...commonShape(context, pullRequest, { links: {} }), ...Object.fromEntries(asked) };
}

function restShape(context: EmulatorContext, pullRequest: PullRequest): Record<OnlyWhole, unknown> {
  const { title, description, participants } = pullRequest;
  const reviewers = participants.filter(({ role }) => role === "REVIEWER");
  return {
    rendered: { title: rendered(title), description: rendered(description) },
    reviewers: reviewers.map(({ account }) => accountObject(context, account)),
    participants: participants.map((each) => participantShape(context, each)),
    queued: false,
  };
}

/** `branch`: what stands beside the name of the source. */
function commonShape(context: EmulatorContext, pullRequest: PullRequest, branch: object): object {
  const { id, title, description, state, draft, reason, mergeHash, closedBy, comments } = pullRequest;
  const repository = repositoryOf(context, pullRequest);
  const links = repositoryLinks(context.origins, repository);
  return {
    comment_count: comments.filter(({ deleted }) => !deleted).length,
    task_count: 0,
    type: "pullrequest",
    id,
    title,
    description,
    state,
    draft,
    merge_commit: mergeHash === null ? null : { hash: short(mergeHash) },
    close_source_branch: pullRequest.closeSourceBranch,
    closed_by: closedBy === null ? null : accountObject(context, closedBy),
    author: accountObject(context, pullRequest.author),
    reason,
    created_on: timestamp(pullRequest.createdOn),
    updated_on: timestamp(pullRequest.updatedOn),
    destination: sideShape(pullRequest.destination, { repository, links, branch: {} }),
    source: sideShape(pullRequest.source, { repository, links, branch }),
    links: linksOf(links, pullRequest, repository),
    summary: rendered(description),
  };
}

/** The repository it lies in, which is there as long as it is. */
export function repositoryOf({ world }: EmulatorContext, { repositoryUuid }: PullRequest): Repository {
  const repository = world.repositories.find(({ uuid }) => uuid === repositoryUuid);
  if (repository === undefined) throw new Error(`There is no repository ${repositoryUuid}`);
  return repository;
}

/** A branch and its commit, cut to 12 digits. */
export function sideShape(
  { branch, hash }: Side,
  where: { readonly repository: Repository; readonly links: RepositoryLinks; readonly branch: object },
): object {
  const { links } = where;
  const commit = {
    hash: short(hash),
    links: { self: links.api(`/commit/${short(hash)}`), html: links.web(`/commits/${short(hash)}`) },
    type: "commit",
  };
  return { branch: { name: branch, ...where.branch }, commit, repository: embeddedRepository(where) };
}

export function short(hash: string): string {
  return hash.slice(0, 12);
}

const below = ["commits", "approve", "request-changes"] as const;
const further = ["comments", "activity", "merge", "decline", "statuses"] as const;

function linksOf(links: RepositoryLinks, pullRequest: PullRequest, repository: Repository): object {
  const at = `/pullrequests/${pullRequest.id}`;
  const named = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, links.api(`${at}/${name}`)]));
  return {
    self: links.api(at),
    html: links.web(`/pull-requests/${pullRequest.id}`),
    ...named(below),
    diff: links.api(`/diff/${comparisonSpec(pullRequest, repository)}`),
    diffstat: links.api(`/diffstat/${comparisonSpec(pullRequest, repository)}`),
    ...named(further),
  };
}

/** What the comparison of the repository is asked for: both commits, with an encoded carriage return between them. */
export function comparisonSpec(
  { id, source, destination }: PullRequest,
  { workspaceSlug, slug }: Repository,
): string {
  const commits = `${short(source.hash)}%0D${short(destination.hash)}`;
  return `${workspaceSlug}/${slug}:${commits}?from_pullrequest_id=${id}&topic=true`;
}

export function participantShape(context: EmulatorContext, participant: Participant): object {
  const { account, role, opinion, at } = participant;
  return {
    type: "participant",
    user: accountObject(context, account),
    role,
    approved: opinion === "approved",
    state: opinion,
    participated_on: at === null ? null : timestamp(at),
  };
}

/** A pull request as comments and activities name it. */
export function namedShape(context: EmulatorContext, pullRequest: PullRequest): object {
  const { id, title } = pullRequest;
  const links = repositoryLinks(context.origins, repositoryOf(context, pullRequest));
  return {
    type: "pullrequest",
    id,
    title,
    links: { self: links.api(`/pullrequests/${id}`), html: links.web(`/pull-requests/${id}`) },
  };
}
