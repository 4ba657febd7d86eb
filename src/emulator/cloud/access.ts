/**
 * Owns the gate of every API call, in Bitbucket's order: authentication → scope → visibility → right.
 * A route writes `requireScope("repository"), visibleRepository(context)` and reads `c.get("repository")`.
 */
import type { MiddlewareHandler } from "hono";
import type { EmulatorBindings, EmulatorContext } from "../core/context.ts";
import { expand } from "../core/scopes.ts";
import {
  findRepository,
  findWorkspace,
  membership,
  type Person,
  type Repository,
  type Workspace,
} from "../core/world.ts";
import { forbiddenScope, repositoryNotFound, unauthorized } from "./answers.ts";

/** Who calls: a person through an app, an app on its own (limited to its workspace), or nobody. */
export type Caller =
  | {
      readonly kind: "person";
      readonly person: Person;
      readonly scopes: readonly string[];
      readonly credential: "oauth2" | "app_password";
      readonly consumerKey: string | null;
      readonly grantId: string | null;
    }
  | {
      readonly kind: "app_user";
      readonly workspaceUuid: string;
      readonly scopes: readonly string[];
      readonly credential: "oauth2";
      readonly consumerKey: string;
      readonly grantId: string;
    }
  | { readonly kind: "anonymous" };

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
 * ask only for `repository` go on (public repositories are open to all) and the others answer 401.
 */
export function requireScope(...required: readonly string[]): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const caller = c.get("caller");
    c.set("acceptedScopes", required);
    if (caller.kind === "anonymous")
      return required.every((name) => name === "repository") ? next() : unauthorized(true);
    const usable = expand(caller.scopes);
    if (required.every((name) => usable.has(name))) return next();
    return forbiddenScope(required, caller.scopes);
  };
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

/** Whether the caller may read a repository: public, or in a workspace of theirs. */
export function maySee(context: EmulatorContext, caller: Caller, repository: Repository): boolean {
  if (!repository.isPrivate) return true;
  const workspace = findWorkspace(context.world, repository.workspaceSlug);
  return workspace !== undefined && belongsTo(caller, workspace);
}

/** Whether the caller is a member of the workspace, or the app that lives in it. */
export function belongsTo(caller: Caller, workspace: Workspace): boolean {
  if (caller.kind === "anonymous") return false;
  if (caller.kind === "app_user") return caller.workspaceUuid === workspace.uuid;
  return membership(workspace, caller.person.uuid) !== undefined;
}
