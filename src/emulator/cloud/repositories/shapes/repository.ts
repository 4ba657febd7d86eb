/** Owns a repository as JSON: whole, with every key and null Bitbucket sends, and embedded. */
import type { EmulatorContext } from "../../../core/context.ts";
import { findWorkspace, type Repository } from "../../../core/world.ts";
import { braced, timestamp } from "../../answers.ts";
import type { Opened } from "../opened.ts";
import { embeddedWorkspace, owningTeam } from "./account.ts";
import { embeddedProject } from "./project.ts";

/**
 * The whole object. `callerName` stands in the https clone address of someone who is logged in.
 * @see "Get a repository", https://developer.atlassian.com/cloud/bitbucket/rest/api-group-repositories/
 */
export async function repositoryObject(opened: Opened, callerName: string | null): Promise<object> {
  const { context, repository, git } = opened;
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
    ...workspaceFields(context, repository),
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
export function embeddedRepository({ repository, links }: Pick<Opened, "repository" | "links">) {
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

/** Owner, workspace and project. */
export function workspaceFields(context: EmulatorContext, repository: Repository) {
  const workspace = findWorkspace(context.world, repository.workspaceSlug);
  if (workspace === undefined) return { owner: null, workspace: null, project: null };
  return {
    owner: owningTeam(context.origins, workspace),
    workspace: embeddedWorkspace(context.origins, workspace),
    project: embeddedProject(context.origins, workspace, repository.projectKey),
  };
}
