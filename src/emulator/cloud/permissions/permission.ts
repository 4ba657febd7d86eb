/** Owns who may do what: a person's role in a workspace, and their permission to a repository. */
import type { Rules } from "../../core/rules.ts";
import {
  findWorkspace,
  isAdministrator,
  membership,
  type Repository,
  type RepositoryPermission,
  reaches,
  type Workspace,
  type World,
} from "../../core/world.ts";
import type { Caller } from "../caller.ts";

/** A person's role in a workspace; null for a stranger. A guest is no member, but has a permission to a repository in it. */
export type WorkspaceRole = "owner" | "member" | "guest";

export function workspaceRole(world: World, workspace: Workspace, personUuid: string): WorkspaceRole | null {
  const member = membership(workspace, personUuid);
  if (member !== undefined) return member.administrator ? "owner" : "member";
  const isGuest = world.repositories.some(
    ({ workspaceSlug, permissions }) =>
      workspaceSlug === workspace.slug && permissions?.has(personUuid) === true,
  );
  return isGuest ? "guest" : null;
}

/**
 * A person's effective permission: `admin` for administrators of the workspace; for others what the repository grants
 * them, or `write` for every member where it grants nobody anything by name. Null: none but what the public has.
 */
export function repositoryPermission(
  world: World,
  repository: Repository,
  personUuid: string,
): RepositoryPermission | null {
  const workspace = findWorkspace(world, repository.workspaceSlug);
  if (workspace === undefined) return null;
  if (isAdministrator(workspace, personUuid)) return "admin";
  if (repository.permissions !== null) return repository.permissions.get(personUuid) ?? null;
  return membership(workspace, personUuid) === undefined ? null : "write";
}

/**
 * What a caller may do in a repository, scopes apart. An access token may do what its scopes say within its reach; what
 * an app on its own may do in its workspace is the rule `appPermission`.
 */
export function callerPermission(
  { world, rules }: { readonly world: World; readonly rules: Rules },
  caller: Caller,
  repository: Repository,
): RepositoryPermission | null {
  const workspace = findWorkspace(world, repository.workspaceSlug);
  if (workspace === undefined || caller.kind === "anonymous") return null;
  if (caller.kind === "person") return repositoryPermission(world, repository, caller.person.uuid);
  if (caller.kind === "app_user") return caller.workspaceUuid === workspace.uuid ? rules.appPermission : null;
  return reaches(caller.token.reach, repository, workspace) ? "admin" : null;
}

const ranks = { read: 1, write: 2, admin: 3 } as const satisfies Record<RepositoryPermission, number>;

/** Whether a permission includes the one that is needed. */
export function includes(permission: RepositoryPermission | null, needed: RepositoryPermission): boolean {
  return permission !== null && ranks[permission] >= ranks[needed];
}
