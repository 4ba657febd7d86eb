/** Owns repositories, commits, branches and tags as deliveries of Cloud carry them: not quite as the API does. */
import type { Commit } from "../../git/objects/commit.ts";
import type { Opened } from "../repositories/opened.ts";
import {
  authorObject,
  commitDate,
  commitLinks,
  commitReference,
  rendered,
} from "../repositories/shapes/commit.ts";
import { referenceInUrl } from "../repositories/shapes/links.ts";
import { mergeStrategies } from "../repositories/shapes/reference.ts";
import { embeddedRepository, workspaceFields } from "../repositories/shapes/repository.ts";

/** Without slug, main branch and clone links. */
export function payloadRepository(opened: Pick<Opened, "context" | "repository" | "links">): object {
  const { context, repository } = opened;
  const { uuid, ...embedded } = embeddedRepository(opened);
  const { owner, workspace, project } = workspaceFields(context, repository);
  return {
    ...embedded,
    scm: "git",
    website: null,
    owner,
    workspace,
    is_private: repository.isPrivate,
    project,
    uuid,
    parent: null,
  };
}

/** Committer, rendered and properties are empty objects there; a target has only two links. */
export function payloadCommit(opened: Opened, commit: Commit, links: "two links" | "all links"): object {
  const { self, html, ...others } = commitLinks(opened.links, commit.hash);
  return {
    type: "commit",
    hash: commit.hash,
    date: commitDate(commit.committer.date),
    author: authorObject(opened, commit.author),
    committer: {},
    message: commit.message,
    summary: rendered(commit.message),
    links: { self, html, ...(links === "all links" ? others : {}) },
    parents: commit.parents.map((hash) => commitReference(opened.links, hash)),
    rendered: {},
    properties: {},
  };
}

export async function payloadBranch(opened: Opened, name: string, hash: string): Promise<object> {
  const { links } = opened;
  const inUrl = referenceInUrl(name);
  const { merge_strategies, default_merge_strategy } = mergeStrategies;
  return {
    name,
    target: await targetObject(opened, hash),
    links: {
      self: links.api(`/refs/branches/${inUrl}`),
      commits: links.api(`/commits/${inUrl}`),
      html: links.web(`/branch/${inUrl}`),
      pullrequest_create: links.web(`/pull-requests/new?source=${inUrl}&t=1`),
    },
    type: "branch",
    merge_strategies,
    sync_strategies: ["merge_commit", "rebase"],
    default_merge_strategy,
  };
}

/** What a tag points at, and what it says itself where it is annotated. `tagger` was captured as an empty object. */
export async function payloadTag(opened: Opened, name: string, hash: string): Promise<object> {
  const { git, links } = opened;
  const annotation = await git.tag(hash);
  const commitHash = annotation === null ? hash : await git.resolve(hash);
  const date = annotation?.tagger?.date;
  const inUrl = referenceInUrl(name);
  return {
    name,
    type: "tag",
    message: annotation?.message ?? null,
    date: date === undefined ? null : commitDate(date),
    tagger: annotation === null ? null : {},
    target: commitHash === null ? null : await targetObject(opened, commitHash),
    links: {
      self: links.api(`/refs/tags/${inUrl}`),
      commits: links.api(`/commits/${inUrl}`),
      html: links.web(`/commits/tag/${inUrl}`),
    },
  };
}

async function targetObject(opened: Opened, hash: string): Promise<object | null> {
  const commit = await opened.git.commit(hash);
  return commit === null ? null : payloadCommit(opened, commit, "two links");
}
