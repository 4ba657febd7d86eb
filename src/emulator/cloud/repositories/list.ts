/** Owns `GET /repositories/{workspace}` and `GET /repositories/{workspace}/{slug}`. */
import type { Context } from "hono";
import type { EmulatorContext } from "../../core/context.ts";
import { findWorkspace, isAdministrator, type Repository } from "../../core/world.ts";
import { type ApiEnv, mayLookInto, maySee } from "../access.ts";
import { badRequest, json, workspaceNotFound } from "../answers.ts";
import type { Caller } from "../caller.ts";
import { callerPermission, includes } from "../permissions/permission.ts";
import { objectPage } from "./object-page.ts";
import type { Open, RepositoryHandler } from "./opened.ts";
import { repositoryObject } from "./shapes/repository.ts";

export const oneRepository: RepositoryHandler = async (c, opened) =>
  json(await repositoryObject(opened, callerName(c.get("caller"))));

/** The repositories of a workspace that the caller may see. */
export function listRepositories(context: EmulatorContext, open: Open) {
  return async (c: Context<ApiEnv>): Promise<Response> => {
    const handle = c.req.param("workspace") ?? "";
    const workspace = findWorkspace(context.world, handle);
    const caller = c.get("caller");
    if (workspace === undefined || !mayLookInto(context, caller, workspace)) return workspaceNotFound(handle);
    const role = c.req.query("role");
    if (role !== undefined && !roles.has(role)) return badRequest(`Invalid role: ${role}`);
    const visible = context.world.repositories.filter(
      (repository) =>
        repository.workspaceSlug === workspace.slug &&
        maySee(context, caller, repository) &&
        (role === undefined || hasRole(context, caller, repository, role)),
    );
    const name = callerName(caller);
    const object = async (repository: (typeof visible)[number]) =>
      repositoryObject(await open(repository), name);
    const { api: apiOrigin } = context.origins;
    return objectPage(c, visible, { apiOrigin, render: object });
  };
}

const roles: ReadonlySet<string> = new Set(["admin", "contributor", "member", "owner"]);

/** Owners administer the workspace; the others go by the permission to the repository. Bots and apps own nothing. */
function hasRole(context: EmulatorContext, caller: Caller, repository: Repository, role: string): boolean {
  const permission = callerPermission(context, caller, repository);
  if (role === "member" || role === "contributor")
    return includes(permission, role === "member" ? "read" : "write");
  if (caller.kind !== "person") return false;
  const workspace = findWorkspace(context.world, repository.workspaceSlug);
  if (role === "owner") return workspace !== undefined && isAdministrator(workspace, caller.person.uuid);
  return includes(permission, "admin");
}

/** The user part of clone addresses. */
function callerName(caller: Caller): string | null {
  return caller.kind === "person" ? caller.person.username : null;
}
