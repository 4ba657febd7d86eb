/** Owns `/api/v1`: the same things as the pages, as JSON, for the signed-in person's scripts. */
import { Hono } from "hono";
import { stream } from "hono/streaming";
import type { App } from "../../app/app.ts";
import { webErrors } from "../errors.ts";
import { readLookback } from "../lookback.ts";
import { summarizeProject } from "../views/project.ts";
import { visitorOf, type WebContext, type WebEnvironment } from "../visitor.ts";

export function apiRoutes(app: App): Hono<WebEnvironment> {
  return new Hono<WebEnvironment>()
    .get("/api/v1/projects", (context) => listProjects(app, context))
    .get("/api/v1/analyses/:analysis", (context) => sendResult(app, context))
    .post("/api/v1/connections/:connection/analyses", (context) => startAnalysis(app, context));
}

async function listProjects(app: App, context: WebContext): Promise<Response> {
  const projects = await app.projects.list(visitorOf(context).session.user.id);
  return context.json({
    projects: await Promise.all(projects.map((project) => summarizeProject(app, project))),
  });
}

/** Everything a run found, written as it is read: a run of any size takes the same memory. */
async function sendResult(app: App, context: WebContext): Promise<Response> {
  const analysis = await app.analyses.get(context.req.param("analysis") ?? "");
  await app.projects.get(analysis.projectId, visitorOf(context).session.user.id);
  context.header("Content-Type", "application/json");
  return stream(context, async (out) => {
    for await (const part of app.analyses.result(analysis.id)) await out.write(part);
  });
}

/** `{"error": "stack trace", "lookbackDays": 30}`, both optional. */
async function startAnalysis(app: App, context: WebContext): Promise<Response> {
  const connection = await app.connections.get(context.req.param("connection") ?? "");
  const userId = visitorOf(context).session.user.id;
  await app.projects.get(connection.projectId, userId);
  const body: unknown = await context.req.json().catch(() => ({}));
  const { error, lookbackDays } = Object(body) as { error?: unknown; lookbackDays?: unknown }; // each is checked below
  const lookback = readLookback(String(lookbackDays ?? connection.lookbackDays));
  if ("problem" in lookback)
    throw webErrors.fail("web.bad_request", { message: `lookbackDays: ${lookback.problem}` });
  if (error !== undefined && typeof error !== "string")
    throw webErrors.fail("web.bad_request", { message: "error has to be a text." });
  const id = await app.analyses.start({
    projectId: connection.projectId,
    connectionId: connection.id,
    startedBy: userId,
    lookbackDays: lookback.days,
    ...(error === undefined ? {} : { errorText: error }),
  });
  return context.json({ id, result: `/api/v1/analyses/${id}` }, 202);
}
