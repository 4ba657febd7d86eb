/** Owns the routes of connecting by a credential a person brings. */
import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { App } from "../../app/app.ts";
import { isWindlassError, type WindlassError } from "../../base/errors.ts";
import type { FieldProblem } from "../../connections/connections.ts";
import { type ConnectCredentialView, connectCredentialPage } from "../../dashboard/connect-credential.ts";
import { paths } from "../../dashboard/paths.ts";
import { webErrors } from "../errors.ts";
import { statusOf } from "../failure.ts";
import { instanceView } from "../views/instance.ts";
import { actorOf, fieldText, readForm, signedIn, type WebContext, type WebEnvironment } from "../visitor.ts";
import { instanceOf } from "./connect.ts";
import { projectOf } from "./projects.ts";

type EnteredKind = ConnectCredentialView["kind"];

export function credentialRoutes(app: App): Hono<WebEnvironment> {
  return new Hono<WebEnvironment>()
    .get("/projects/:project/connect/:instance/:kind", (context) => showForm(app, context))
    .post("/projects/:project/connect/:instance/:kind", (context) => submit(app, context));
}

async function showForm(app: App, context: WebContext): Promise<Response> {
  return answer(app, context, { connectionId: context.req.query("connection") });
}

async function submit(app: App, context: WebContext): Promise<Response> {
  const project = await projectOf(app, context);
  const { instance, kind } = await wayOf(app, context, project.id);
  const form = await readForm(context);
  const connectionId = fieldText(form, "connection") || undefined;
  const typed = {
    login: fieldText(form, "login"),
    place: fieldText(form, "place"),
    endsOn: fieldText(form, "endsOn"),
  };
  const actor = actorOf(context);
  const entry = { instanceId: instance.id, projectId: project.id, connectionId, actor };
  try {
    const connection =
      kind === "client-credentials"
        ? await app.connections.connectAsConsumer(entry)
        : await app.connections.enter({ ...entry, ...typed, kind, secret: fieldText(form, "secret") });
    return context.redirect(`${paths.connectRepositories(project.id, connection.id)}?done=connected`, 303);
  } catch (error) {
    if (!isWindlassError(error)) throw error;
    app.log.info("connection.refused", { project: project.id, code: error.code, detail: error.detail });
    return answer(app, context, { typed, connectionId, error });
  }
}

interface Answered {
  readonly typed?: ConnectCredentialView["typed"];
  readonly connectionId?: string | undefined;
  readonly error?: WindlassError;
}

/** The form with everything that was typed but the secret; a retired app password leads on to the API token's. */
async function answer(
  app: App,
  context: WebContext,
  { typed, connectionId, error }: Answered,
): Promise<Response> {
  const project = await projectOf(app, context);
  const { instance, kind } = await wayOf(app, context, project.id);
  const isRetired = isWindlassError(error, "connections.app_password_retired");
  const shown: EnteredKind = isRetired ? "api-token" : kind;
  const problems = isRetired ? [] : problemsOf(error);
  return context.html(
    connectCredentialPage({
      ...signedIn(context),
      project,
      instance: instanceView(instance),
      kind: shown,
      typed: isRetired || typed === undefined ? { login: "", place: "", endsOn: "" } : typed,
      problems: Object.fromEntries(problems.map(({ field, message }) => [field, message])),
      failure: error === undefined || problems.length > 0 ? null : error,
      scopes: app.facts
        .scopesFor(instance, shown === "app-password" ? "api-token" : shown)
        .map(({ scope, reasons }) => ({ name: scope, reason: reasons.join(", ") })),
      ...(connectionId === undefined ? {} : { connectionId }),
    }),
    error === undefined ? 200 : problems.length > 0 ? 400 : statusHere(error),
  );
}

/** What is set up wrong at Bitbucket is mended there by whoever asked, and is no defect of this server. */
function statusHere(error: WindlassError): ContentfulStatusCode {
  return error.reaction === "configuration" && error.code.startsWith("bitbucket.") ? 409 : statusOf(error);
}

/** What `connections` found wrong with single fields. */
function problemsOf(error: WindlassError | undefined): readonly FieldProblem[] {
  const problems = error?.data.problems;
  // Only `connections` writes it under these codes, as a list of these.
  const ofFields =
    error?.code === "connections.entry_invalid" || error?.code === "connections.credential_refused";
  return ofFields && Array.isArray(problems) ? (problems as readonly FieldProblem[]) : [];
}

async function wayOf(app: App, context: WebContext, projectId: string) {
  const instance = await instanceOf(app, context, projectId);
  const wanted = context.req.param("kind");
  const kind = instanceView(instance).kinds?.find((each) => each === wanted);
  if (kind === undefined || kind === "oauth2" || kind === "oauth1") throw webErrors.fail("web.not_found");
  return { instance, kind };
}
