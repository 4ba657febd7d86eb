/** Owns `GET /repositories/{workspace}` and `GET /repositories/{workspace}/{slug}`. */
import type { Context } from "hono";
import type { EmulatorContext } from "../../core/context.ts";
import { findWorkspace, isAdministrator, type Workspace } from "../../core/world.ts";
import { type ApiEnv, belongsTo, mayLookInto, maySee } from "../access.ts";
import { badRequest, json, workspaceNotFound } from "../answers.ts";
import type { Caller } from "../caller.ts";
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
        hasRole(caller, workspace, role),
    );
    const name = callerName(caller);
    const object = async (repository: (typeof visible)[number]) =>
      repositoryObject(await open(repository), name);
    const { api: apiOrigin } = context.origins;
    return objectPage(c, visible, { apiOrigin, render: object });
  };
}

const roles: ReadonlySet<string> = new Set(["admin", "contributor", "member", "owner"]);

/** Members may write to their workspace's repositories, an access token counts as one; its administrators own them. */
function hasRole(caller: Caller, workspace: Workspace, role: string | undefined): boolean {
  if (role === undefined) return true;
  if (role === "member" || role === "contributor")
    return caller.kind === "access_token" || belongsTo(caller, workspace);
  return caller.kind === "person" && isAdministrator(workspace, caller.person.uuid);
}

/** The user part of clone addresses. */
function callerName(caller: Caller): string | null {
  return caller.kind === "person" ? caller.person.username : null;
}
