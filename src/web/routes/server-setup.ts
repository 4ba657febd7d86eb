/** Owns the routes of setting up a Bitbucket Server: the form, the way to its consent page, and the failure. */
import { Hono } from "hono";
import type { App } from "../../app/app.ts";
import { isWindlassError, type WindlassError } from "../../base/errors.ts";
import { departurePage } from "../../dashboard/departure.ts";
import { projectCrumbs } from "../../dashboard/parts/frame.ts";
import { paths } from "../../dashboard/paths.ts";
import { type ServerSetupForm, serverSetupPage, setupErrorPage } from "../../dashboard/server-setup.ts";
import type { LinkDraft } from "../../instances/instances.ts";
import type { Project } from "../../projects/projects.ts";
import { webErrors } from "../errors.ts";
import { statusOf } from "../failure.ts";
import { checkSetup, typedForm } from "../views/server-setup.ts";
import { readForm, signedIn, visitorOf, type WebContext, type WebEnvironment } from "../visitor.ts";
import { keepBrowser } from "./auth.ts";
import { projectOf } from "./projects.ts";

export function serverSetupRoutes(app: App): Hono<WebEnvironment> {
  return new Hono<WebEnvironment>()
    .post("/projects/:project/server-setup", (context) => begin(app, context))
    .get("/projects/:project/server-setup/:link", (context) => show(app, context))
    .post("/projects/:project/server-setup/:link", (context) => submit(app, context));
}

async function begin(app: App, context: WebContext): Promise<Response> {
  const project = await projectOf(app, context);
  const { id } = await app.serverSetup.begin(project.id, visitorOf(context).session.user.id);
  return context.redirect(paths.serverSetup(project.id, id), 303);
}

async function linkOf(app: App, context: WebContext): Promise<{ project: Project; link: LinkDraft }> {
  const project = await projectOf(app, context);
  const link = await app.instances.link(context.req.param("link") ?? "").catch(() => null);
  if (link === null || link.projectId !== project.id) throw webErrors.fail("web.not_found");
  return { project, link };
}

async function show(app: App, context: WebContext): Promise<Response> {
  const { link } = await linkOf(app, context);
  const { baseUrl, ca, consumerKey } = link;
  const typed = { baseUrl: baseUrl ?? "", ca: ca ?? "", consumerKey, keys: "made", privateKey: "" };
  return answerForm(app, context, { typed, problems: {} });
}

async function submit(app: App, context: WebContext): Promise<Response> {
  const { project, link } = await linkOf(app, context);
  const typed = typedForm(await readForm(context));
  if (typed.keys === "new") return renewKeys(app, context, link);
  const { problems, keys } = checkSetup(app, typed);
  if (Object.keys(problems).length > 0) return answerForm(app, context, { typed, problems });
  try {
    const { baseUrl, consumerKey, ca } = typed;
    const instance = await app.instances.fillLink(link.id, {
      baseUrl: baseUrl.trim(),
      consumerKey: consumerKey.trim(),
      ca: ca.trim() === "" ? null : ca,
      keys,
    });
    const { location } = await app.connections.begin({
      instanceId: instance.id,
      projectId: project.id,
      userId: visitorOf(context).session.user.id,
      browserToken: keepBrowser(app, context).browserToken,
      returnTo: paths.project(project.id),
    });
    const crumbs = projectCrumbs(project, "Connect repository", "Bitbucket Server set-up");
    return context.html(departurePage({ ...signedIn(context), crumbs, location }));
  } catch (error) {
    if (!isWindlassError(error)) throw error;
    if (error.code === "instances.in_use")
      return answerForm(app, context, { typed, problems: { baseUrl: `${error.message} ${error.cure}` } });
    app.log.info("server_setup.refused", { project: project.id, code: error.code, detail: error.detail });
    return answerFailed(context, { project, linkId: link.id, address: typed.baseUrl.trim(), error });
  }
}

/** The form again, with another public key to be typed into the link. */
async function renewKeys(app: App, context: WebContext, link: LinkDraft): Promise<Response> {
  await app.serverSetup.renewKeys(link.id);
  return context.redirect(paths.serverSetup(link.projectId, link.id), 303);
}

async function answerForm(
  app: App,
  context: WebContext,
  form: { readonly typed: ServerSetupForm; readonly problems: Readonly<Record<string, string>> },
): Promise<Response> {
  const { project, link } = await linkOf(app, context);
  const values = [
    { name: "Consumer Key", value: link.consumerKey },
    { name: "Consumer Name", value: "Windlass" },
    { name: "Consumer Callback URL", value: app.facts.redirectUri(link.id) },
  ];
  return context.html(
    serverSetupPage({
      ...signedIn(context),
      project,
      linkId: link.id,
      link: values,
      publicKey: link.publicKey,
      isNew: link.baseUrl === null,
      problems: form.problems,
      // A private key goes one way only: the page is not to hold it.
      typed: { ...form.typed, privateKey: "" },
    }),
    Object.keys(form.problems).length === 0 ? 200 : 400,
  );
}

function answerFailed(
  context: WebContext,
  {
    project,
    linkId,
    address,
    error,
  }: {
    readonly project: Project;
    readonly linkId: string;
    readonly address: string;
    readonly error: WindlassError;
  },
): Response | Promise<Response> {
  const { said, problem, advice } = error.data;
  const words = [typeof problem === "string" ? `oauth_problem=${problem}` : said, advice];
  const reason = words.filter((word) => typeof word === "string" && word !== "").join(": ") || null;
  return context.html(
    setupErrorPage({ ...signedIn(context), project, linkId, address, failure: error, reason }),
    // A set-up that is wrong is the person's here, not the server's own.
    error.reaction === "configuration" ? 400 : statusOf(error),
  );
}
