/** Owns the routes of projects: list, make, look, rename, delete. */
import { Hono } from "hono";
import type { App } from "../../app/app.ts";
import { isWindlassError, type WindlassError } from "../../base/errors.ts";
import { deleteProjectPage } from "../../dashboard/confirm.ts";
import { paths } from "../../dashboard/paths.ts";
import { projectPage } from "../../dashboard/project.ts";
import { projectsPage } from "../../dashboard/projects.ts";
import type { Project } from "../../projects/projects.ts";
import { projectView, summarizeProject } from "../views/project.ts";
import {
  actorOf,
  fieldText,
  readForm,
  signedIn,
  visitorOf,
  type WebContext,
  type WebEnvironment,
} from "../visitor.ts";

export function projectRoutes(app: App): Hono<WebEnvironment> {
  return new Hono<WebEnvironment>()
    .get(paths.home, (context) => showProjects(app, context))
    .get(paths.projects, (context) => context.redirect(paths.home, 303))
    .post(paths.projects, (context) => createProject(app, context))
    .get("/projects/:project", (context) => showProject(app, context))
    .post("/projects/:project/rename", (context) => renameProject(app, context))
    .get("/projects/:project/delete", (context) => askToDelete(app, context))
    .post("/projects/:project/delete", (context) => deleteProject(app, context));
}

/** The project of the address, if it is the visitor's own; to everybody else it does not exist. */
export function projectOf(app: App, context: WebContext): Promise<Project> {
  return app.projects.get(context.req.param("project") ?? "", visitorOf(context).session.user.id);
}

async function showProjects(
  app: App,
  context: WebContext,
  refused?: { name: string; problem: string },
): Promise<Response> {
  const own = await app.projects.list(visitorOf(context).session.user.id);
  const projects = await Promise.all(own.map((project) => summarizeProject(app, project)));
  return context.html(
    projectsPage({ ...signedIn(context), projects, ...(refused && { create: refused }) }),
    refused ? 400 : 200,
  );
}

async function createProject(app: App, context: WebContext): Promise<Response> {
  const name = fieldText(await readForm(context), "name");
  try {
    const project = await app.projects.create({ name, userId: visitorOf(context).session.user.id });
    return context.redirect(`${paths.project(project.id)}?done=created`, 303);
  } catch (error) {
    return showProjects(app, context, { name, problem: problemOf(error) });
  }
}

async function showProject(
  app: App,
  context: WebContext,
  refused?: { name: string; problem: string },
): Promise<Response> {
  const view = await projectView(app, await projectOf(app, context));
  return context.html(
    projectPage({ ...signedIn(context), ...view, ...(refused && { rename: refused }) }),
    refused ? 400 : 200,
  );
}

async function renameProject(app: App, context: WebContext): Promise<Response> {
  const project = await projectOf(app, context);
  const name = fieldText(await readForm(context), "name");
  try {
    await app.projects.rename(project.id, visitorOf(context).session.user.id, name);
    return context.redirect(`${paths.project(project.id)}?done=renamed`, 303);
  } catch (error) {
    return showProject(app, context, { name, problem: problemOf(error) });
  }
}

async function askToDelete(app: App, context: WebContext): Promise<Response> {
  const project = await projectOf(app, context);
  const { connections, analyses } = await summarizeProject(app, project);
  return context.html(deleteProjectPage({ ...signedIn(context), project, connections, analyses }));
}

async function deleteProject(app: App, context: WebContext): Promise<Response> {
  const project = await projectOf(app, context);
  // With a reason it is still being ended.
  for (const { id, state, stateReason } of await app.connections.list(project.id))
    if (state !== "disconnected" || stateReason !== null)
      await app.connections.disconnect(id, actorOf(context));
  await app.projects.remove(project.id, visitorOf(context).session.user.id);
  return context.redirect(`${paths.home}?done=deleted`, 303);
}

/** A refusal of what was typed is shown beside the field; everything else is the error page's. */
function problemOf(error: unknown): string {
  if (isWindlassError(error) && error.reaction === "malformed") return sentences(error);
  throw error;
}

function sentences({ message, cure }: WindlassError): string {
  return `${message} ${cure}`;
}
