/**
 * Owns the gate of every API call, in Bitbucket's order: authentication → scope → visibility → right.
 * A route writes `requireScope(needs.repository), visibleRepository(context)` and reads `c.get("repository")`.
 */
import type { MiddlewareHandler } from "hono";
import type { EmulatorBindings } from "../core/bindings.ts";
import type { EmulatorContext } from "../core/context.ts";
import { expand } from "../core/scopes.ts";
import {
  findRepository,
  findWorkspace,
  membership,
  type Repository,
  type RepositoryPermission,
  type Workspace,
} from "../core/world.ts";
import { forbidden, forbiddenScope, repositoryNotFound, unauthorized } from "./answers.ts";
import type { Caller } from "./caller.ts";
import type { Need } from "./needs.ts";
import { callerPermission, includes, workspaceRole } from "./permissions/permission.ts";

export interface ApiEnv {
  Bindings: Partial<EmulatorBindings>;
  Variables: {
    caller: Caller;
    /** The token that came in a form body, where the rules take it there. */
    formToken: string | undefined;
    /** What the route accepts, for the answer's header. Set by {@link requireScope}. */
    acceptedScopes: readonly string[];
    /** Set by {@link visibleRepository}. */
    repository: Repository;
  };
}

/**
 * Refuses a caller without every one of the scopes (403 with required and granted). Without credentials, routes that
 * ask only for `repository` (and reading `pullrequest`) go on (public repositories are open to all) and the others answer 401.
 */
export function requireScope(need: Need): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const caller = c.get("caller");
    const isGranular = caller.kind === "person" && caller.credential === "api_token";
    const required = isGranular ? need.apiToken : need.oauth;
    c.set("acceptedScopes", required);
    if (caller.kind === "anonymous")
      return required.every((name) => isPublic(name, c.req.method)) ? next() : unauthorized(true);
    const usable = isGranular ? new Set(caller.scopes) : expand(caller.scopes);
    if (required.every((name) => usable.has(name))) return next();
    return forbiddenScope(required, caller.scopes);
  };
}

/** Public repositories are read without credentials, their pull requests too. */
function isPublic(scope: string, method: string): boolean {
  return scope === "repository" || (scope === "pullrequest" && method === "GET");
}

/** Finds the repository of `:workspace/:repository` (slug or `{uuid}`; the workspace may be `{}`), or answers the 404 sentence. */
export function visibleRepository(context: EmulatorContext): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const repository = findRepository(
      context.world,
      c.req.param("workspace") ?? "",
      c.req.param("repository") ?? "",
    );
    if (repository === undefined || !maySee(context, c.get("caller"), repository))
      return repositoryNotFound();
    c.set("repository", repository);
    return next();
  };
}

/** Behind {@link visibleRepository}: 403 for a caller without the permission, such as `admin` for webhooks. */
export function requirePermission(
  context: EmulatorContext,
  needed: RepositoryPermission,
): MiddlewareHandler<ApiEnv> {
  return async (c, next) =>
    includes(callerPermission(context, c.get("caller"), c.get("repository")), needed) ? next() : forbidden();
}

/** Whether the caller may read a repository: public, or with a permission of theirs, or within the token's reach. */
export function maySee(context: EmulatorContext, caller: Caller, repository: Repository): boolean {
  const workspace = findWorkspace(context.world, repository.workspaceSlug);
  if (workspace === undefined) return false;
  if (!repository.isPrivate && mayLookInto(context, caller, workspace) && !isNarrow(context, caller))
    return true;
  return callerPermission(context, caller, repository) !== null;
}

/** Whether a workspace is there at all for the caller: bots and apps on their own are kept in theirs. */
export function mayLookInto({ rules }: EmulatorContext, caller: Caller, workspace: Workspace): boolean {
  if (rules.publicBeyondReach) return true;
  if (caller.kind === "access_token") return caller.token.reach.workspaceUuid === workspace.uuid;
  return caller.kind !== "app_user" || caller.workspaceUuid === workspace.uuid;
}

/** Whether public repositories beside the token's own are closed to it. */
function isNarrow({ rules }: EmulatorContext, caller: Caller): boolean {
  return caller.kind === "access_token" && !rules.publicBeyondReach;
}

/** Whether the caller is a member of the workspace, the app that lives in it, or a token for the whole of it. */
export function belongsTo(caller: Caller, workspace: Workspace): boolean {
  if (caller.kind === "anonymous") return false;
  if (caller.kind === "app_user") return caller.workspaceUuid === workspace.uuid;
  if (caller.kind === "access_token") {
    const { reach } = caller.token;
    return reach.kind === "workspace" && reach.workspaceUuid === workspace.uuid;
  }
  return membership(workspace, caller.person.uuid) !== undefined;
}

/** As {@link belongsTo}, guests of one of its repositories included. */
export function isAtHome({ world }: EmulatorContext, caller: Caller, workspace: Workspace): boolean {
  if (caller.kind === "person") return workspaceRole(world, workspace, caller.person.uuid) !== null;
  return belongsTo(caller, workspace);
}
