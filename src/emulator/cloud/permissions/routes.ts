/** Owns who is in a workspace and may do what: its members, their roles, and their permissions to its repositories. */
import { type Context, Hono } from "hono";
import type { EmulatorContext } from "../../core/context.ts";
import { findPerson, findWorkspace, type Person, type Repository, type Workspace } from "../../core/world.ts";
import { type ApiEnv, belongsTo, requirePermission, requireScope, visibleRepository } from "../access.ts";
import { apiError, forbidden, json, unauthorized, workspaceNotFound } from "../answers.ts";
import { needs } from "../needs.ts";
import { selectedPage } from "../workspaces.ts";
import { closedWorkspace } from "./closed.ts";
import { configRoutes } from "./config.ts";
import { repositoryPermission, workspaceRole } from "./permission.ts";
import { memberObject, membershipObject, permissionObject, roleName } from "./shapes.ts";

/** @see "Workspaces", https://developer.atlassian.com/cloud/bitbucket/rest/api-group-workspaces/ */
export function permissionRoutes(context: EmulatorContext): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>({ strict: false });

  app.get("/workspaces/:workspace/members", requireScope(needs.workspaceMembers), (c) => {
    const workspace = openedWorkspace(context, c);
    if (workspace instanceof Response) return workspace;
    return selectedPage(context, c, membersWithRoles(context, workspace), {
      render: ({ permission: _, ...member }) => member,
    });
  });

  app.get("/workspaces/:workspace/members/:member", requireScope(needs.workspaceMembers), (c) => {
    const workspace = openedWorkspace(context, c);
    if (workspace instanceof Response) return workspace;
    const handle = c.req.param("member") ?? "";
    const person = findPerson(context.world, handle);
    return person === undefined || !membersOf(context, workspace).includes(person)
      ? apiError(404, { message: `${handle} is not a member of this workspace` })
      : json(memberObject(context, workspace, person));
  });

  app.get("/workspaces/:workspace/permissions", requireScope(needs.workspaceMembers), (c) => {
    const workspace = openedWorkspace(context, c);
    if (workspace instanceof Response) return workspace;
    if (!context.rules.membersReadPermissions && !administers(c, context, workspace)) return forbidden();
    return selectedPage(context, c, rolesIn(context, workspace));
  });

  app.get(
    "/workspaces/:workspace/permissions/repositories",
    requireScope(needs.workspaceRepositoryPermissions),
    (c) => {
      const handle = c.req.param("workspace") ?? "";
      const workspace = findWorkspace(context.world, handle);
      if (workspace === undefined) return workspaceNotFound(handle);
      if (!administers(c, context, workspace)) return forbidden();
      const within = context.world.repositories.filter((each) => each.workspaceSlug === workspace.slug);
      return selectedPage(
        context,
        c,
        within.flatMap((repository) => permissionsOf(context, repository)),
      );
    },
  );

  app.get(
    "/workspaces/:workspace/permissions/repositories/:repository",
    requireScope(needs.repository),
    visibleRepository(context),
    async (c, next) =>
      c.get("caller").kind === "anonymous" ? unauthorized(context.rules.bearerChallenge) : next(),
    requirePermission(context, "admin"),
    (c) => selectedPage(context, c, permissionsOf(context, c.get("repository"))),
  );

  app.route("/", configRoutes(context));
  return app;
}

/** The workspace of `:workspace` for a member of it, else the answer that refuses it. */
function openedWorkspace(context: EmulatorContext, c: Context<ApiEnv>): Workspace | Response {
  const handle = c.req.param("workspace") ?? "";
  const workspace = findWorkspace(context.world, handle);
  if (workspace === undefined) return workspaceNotFound(handle);
  return belongsTo(c.get("caller"), workspace) ? workspace : closedWorkspace(context.rules, handle);
}

/** The link `owners` of a workspace asks for the members by their role, which the list does not tell. */
function membersWithRoles(context: EmulatorContext, workspace: Workspace) {
  return membersOf(context, workspace).map((person) => {
    const role = workspaceRole(context.world, workspace, person.uuid);
    return {
      ...memberObject(context, workspace, person),
      permission: role === null ? null : roleName(context.rules, role),
    };
  });
}

/** In the workspace's order; guests are none. */
function membersOf({ world }: EmulatorContext, workspace: Workspace): readonly Person[] {
  return workspace.members
    .map(({ personUuid }) => findPerson(world, personUuid))
    .filter((person) => person !== undefined);
}

function rolesIn(context: EmulatorContext, workspace: Workspace): readonly object[] {
  return context.world.people.flatMap((person) => {
    const role = workspaceRole(context.world, workspace, person.uuid);
    return role === null ? [] : [membershipObject(context, workspace, person, role)];
  });
}

/** Everybody who may do something in a repository. */
function permissionsOf(context: EmulatorContext, repository: Repository): readonly object[] {
  return context.world.people.flatMap((person) => {
    const permission = repositoryPermission(context.world, repository, person.uuid);
    return permission === null ? [] : [permissionObject(context, repository, person, permission)];
  });
}

function administers(c: Context<ApiEnv>, { world }: EmulatorContext, workspace: Workspace): boolean {
  const caller = c.get("caller");
  return caller.kind === "person" && workspaceRole(world, workspace, caller.person.uuid) === "owner";
}
