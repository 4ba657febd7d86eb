/** Owns the routes of connecting: what is asked and why, the trip to Bitbucket, workspace and repositories, the end. */
import { Hono } from "hono";
import type { App } from "../../app/app.ts";
import { isWindlassError, type WindlassError } from "../../base/errors.ts";
import type { Connection } from "../../connections/connection.ts";
import { disconnectPage } from "../../dashboard/confirm.ts";
import { connectChoosePage } from "../../dashboard/connect-choose.ts";
import { connectPermissionsPage } from "../../dashboard/connect-permissions.ts";
import { connectRepositoriesPage } from "../../dashboard/connect-repositories.ts";
import { departurePage } from "../../dashboard/departure.ts";
import { missingNotice } from "../../dashboard/parts/connection.ts";
import { projectCrumbs } from "../../dashboard/parts/frame.ts";
import { repositoryResults } from "../../dashboard/parts/repository-list.ts";
import { paths } from "../../dashboard/paths.ts";
import type { Project } from "../../projects/projects.ts";
import { webErrors } from "../errors.ts";
import { statusOf } from "../failure.ts";
import { readLookback } from "../lookback.ts";
import {
  listView,
  repositoriesView,
  type WizardForm,
  type WizardProblems,
  wizardForm,
} from "../views/connect.ts";
import { instanceNameOf, instanceView } from "../views/instance.ts";
import {
  actorOf,
  fieldText,
  readForm,
  signedIn,
  visitorOf,
  type WebContext,
  type WebEnvironment,
} from "../visitor.ts";
import { keepBrowser } from "./auth.ts";
import { projectOf } from "./projects.ts";

export function connectRoutes(app: App): Hono<WebEnvironment> {
  const connection = "/projects/:project/connections/:connection";
  return new Hono<WebEnvironment>()
    .get("/projects/:project/connect", (context) => chooseInstance(app, context))
    .get("/projects/:project/connect/:instance", (context) => showPermissions(app, context))
    .post("/projects/:project/connect/:instance", (context) => goToBitbucket(app, context))
    .get(`${connection}/repositories`, (context) => showRepositories(app, context))
    .post(`${connection}/repositories`, (context) => submitRepositories(app, context))
    .get(`${connection}/repository-list`, (context) => showList(app, context))
    .get(`${connection}/disconnect`, (context) => askToDisconnect(app, context))
    .post(`${connection}/disconnect`, (context) => disconnect(app, context));
}

/** The connection of the address, if it belongs to a project of the visitor's own. */
export async function connectionOf(
  app: App,
  context: WebContext,
): Promise<{ project: Project; connection: Connection }> {
  const project = await projectOf(app, context);
  const id = context.req.param("connection") ?? "";
  const connection = (await app.connections.list(project.id)).find((each) => each.id === id);
  if (connection === undefined) throw webErrors.fail("web.not_found");
  return { project, connection };
}

async function chooseInstance(app: App, context: WebContext): Promise<Response> {
  const project = await projectOf(app, context);
  const instances = (await app.instances.listFor(project.id)).map((instance) => ({
    ...instanceView(instance),
    isOwn: !app.instances.configured.has(instance.id),
  }));
  return context.html(connectChoosePage({ ...signedIn(context), project, instances }));
}

/** An instance of the address, if the project may use it. */
export async function instanceOf(app: App, context: WebContext, projectId: string) {
  const id = context.req.param("instance");
  const instance = (await app.instances.listFor(projectId)).find((each) => each.id === id);
  if (instance === undefined) throw webErrors.fail("web.unknown_instance");
  return instance;
}

async function showPermissions(app: App, context: WebContext): Promise<Response> {
  const project = await projectOf(app, context);
  const configured = await instanceOf(app, context, project.id);
  const connectionId = context.req.query("connection");
  const failure =
    context.req.query("error") === "unreachable" ? webErrors.fail("web.unreachable_bitbucket") : null;
  const scopes = app.facts.scopesToAsk(configured);
  const again = connectionId === undefined ? {} : { connectionId };
  return context.html(
    connectPermissionsPage({
      ...signedIn(context),
      project,
      instance: instanceView(configured),
      scopes,
      failure,
      ...again,
    }),
  );
}

/** `connection` in the form means: connect that one anew. */
async function goToBitbucket(app: App, context: WebContext): Promise<Response> {
  const project = await projectOf(app, context);
  const instance = await instanceOf(app, context, project.id);
  if (!(await app.isReachable(instance.id))) {
    return context.redirect(`${paths.connectPermissions(project.id, instance.id)}?error=unreachable`, 303);
  }
  const { location } = await app.connections.begin({
    instanceId: instance.id,
    projectId: project.id,
    connectionId: fieldText(await readForm(context), "connection") || undefined,
    userId: visitorOf(context).session.user.id,
    browserToken: keepBrowser(app, context).browserToken,
    returnTo: paths.project(project.id),
  });
  const crumbs = projectCrumbs(project, "Connect repository", instanceView(instance).name);
  return context.html(departurePage({ ...signedIn(context), crumbs, location }));
}

