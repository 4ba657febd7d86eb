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
import { type ApiEnv, belongsTo, mayLookInto, requireScope } from "./access.ts";
import { workspaceBase, workspaceObject } from "./accounts.ts";
import { braced, forbidden, json, workspaceNotFound } from "./answers.ts";
import type { Caller } from "./caller.ts";
import { needs } from "./needs.ts";
import { listPage, type PageLimits } from "./paging.ts";
import { selectObjects } from "./repositories/query/select.ts";
import { embeddedUser } from "./repositories/shapes/account.ts";

export function workspaceRoutes(context: EmulatorContext): Hono<ApiEnv> {
  const { origins, rules, world } = context;
  const app = new Hono<ApiEnv>();

  app.get("/user/workspaces", requireScope(needs.ownWorkspaces), (c) => {
    if (c.get("caller").kind === "access_token" && rules.workspacesForAccessToken === "403")
      return forbidden();
    const wanted = c.req.query("administrator");
    const accesses = accessesOf(context, c)
      .filter(({ administrator }) => wanted === undefined || wanted === String(administrator))
      .map(({ workspace, administrator }) => ({
        type: "workspace_access",
        administrator,
        workspace: workspaceBase(origins, workspace),
      }));
    return selectedPage(context, c, accesses, { defaultPagelen: 25 });
  });

  app.get("/user/workspaces/:workspace/permission", requireScope(needs.ownWorkspaces), (c) => {
    const workspace = findWorkspace(world, c.req.param("workspace"));
    const caller = c.get("caller");
    if (workspace === undefined || caller.kind !== "person" || !belongsTo(caller, workspace))
      return forbidden();
    return json(membershipObject(context, workspace, caller.person));
  });

  app.get(
    "/user/workspaces/:workspace/permissions/repositories",
    requireScope(needs.ownRepositoryPermissions),
    (c) => {
      const workspace = findWorkspace(world, c.req.param("workspace"));
      const caller = c.get("caller");
      if (workspace === undefined || caller.kind !== "person" || !belongsTo(caller, workspace))
        return forbidden();
      const within = world.repositories.filter(({ workspaceSlug }) => workspaceSlug === workspace.slug);
      return permissionPage(context, c, within, caller.person);
    },
  );

  app.get("/workspaces/:workspace", requireScope(needs.workspace), (c) => {
    const handle = c.req.param("workspace");
    const workspace = findWorkspace(world, handle);
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
  return belongsTo(caller, workspace) || (!workspace.isPrivate && !isNarrow);
}

interface Access {
  readonly workspace: Workspace;
  readonly administrator: boolean;
}

/** The workspaces the caller belongs to; an app, to the one that owns it. */
export function accessesOf({ world }: EmulatorContext, c: Context<ApiEnv>): readonly Access[] {
  const caller = c.get("caller");
  return world.workspaces
    .filter((workspace) => belongsTo(caller, workspace))
    .map((workspace) => ({
      workspace,
      administrator: caller.kind === "person" && isAdministrator(workspace, caller.person.uuid),
    }));
}

/** Administrators are owners here; the rest are plain members. */
export function membershipObject({ origins }: EmulatorContext, workspace: Workspace, person: Person): object {
  return {
    type: "workspace_membership",
    permission: isAdministrator(workspace, person.uuid) ? "owner" : "member",
    user: embeddedUser(origins, person),
    workspace: workspaceObject(origins, workspace),
    links: { self: { href: `${origins.api}/2.0/workspaces/${workspace.slug}/members/%7B${person.uuid}%7D` } },
  };
}

/** A page of `repository_permission`, filtered by `q` and sorted. */
export function permissionPage(
  context: EmulatorContext,
  c: Context<ApiEnv>,
  repositories: readonly Repository[],
  person: Person,
): Response {
  const permissions = repositories.map((repository) => ({
    type: "repository_permission",
    user: embeddedUser(context.origins, person),
    repository: thinRepository(repository),
    permission: permissionOf(context, repository, person),
  }));
  return selectedPage(context, c, permissions);
}

/** One page of objects as they are answered, filtered by `q` and sorted by `sort` before. */
export function selectedPage(
  { origins }: EmulatorContext,
  c: Context<ApiEnv>,
  objects: readonly object[],
  limits: PageLimits = {},
): Response {
  const selected = selectObjects(c, objects);
  if (selected instanceof Response) return selected;
  return listPage(c, selected, { ...limits, apiOrigin: origins.api, render: (object) => object });
}

function permissionOf({ world }: EmulatorContext, repository: Repository, person: Person): "admin" | "write" {
  const workspace = findWorkspace(world, repository.workspaceSlug);
  return workspace !== undefined && isAdministrator(workspace, person.uuid) ? "admin" : "write";
}

function thinRepository({ name, workspaceSlug, slug, uuid }: Repository): object {
  return { type: "repository", name, full_name: `${workspaceSlug}/${slug}`, uuid: braced(uuid) };
}
