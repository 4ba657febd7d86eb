/** Owns the projects of a workspace: its own, and those that repositories and access tokens name. */
import { type Context, Hono } from "hono";
import type { EmulatorContext } from "../core/context.ts";
import { findWorkspace, ownProjectKey, type Workspace, type World } from "../core/world.ts";
import { type ApiEnv, belongsTo, requireScope } from "./access.ts";
import { apiError, forbidden, json, workspaceNotFound } from "./answers.ts";
import { needs } from "./needs.ts";
import { closedWorkspace } from "./permissions/closed.ts";
import { projectObject } from "./repositories/shapes/project.ts";
import { selectedPage } from "./workspaces.ts";

/** For members; a project's access token sees its own alone. @see "Projects", Atlassian's REST reference */
export function projectRoutes(context: EmulatorContext): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>({ strict: false });

  app.get("/workspaces/:workspace/projects", requireScope(needs.projects), (c) => {
    const handle = c.req.param("workspace") ?? "";
    const workspace = findWorkspace(context.world, handle);
    if (workspace === undefined) return workspaceNotFound(handle);
    const seen = projectKeys(context.world, workspace).filter((key) => maySeeProject(c, workspace, key));
    if (seen.length === 0) return closedWorkspace(context.rules, handle);
    return selectedPage(
      context,
      c,
      seen.map((key) => projectObject(context.origins, context.world, workspace, key)),
    );
  });

  app.get("/workspaces/:workspace/projects/:project", requireScope(needs.projects), (c) => {
    const handle = c.req.param("workspace") ?? "";
    const workspace = findWorkspace(context.world, handle);
    if (workspace === undefined) return workspaceNotFound(handle);
    const key = c.req.param("project") ?? "";
    if (!projectKeys(context.world, workspace).includes(key))
      return apiError(404, { message: `No project with key '${key}'.` });
    if (!maySeeProject(c, workspace, key)) return forbidden();
    return json(projectObject(context.origins, context.world, workspace, key));
  });

  return app;
}

function projectKeys({ repositories, resourceTokens }: World, workspace: Workspace): readonly string[] {
  const ofRepositories = repositories
    .filter(({ workspaceSlug }) => workspaceSlug === workspace.slug)
    .map(({ projectKey }) => projectKey);
  const ofTokens = resourceTokens.flatMap(({ reach }) =>
    reach.kind === "project" && reach.workspaceUuid === workspace.uuid ? [reach.projectKey] : [],
  );
  return [...new Set([ownProjectKey(workspace.slug), ...ofRepositories, ...ofTokens])];
}

function maySeeProject(c: Context<ApiEnv>, workspace: Workspace, key: string): boolean {
  const caller = c.get("caller");
  if (caller.kind !== "access_token" || caller.token.reach.kind !== "project")
    return belongsTo(caller, workspace);
  const { reach } = caller.token;
  return reach.workspaceUuid === workspace.uuid && reach.projectKey === key;
}
