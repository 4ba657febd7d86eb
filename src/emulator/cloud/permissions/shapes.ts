/** Owns memberships and permissions as JSON. */
import type { EmulatorContext } from "../../core/context.ts";
import type { Rules } from "../../core/rules.ts";
import type { Person, Repository, RepositoryPermission, Workspace } from "../../core/world.ts";
import { workspaceObject } from "../accounts.ts";
import { braced } from "../answers.ts";
import { embeddedUser, embeddedWorkspace } from "../repositories/shapes/account.ts";
import type { WorkspaceRole } from "./permission.ts";

/** Somebody in a workspace, as its list of members has them: without a role. */
export function memberObject({ origins }: EmulatorContext, workspace: Workspace, person: Person) {
  return {
    type: "workspace_membership",
    user: embeddedUser(origins, person),
    workspace: embeddedWorkspace(origins, workspace),
    links: { self: { href: `${origins.api}/2.0/workspaces/${workspace.slug}/members/%7B${person.uuid}%7D` } },
  };
}

/** With the role, and the workspace whole. @see "Get user permission on a workspace" */
export function membershipObject(
  context: EmulatorContext,
  workspace: Workspace,
  person: Person,
  role: WorkspaceRole,
): object {
  return {
    ...memberObject(context, workspace, person),
    permission: roleName(context.rules, role),
    workspace: workspaceObject(context.origins, workspace),
  };
}

/** Nobody may create projects alone here: that role is never answered. */
export function roleName(rules: Rules, role: WorkspaceRole): string {
  return role === "guest" ? rules.guestRole : role;
}

/** An effective permission, whatever it comes from. */
export function permissionObject(
  { origins }: EmulatorContext,
  repository: Repository,
  person: Person,
  permission: RepositoryPermission,
): object {
  return {
    type: "repository_permission",
    user: embeddedUser(origins, person),
    repository: thinRepository(repository),
    permission,
  };
}

function thinRepository({ name, workspaceSlug, slug, uuid }: Repository): object {
  return { type: "repository", name, full_name: `${workspaceSlug}/${slug}`, uuid: braced(uuid) };
}

/** A permission given to one person by name; `none` for somebody without one. */
export function userGrantObject(
  { origins }: EmulatorContext,
  repository: Repository,
  person: Person,
): object {
  const at = `${origins.api}/2.0/repositories/${repository.workspaceSlug}/${repository.slug}`;
  return {
    type: "repository_user_permission",
    user: embeddedUser(origins, person),
    permission: repository.permissions?.get(person.uuid) ?? "none",
    links: { self: { href: `${at}/permissions-config/users/${encodeURIComponent(person.accountId)}` } },
  };
}

/** What a workspace's group may do in a repository. */
export interface GroupGrant {
  readonly name: string;
  readonly slug: string;
  readonly permission: RepositoryPermission;
}

/**
 * The two groups every workspace begins with: administrators, and the developers, who have a permission where nobody
 * was given one by name.
 */
export function groupGrants({ permissions }: Repository): readonly GroupGrant[] {
  return [
    { name: "Administrators", slug: "administrators", permission: "admin" },
    ...(permissions === null
      ? [{ name: "Developers", slug: "developers", permission: "write" } as const]
      : []),
  ];
}

export function groupGrantObject(
  { origins }: EmulatorContext,
  { repository, workspace }: { readonly repository: Repository; readonly workspace: Workspace },
  { name, slug, permission }: GroupGrant,
): object {
  const at = `${origins.api}/2.0/repositories/${repository.workspaceSlug}/${repository.slug}`;
  return {
    type: "repository_group_permission",
    group: {
      type: "group",
      name,
      slug,
      full_slug: `${workspace.slug}:${slug}`,
      workspace: embeddedWorkspace(origins, workspace),
    },
    permission,
    links: { self: { href: `${at}/permissions-config/groups/${slug}` } },
  };
}
