/** Owns projects as JSON: embedded in a repository, and whole. */
import type { Origins } from "../../../core/context.ts";
import { stableUuid } from "../../../core/entropy.ts";
import { ownProjectKey, type Workspace, type World } from "../../../core/world.ts";
import { braced, timestamp } from "../../answers.ts";
import { embeddedWorkspace, owningTeam } from "./account.ts";

/** A project inside a repository: the workspace's own, or one its seed names. */
export function embeddedProject(origins: Origins, { slug, name }: Workspace, key: string) {
  const isOwn = key === ownProjectKey(slug);
  return {
    type: "project",
    key,
    uuid: braced(isOwn ? stableUuid("project", slug) : stableUuid("project", slug, key)),
    name: isOwn ? name : key,
    links: {
      self: { href: `${origins.api}/2.0/workspaces/${slug}/projects/${key}` },
      html: { href: `${origins.web}/${slug}/workspace/projects/${key}` },
      avatar: { href: `${origins.web}/${slug}/workspace/projects/${key}/avatar/32` },
    },
  };
}

/** @see "Get a project for a workspace", https://developer.atlassian.com/cloud/bitbucket/rest/api-group-projects/ */
export function projectObject(origins: Origins, world: World, workspace: Workspace, key: string): object {
  const holdsPublic = world.repositories.some(
    ({ workspaceSlug, projectKey, isPrivate }) =>
      workspaceSlug === workspace.slug && projectKey === key && !isPrivate,
  );
  return {
    ...embeddedProject(origins, workspace, key),
    owner: owningTeam(origins, workspace),
    workspace: embeddedWorkspace(origins, workspace),
    description: "",
    // A private project cannot hold public repositories.
    is_private: !holdsPublic,
    has_publicly_visible_repos: holdsPublic,
    created_on: timestamp(workspace.createdOn),
    updated_on: timestamp(workspace.createdOn),
  };
}
