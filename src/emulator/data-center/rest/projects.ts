/** Owns projects and the lists of repositories, in one project and across all. */
import { type Context, Hono } from "hono";
import { levelOf, mayRead, maySeeProject, projectLevel, repositoryLevel } from "../access.ts";
import { json } from "../answers.ts";
import type { DcCaller, DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
import { badParameter, noSuchProject, notPermitted } from "../errors.ts";
import { listPage } from "../paging.ts";
import { projectObject, repositoryObject } from "../shapes.ts";
import { has } from "../version.ts";
import { type DcRepository, findProject } from "../world.ts";

export function projectRoutes(context: DataCenterContext): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });
  app.get("/projects", (c) => listProjects(c, context));
  app.get("/projects/:project", (c) => {
    const key = c.req.param("project");
    const project = findProject(context.world, key);
    if (project === undefined) return noSuchProject(key);
    if (!maySeeProject(context.world, c.get("caller"), project)) return notPermitted();
    return json(projectObject(context, project));
  });
  app.get("/projects/:project/repos", (c) => {
    const key = c.req.param("project");
    const project = findProject(context.world, key);
    if (project === undefined) return noSuchProject(key);
    if (!maySeeProject(context.world, c.get("caller"), project)) return notPermitted();
    const repositories = readable(context, c.get("caller")).filter(
      ({ projectKey }) => projectKey === project.key,
    );
    return listPage(c, repositories, {
      rules: context.rules,
      most: context.rules.maxItems,
      render: (repository) => repositoryObject(context, repository),
    });
  });
  app.get("/repos", (c) => searchRepositories(c, context));
  return app;
}

function listProjects(c: Context<DcEnv>, context: DataCenterContext): Response | Promise<Response> {
  const { world, rules } = context;
  const permission = c.req.query("permission");
  const level = permission === undefined ? 0 : levelOf(permission);
  if (level === undefined || permission?.startsWith("REPO_"))
    return badParameter("permission", `${permission} is not a permission of projects.`);
  const name = wanted(c, "name");
  const caller = c.get("caller");
  const projects = world.projects
    .filter((project) =>
      level === 0 ? maySeeProject(world, caller, project) : projectLevel(caller, project) >= level,
    )
    .filter((project) => project.name.toLowerCase().includes(name))
    .toSorted((left, right) => (left.key < right.key ? -1 : 1));
  return listPage(c, projects, {
    rules,
    most: rules.maxItems,
    render: (project) => projectObject(context, project),
  });
}

/** A filter that does not fit is answered 400; a permission nobody can have without signing in, with an empty page. */
function searchRepositories(c: Context<DcEnv>, context: DataCenterContext): Response | Promise<Response> {
  const { world, rules } = context;
  const caller = c.get("caller");
  const permission = c.req.query("permission");
  const level = permission === undefined ? 0 : levelOf(permission);
  if (level === undefined || permission?.startsWith("PROJECT_"))
    return badParameter("permission", `${permission} is not a permission of repositories.`);
  const visibility = c.req.query("visibility")?.toLowerCase();
  if (visibility !== undefined && !["public", "private"].includes(visibility))
    return badParameter("visibility", "visibility must be public or private.");
  const matches = matcher(rules.repositorySearch);
  const since8 = has("archiving", context);
  const none =
    (has("searchByState", context) && !["", "available"].includes(wanted(c, "state"))) ||
    (since8 && wanted(c, "archived") === "archived");
  const found = readable(context, caller)
    .filter(() => !none)
    .filter((repository) => level === 0 || repositoryLevel(world, caller, repository) >= level)
    .filter(({ name }) => matches(name, wanted(c, "name")))
    .filter(({ isPublic }) => visibility === undefined || isPublic === (visibility === "public"))
    .filter(({ projectKey }) => matches(findProject(world, projectKey)?.name ?? "", wanted(c, "projectname")))
    .filter(({ projectKey }) => {
      const key = since8 ? wanted(c, "projectkey") : "";
      return key === "" || projectKey.toLowerCase() === key;
    });
  return listPage(c, found, {
    rules,
    most: rules.maxItems,
    render: (repository) => repositoryObject(context, repository),
  });
}

function matcher(how: string) {
  return (text: string, words: string) =>
    how === "begins" ? text.toLowerCase().startsWith(words) : text.toLowerCase().includes(words);
}

function wanted(c: Context, name: string): string {
  return (c.req.query(name) ?? "").trim().toLowerCase();
}

/** By name within their projects, as Bitbucket lists them. */
function readable({ world }: DataCenterContext, caller: DcCaller): readonly DcRepository[] {
  const order = ({ projectKey, name }: DcRepository) => `${projectKey}\0${name.toLowerCase()}`;
  return world.repositories
    .filter((repository) => mayRead(world, caller, repository))
    .toSorted((left, right) => (order(left) < order(right) ? -1 : 1));
}
