/** Owns workspaces: those of the caller, the caller's permissions in them, and one by slug or uuid. */
import { type Context, Hono } from "hono";
import type { EmulatorContext } from "../core/context.ts";
import {
  findWorkspace,
  isAdministrator,
  type Person,
  type Repository,
  type Workspace,
} from "../core/world.ts";
import { type ApiEnv, isAtHome, mayLookInto, requireScope } from "./access.ts";
import { workspaceBase, workspaceObject } from "./accounts.ts";
import { badRequest, forbidden, json, workspaceNotFound } from "./answers.ts";
import type { Caller } from "./caller.ts";
import { needs } from "./needs.ts";
import { listPage, type PageLimits } from "./paging.ts";
import { repositoryPermission, workspaceRole } from "./permissions/permission.ts";
import { membershipObject, permissionObject } from "./permissions/shapes.ts";
import { selectObjects } from "./repositories/query/select.ts";

export function workspaceRoutes(context: EmulatorContext): Hono<ApiEnv> {
  const { origins, rules } = context;
  const app = new Hono<ApiEnv>();

  app.get("/user/workspaces", requireScope(needs.ownWorkspaces), (c) => {
    if (c.get("caller").kind === "access_token" && rules.workspacesForAccessToken === "403")
      return forbidden();
    const wanted = c.req.query("administrator");
    if (wanted !== undefined && wanted !== "true" && wanted !== "false")
      return badRequest("Invalid administrator");
    const accesses = accessesOf(context, c)
      .filter(({ administrator }) => wanted === undefined || wanted === String(administrator))
      .map(({ workspace, administrator }) => ({
        type: "workspace_access",
        administrator,
        workspace: workspaceBase(origins, workspace),
        slug: workspace.slug,
      }));
    // Filtered and sorted by slug, as the documents say, though no access carries one by itself.
    const selected = selectObjects(c, accesses);
    if (selected instanceof Response) return selected;
    const apiOrigin = origins.api;
    return listPage(c, selected, {
      apiOrigin,
      defaultPagelen: 25,
      render: ({ slug: _, ...access }) => access,
    });
  });

  app.get("/user/workspaces/:workspace/permission", requireScope(needs.ownWorkspaces), (c) => {
    const workspace = findWorkspace(context.world, c.req.param("workspace"));
    const caller = c.get("caller");
    if (workspace === undefined || caller.kind !== "person") return forbidden();
    const role = workspaceRole(context.world, workspace, caller.person.uuid);
    return role === null ? forbidden() : json(membershipObject(context, workspace, caller.person, role));
  });

  app.get(
    "/user/workspaces/:workspace/permissions/repositories",
    requireScope(needs.ownRepositoryPermissions),
    (c) => {
      const workspace = findWorkspace(context.world, c.req.param("workspace"));
      const caller = c.get("caller");
      if (workspace === undefined || caller.kind !== "person" || !isAtHome(context, caller, workspace))
        return forbidden();
      const within = context.world.repositories.filter(
        ({ workspaceSlug }) => workspaceSlug === workspace.slug,
      );
      return permissionPage(context, c, within, caller.person);
    },
  );

  app.get("/workspaces/:workspace", requireScope(needs.workspace), (c) => {
    const handle = c.req.param("workspace");
    const workspace = findWorkspace(context.world, handle);
    if (workspace === undefined) return workspaceNotFound(handle);
    if (mayReadWorkspace(context, c.get("caller"), workspace))
      return json(workspaceObject(origins, workspace));
    return rules.foreignWorkspaceStatus === 403 ? forbidden() : workspaceNotFound(handle);
  });

  return app;
}

function mayReadWorkspace(context: EmulatorContext, caller: Caller, workspace: Workspace): boolean {
  if (!mayLookInto(context, caller, workspace)) return false;
  const isNarrow = caller.kind === "access_token" && caller.token.reach.kind !== "workspace";
  if (isNarrow && context.rules.narrowTokenReadsWorkspace)
    return caller.token.reach.workspaceUuid === workspace.uuid;
  return isAtHome(context, caller, workspace) || (!workspace.isPrivate && !isNarrow);
}

interface Access {
  readonly workspace: Workspace;
  readonly administrator: boolean;
}

/** The workspaces the caller has a place in; an app, the one that owns it. */
export function accessesOf(context: EmulatorContext, c: Context<ApiEnv>): readonly Access[] {
  const caller = c.get("caller");
  return context.world.workspaces
    .filter((workspace) => isAtHome(context, caller, workspace))
    .map((workspace) => ({
      workspace,
      administrator: caller.kind === "person" && isAdministrator(workspace, caller.person.uuid),
    }));
}

/** A page of the person's permissions to those of the repositories they have one to, filtered by `q` and sorted. */
export function permissionPage(
  context: EmulatorContext,
  c: Context<ApiEnv>,
  repositories: readonly Repository[],
  person: Person,
): Response {
  const permissions = repositories.flatMap((repository) => {
    const permission = repositoryPermission(context.world, repository, person.uuid);
    return permission === null ? [] : [permissionObject(context, repository, person, permission)];
  });
  return selectedPage(context, c, permissions);
}

/** One page of objects as they are answered, filtered by `q` and sorted by `sort` before; `render` takes away what only selects. */
export function selectedPage<Item extends object>(
  { origins }: EmulatorContext,
  c: Context<ApiEnv>,
  objects: readonly Item[],
  {
    render = (object) => object,
    ...limits
  }: PageLimits & { readonly render?: (object: Item) => object } = {},
): Response {
  const selected = selectObjects(c, objects);
  if (selected instanceof Response) return selected;
  return listPage(c, selected, { ...limits, apiOrigin: origins.api, render });
}
