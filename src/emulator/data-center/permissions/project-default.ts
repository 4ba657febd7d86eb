/** Owns what everybody who is logged in may in a project: the default permission. */
import { type Context, Hono } from "hono";
import { projectLevel } from "../access.ts";
import { json } from "../answers.ts";
import type { DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
import { badParameter, noSuchProject, notPermitted } from "../errors.ts";
import { type DcProject, findProject, type ProjectPermission } from "../world.ts";

const known: readonly ProjectPermission[] = ["PROJECT_READ", "PROJECT_WRITE", "PROJECT_ADMIN"];
const path = "/projects/:project/permissions/:permission/all";

/** @see Bitbucket REST API, "Grant project permission" */
export function defaultPermissionRoutes(context: DataCenterContext): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });
  app.get(path, (c) => {
    const asked = askedOf(context, c);
    if (asked instanceof Response) return asked;
    return json({ permitted: asked.project.defaultPermission === asked.permission });
  });
  app.post(path, (c) => {
    const asked = askedOf(context, c);
    if (asked instanceof Response) return asked;
    const { project, permission } = asked;
    const allow = c.req.query("allow")?.toLowerCase();
    if (allow !== "true" && allow !== "false") return badParameter("allow", "allow must be true or false.");
    if (allow === "true") project.defaultPermission = permission;
    else if (project.defaultPermission === permission) project.defaultPermission = null;
    return new Response(null, { status: 204 });
  });
  return app;
}

function askedOf(
  { world }: DataCenterContext,
  c: Context<DcEnv>,
): { readonly project: DcProject; readonly permission: ProjectPermission } | Response {
  const key = c.req.param("project") ?? "";
  const project = findProject(world, key);
  if (project === undefined) return noSuchProject(key);
  if (projectLevel(c.get("caller"), project) < 3) return notPermitted();
  const wanted = c.req.param("permission") ?? "";
  const permission = known.find((one) => one === wanted);
  return permission === undefined
    ? badParameter("permission", `${wanted} is not a permission of a project.`)
    : { project, permission };
}
