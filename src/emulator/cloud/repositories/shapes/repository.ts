/** Owns a repository as JSON: whole, with every key and null Bitbucket sends, and embedded. */
import type { EmulatorContext } from "../../../core/context.ts";
import { stableUuid } from "../../../core/entropy.ts";
import { findWorkspace, ownProjectKey, type Repository, type Workspace } from "../../../core/world.ts";
import { braced, timestamp } from "../../answers.ts";
import type { Opened } from "../opened.ts";
import { embeddedWorkspace, owningTeam } from "./account.ts";
import type { RepositoryLinks } from "./links.ts";

/**
 * The whole object. `callerName` stands in the https clone address of someone who is logged in.
 * @see "Get a repository", https://developer.atlassian.com/cloud/bitbucket/rest/api-group-repositories/
 */
export async function repositoryObject(opened: Opened, callerName: string | null): Promise<object> {
  const { context, repository, git, links } = opened;
  const [{ mainBranch }, size] = await Promise.all([git.references(), git.sizeBytes()]);
  return {
    type: "repository",
    full_name: `${repository.workspaceSlug}/${repository.slug}`,
    links: allLinks(opened, callerName),
    name: repository.name,
    slug: repository.slug,
    description: repository.description,
    scm: "git",
    website: null,
    ...workspaceFields(context, repository, links),
    is_private: repository.isPrivate,
    fork_policy: repository.isPrivate ? "no_public_forks" : "allow_forks",
    created_on: timestamp(repository.createdOn),
    updated_on: timestamp(repository.updatedOn),
    size,
    language: "",
    uuid: braced(repository.uuid),
    mainbranch: mainBranch === null ? null : { name: mainBranch.name, type: "branch" },
    override_settings: { default_merge_strategy: true, branching_model: true },
    parent: null,
    enforced_signed_commits: null,
    has_issues: false,
    has_wiki: false,
  };
}

/** As it stands inside commits and the like. */
export function embeddedRepository({ repository, links }: Opened): object {
  return {
    type: "repository",
    full_name: `${repository.workspaceSlug}/${repository.slug}`,
    links: { self: links.api(""), html: links.web(""), avatar: links.avatar },
    name: repository.name,
    uuid: braced(repository.uuid),
  };
}

function allLinks({ context, repository, links }: Opened, callerName: string | null): object {
  const below = ["pullrequests", "commits", "forks", "watchers"] as const;
  const web = new URL(context.origins.web);
  const fullName = `${repository.workspaceSlug}/${repository.slug}`;
  const user = callerName === null ? "" : `${encodeURIComponent(callerName)}@`;
  return {
    self: links.api(""),
    html: links.web(""),
    avatar: links.avatar,
    ...Object.fromEntries(below.map((name) => [name, links.api(`/${name}`)])),
    branches: links.api("/refs/branches"),
    tags: links.api("/refs/tags"),
    downloads: links.api("/downloads"),
    source: links.api("/src"),
    clone: [
      { name: "https", href: `${web.protocol}//${user}${web.host}/${fullName}.git` },
      { name: "ssh", href: `git@${web.hostname}:${fullName}.git` },
    ],
    hooks: links.api("/hooks"),
  };
}

function workspaceFields(context: EmulatorContext, repository: Repository, links: RepositoryLinks): object {
  const workspace = findWorkspace(context.world, repository.workspaceSlug);
  if (workspace === undefined) return { owner: null, workspace: null, project: null };
  return {
    owner: owningTeam(context.origins, workspace),
    workspace: embeddedWorkspace(context.origins, workspace),
    project: project(context, workspace, repository.projectKey, links),
  };
}

/** Every repository lies in a project: the workspace's own, or one its seed names. */
function project(
  { origins }: EmulatorContext,
  { slug, name }: Workspace,
  key: string,
  links: RepositoryLinks,
): object {
  const isOwn = key === ownProjectKey(slug);
  return {
    type: "project",
    key,
    uuid: braced(isOwn ? stableUuid("project", slug) : stableUuid("project", slug, key)),
    name: isOwn ? name : key,
    links: {
      self: { href: `${origins.api}/2.0/workspaces/${slug}/projects/${key}` },
      html: { href: `${origins.web}/${slug}/workspace/projects/${key}` },
      avatar: links.avatar,
    },
  };
}