async function showRepositories(app: App, context: WebContext): Promise<Response> {
  const { connection } = await connectionOf(app, context);
  const saved = await app.connections.repositories(connection.id);
  const picked = saved.map(({ fullName }) => fullName);
  const form = wizardForm({ picked, lookbackDays: String(connection.lookbackDays) });
  return answerForm(app, context, { form });
}

/** The button that was pressed decides: take the workspace, search, save, or save and run. */
async function submitRepositories(app: App, context: WebContext): Promise<Response> {
  const { connection } = await connectionOf(app, context);
  const form = wizardForm(await readForm(context));
  if (form.do === "search") return answerForm(app, context, { form });
  if (form.do === "workspace" || (connection.workspaceSlug === null && form.workspace !== "")) {
    const workspaceProblem = await chooseWorkspace(app, connection, form);
    if (form.do === "workspace" || workspaceProblem !== null)
      return answerForm(app, context, { form, workspaceProblem });
  }
  const lookback = readLookback(form.lookbackDays);
  const lookbackDays = "days" in lookback ? lookback.days : Number.NaN;
  try {
    const result = await app.connections.saveRepositories(connection.id, { ...form, lookbackDays });
    if (result.saved.length === 0) return await answerForm(app, context, { form, ...result });
  } catch (error) {
    if (!isWindlassError(error)) throw error;
    return answerForm(app, context, { form, failure: error });
  }
  return form.do === "run"
    ? runNow(app, context)
    : context.redirect(`${paths.project(connection.projectId)}?done=saved`, 303);
}

interface AnsweredForm extends WizardProblems {
  readonly form: WizardForm;
  /** Why Bitbucket could not be asked; nothing was saved. */
  readonly failure?: WindlassError | null;
}

/** The page again with everything that was typed, and beside each field what is wrong with it. */
async function answerForm(
  app: App,
  context: WebContext,
  { form, failure = null, ...problems }: AnsweredForm,
): Promise<Response> {
  const { project, connection } = await connectionOf(app, context);
  const view = await repositoriesView(app, connection, { form, problems });
  const gaps = await app.facts.gaps(connection);
  const refused = Object.values(problems).some((problem) =>
    Array.isArray(problem) ? problem.length > 0 : Boolean(problem),
  );
  const status = failure === null ? (refused ? 400 : 200) : statusOf(failure);
  return context.html(
    connectRepositoriesPage({
      ...signedIn(context),
      project,
      ...view,
      ...(gaps.length === 0 ? {} : { notice: missingNotice(gaps, connection.kind) }),
      failure: failure ?? view.failure ?? null,
    }),
    status,
  );
}

async function runNow(app: App, context: WebContext): Promise<Response> {
  const { project, connection } = await connectionOf(app, context);
  const startedBy = visitorOf(context).session.user.id;
  const id = await app.analyses.start({ projectId: project.id, connectionId: connection.id, startedBy });
  return context.redirect(paths.analysis(project.id, id), 303);
}

/** What is wrong with the workspace that was named; null when it was taken. */
async function chooseWorkspace(
  app: App,
  connection: Connection,
  { workspace }: WizardForm,
): Promise<string | null> {
  try {
    await app.connections.chooseWorkspace(connection.id, workspace);
    return null;
  } catch (error) {
    if (isWindlassError(error)) return `${error.message} ${error.cure}`;
    throw error;
  }
}

/** The list alone, while somebody types in the search field. */
async function showList(app: App, context: WebContext): Promise<Response> {
  const { connection } = await connectionOf(app, context);
  const { q = [], page = [], picked = [] } = context.req.queries();
  const list = await listView(app, connection, wizardForm({ q: q[0] ?? "", page: page[0] ?? "", picked }));
  return list === null ? context.body(null, 204) : context.html(repositoryResults(list));
}

/** The news after a disconnection, by what became of the access at Bitbucket. */
const newsOf = {
  revoked: "revoked",
  failed: "not-revoked",
  "not-offered": "disconnected",
  nothing: "disconnected",
} as const;

async function askToDisconnect(app: App, context: WebContext): Promise<Response> {
  const { project, connection } = await connectionOf(app, context);
  const repositories = (await app.connections.repositories(connection.id)).length;
  const instanceName = await instanceNameOf(app, connection.instanceId);
  return context.html(
    disconnectPage({
      ...signedIn(context),
      project,
      connection: {
        id: connection.id,
        kind: connection.kind,
        instanceName,
        accountName: connection.accountName,
        isRevoked: await app.facts.canRevoke(connection),
      },
      repositories,
    }),
  );
}

async function disconnect(app: App, context: WebContext): Promise<Response> {
  const { project, connection } = await connectionOf(app, context);
  const farewell = await app.connections.disconnect(connection.id, actorOf(context));
  return context.redirect(`${paths.project(project.id)}?done=${newsOf[farewell]}`, 303);
}
