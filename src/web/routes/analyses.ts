/** Owns the routes of analyses: begin one, look at it, see how far it is. */
import { Hono } from "hono";
import type { Analysis } from "../../analyses/analysis.ts";
import type { App } from "../../app/app.ts";
import { isWindlassError } from "../../base/errors.ts";
import { analysisPage } from "../../dashboard/analysis.ts";
import type { RunForm } from "../../dashboard/parts/connection.ts";
import { analysisFinished, analysisPoll } from "../../dashboard/parts/progress.ts";
import { isUnderWay } from "../../dashboard/parts/states.ts";
import { paths } from "../../dashboard/paths.ts";
import { projectPage } from "../../dashboard/project.ts";
import type { Project } from "../../projects/projects.ts";
import { webErrors } from "../errors.ts";
import { readLookback } from "../lookback.ts";
import { analysisView, progressView } from "../views/analysis.ts";
import { projectView } from "../views/project.ts";
import {
  fieldText,
  readForm,
  signedIn,
  visitorOf,
  type WebContext,
  type WebEnvironment,
} from "../visitor.ts";
import { connectionOf } from "./connect.ts";
import { projectOf } from "./projects.ts";

/** What a page of commits holds; also how many files a commit shows before it says "and more". */
const commitsPerPage = 50;

export function analysisRoutes(app: App): Hono<WebEnvironment> {
  return new Hono<WebEnvironment>()
    .post("/projects/:project/connections/:connection/analyses", (context) => startAnalysis(app, context))
    .get("/projects/:project/analyses/:analysis", (context) => showAnalysis(app, context))
    .get("/projects/:project/analyses/:analysis/progress", (context) => showProgress(app, context));
}

async function startAnalysis(app: App, context: WebContext): Promise<Response> {
  const { project, connection } = await connectionOf(app, context);
  const form = await readForm(context);
  const [errorText, typed] = [fieldText(form, "errorText"), fieldText(form, "lookbackDays")];
  const lookback = readLookback(typed || String(connection.lookbackDays));
  const refuse = (problem: string) => {
    const run = { errorText, lookbackDays: typed || String(connection.lookbackDays), problem };
    return answerRefusal(app, context, { project, connectionId: connection.id, run });
  };
  if ("problem" in lookback) return refuse(lookback.problem);
  try {
    const id = await app.analyses.start({
      projectId: project.id,
      connectionId: connection.id,
      startedBy: visitorOf(context).session.user.id,
      lookbackDays: lookback.days,
      ...(errorText.trim() === "" ? {} : { errorText }),
    });
    return context.redirect(paths.analysis(project.id, id), 303);
  } catch (error) {
    if (!isWindlassError(error) || error.reaction !== "malformed") throw error;
    return refuse(`${error.message} ${error.cure}`);
  }
}

interface Refusal {
  readonly project: Project;
  readonly connectionId: string;
  readonly run: RunForm;
}

/** The project's page again, with everything that was typed and what is wrong with it. */
async function answerRefusal(app: App, context: WebContext, refusal: Refusal): Promise<Response> {
  const { project, connectionId, run } = refusal;
  const view = await projectView(app, project);
  const connections = view.connections.map((each) => (each.id === connectionId ? { ...each, run } : each));
  return context.html(projectPage({ ...signedIn(context), ...view, connections }), 400);
}

/** The analysis of the address, if it belongs to the project of the address. */
async function analysisOf(app: App, context: WebContext): Promise<{ project: Project; analysis: Analysis }> {
  const project = await projectOf(app, context);
  const page = Number(context.req.query("page") ?? "1");
  const analysis = await app.analyses
    .get(context.req.param("analysis") ?? "", {
      page: Number.isSafeInteger(page) && page > 0 ? page : 1,
      pageSize: commitsPerPage,
    })
    .catch((error: unknown) => {
      if (isWindlassError(error, "analyses.not_found")) return null;
      throw error;
    });
  // Another project's looks exactly like one that never was.
  if (analysis?.projectId !== project.id) throw webErrors.fail("web.not_found");
  return { project, analysis };
}

async function showAnalysis(app: App, context: WebContext): Promise<Response> {
  const { project, analysis } = await analysisOf(app, context);
  return context.html(
    analysisPage({ ...signedIn(context), ...(await analysisView(app, project, analysis)) }),
  );
}

/** Polled by a page whose run is under way. */
async function showProgress(app: App, context: WebContext): Promise<Response> {
  const { analysis } = await analysisOf(app, context);
  const view = await progressView(app, analysis);
  return context.html(isUnderWay(view.state) ? analysisPoll(view) : analysisFinished(view));
}
