/** Owns `/api/v1`: the same things as the pages, as JSON, for the signed-in person's scripts. */
import { Hono } from "hono";
import { stream } from "hono/streaming";
import type { App } from "../../app/app.ts";
import { isWindlassError } from "../../base/errors.ts";
import { paths } from "../../dashboard/paths.ts";
import { webErrors } from "../errors.ts";
import { badRequest, readJsonBody } from "../json-body.ts";
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
  const analysis = await ownOrMissing("analysis", async () => {
    const found = await app.analyses.get(context.req.param("analysis") ?? "");
    await app.projects.get(found.projectId, visitorOf(context).session.user.id);
    return found;
  });
  context.header("Content-Type", "application/json");
  return stream(context, async (out) => {
    for await (const part of app.analyses.result(analysis.id)) await out.write(part);
  });
}

/** `{"error": "stack trace", "lookbackDays": 30}`, both optional. */
async function startAnalysis(app: App, context: WebContext): Promise<Response> {
  const userId = visitorOf(context).session.user.id;
  const connection = await ownOrMissing("connection", async () => {
    const found = await app.connections.get(context.req.param("connection") ?? "");
    await app.projects.get(found.projectId, userId);
    return found;
  });
  const { error, lookbackDays } = await readOrder(context);
  const id = await app.analyses.start({
    projectId: connection.projectId,
    connectionId: connection.id,
    startedBy: userId,
    lookbackDays: lookbackDays ?? connection.lookbackDays,
    ...(error === undefined ? {} : { errorText: error }),
  });
  return context.json({ id, result: paths.analysisResult(id) }, 202);
}

/** Somebody else's looks exactly like one that never was. */
async function ownOrMissing<Found>(noun: string, find: () => Promise<Found>): Promise<Found> {
  try {
    return await find();
  } catch (error) {
    if (!isWindlassError(error) || !error.code.endsWith(".not_found")) throw error;
    const message = `There is no such ${noun}, or it is somebody else's.`;
    throw webErrors.fail("web.not_found", { message, cure: "Check the id." });
  }
}

async function readOrder(context: WebContext): Promise<{ error?: string; lookbackDays?: number }> {
  const { error, lookbackDays } = await readJsonBody(context);
  if (typeof (error ?? "") !== "string") throw badRequest("error has to be a text.");
  if (!["string", "number", "undefined"].includes(typeof (lookbackDays ?? undefined)))
    throw badRequest("lookbackDays has to be a number.");
  const lookback = readLookback(String(lookbackDays ?? 1));
  if ("problem" in lookback) throw badRequest(`lookbackDays: ${lookback.problem}`);
  return {
    ...(typeof error === "string" && { error }),
    ...((lookbackDays ?? undefined) !== undefined && { lookbackDays: lookback.days }),
  };
}
