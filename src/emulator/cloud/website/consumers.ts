/** Owns the OAuth consumers of a workspace: list, add, delete. Only its administrators get in. */
import { type Context, Hono } from "hono";
import { html } from "../../../ui/html.ts";
import type { EmulatorContext } from "../../core/context.ts";
import type { Consumer } from "../../core/oauth-state.ts";
import { addConsumer } from "../../core/plant.ts";
import type { Rules } from "../../core/rules.ts";
import { findWorkspace, isAdministrator, type Workspace } from "../../core/world.ts";
import { deleteConsumer } from "../oauth/issue.ts";
import { consumersPage, deletePage } from "./consumers-page.ts";
import { problemPage, webPage } from "./frame.ts";
import { tickedScopes } from "./permissions.ts";
import { signinLocation } from "./signin.ts";
import { ownForm, type WebEnv } from "./visitor.ts";

const path = "/:workspace/workspace/settings/api";

export function consumerRoutes(context: EmulatorContext): Hono<WebEnv> {
  const app = new Hono<WebEnv>({ strict: false });

  app.get(path, async (c) => {
    const workspace = await administered(context, c);
    if (workspace instanceof Response) return workspace;
    return webPage(context, c, consumersPage(view(context, c, workspace), null));
  });

  app.post(path, async (c) => {
    const workspace = await administered(context, c);
    if (workspace instanceof Response) return workspace;
    const form = await ownForm(c);
    if (form === null) return foreignForm(context, c);
    const problems = formProblems(form);
    if (Object.keys(problems).length > 0)
      return webPage(context, c, consumersPage(view(context, c, workspace), { form, problems }));
    addConsumer(context.world, readForm(context.rules, form, workspace));
    return c.redirect(listPath(workspace), 303);
  });

  app.get(`${path}/:key/delete`, async (c) => {
    const found = await administeredConsumer(context, c);
    if (found instanceof Response) return found;
    return webPage(context, c, deletePage(found.workspace, found.consumer, c.get("visitor").csrf));
  });

  app.post(`${path}/:key/delete`, async (c) => {
    const found = await administeredConsumer(context, c);
    if (found instanceof Response) return found;
    if ((await ownForm(c)) === null) return foreignForm(context, c);
    deleteConsumer(context, found.consumer.key);
    return c.redirect(listPath(found.workspace), 303);
  });

  return app;
}

export function listPath(workspace: Workspace): string {
  return `/${workspace.slug}/workspace/settings/api`;
}

/** The workspace, if the visitor administers it and so may see `what`; else the answer that says what to do. */
export async function administered(
  context: EmulatorContext,
  c: Context<WebEnv>,
  what = "its OAuth consumers",
): Promise<Workspace | Response> {
  const workspace = findWorkspace(context.world, c.req.param("workspace") ?? "");
  const { person } = c.get("visitor");
  if (person === null) return c.redirect(signinLocation(new URL(c.req.url).pathname));
  if (workspace === undefined)
    return problemPage(context, c, { status: 404, title: "Not found", text: "There is no such workspace." });
  if (isAdministrator(workspace, person.uuid)) return workspace;
  return problemPage(context, c, {
    status: 403,
    title: "Not for you",
    text: html`Only administrators of ${workspace.name} see ${what}. You are logged in as ${person.displayName}.`,
  });
}

async function administeredConsumer(
  context: EmulatorContext,
  c: Context<WebEnv>,
): Promise<{ readonly workspace: Workspace; readonly consumer: Consumer } | Response> {
  const workspace = await administered(context, c);
  if (workspace instanceof Response) return workspace;
  const consumer = context.world.oauth.consumers.get(c.req.param("key") ?? "");
  if (consumer?.workspaceUuid === workspace.uuid) return { workspace, consumer };
  return problemPage(context, c, {
    status: 404,
    title: "Not found",
    text: "There is no such OAuth consumer.",
  });
}

function view(context: EmulatorContext, c: Context<WebEnv>, workspace: Workspace) {
  const all = [...context.world.oauth.consumers.values()];
  return {
    workspace,
    rules: context.rules,
    csrf: c.get("visitor").csrf,
    consumers: all.filter(({ workspaceUuid }) => workspaceUuid === workspace.uuid),
  };
}

export function foreignForm(context: EmulatorContext, c: Context<WebEnv>): Promise<Response> {
  const text = "This form was not one of yours, or is too old. Go back and load the page again.";
  return problemPage(context, c, { status: 403, title: "Nothing was changed", text });
}

/** By field name, what is wrong with it. */
function formProblems(form: URLSearchParams): Readonly<Record<string, string>> {
  const callback = form.get("callbackUrl") ?? "";
  return {
    ...((form.get("name") ?? "").trim() === "" ? { name: "A name is needed." } : {}),
    ...(callback !== "" && !URL.canParse(callback) ? { callbackUrl: "This is not an absolute URL." } : {}),
    ...(callback.includes("#") ? { callbackUrl: "A callback URL has no #fragment." } : {}),
  };
}

function readForm(rules: Rules, form: URLSearchParams, workspace: Workspace) {
  const text = (name: string) => (form.get(name) ?? "").trim();
  return {
    workspace: workspace.slug,
    name: text("name"),
    description: text("description"),
    callbackUrl: text("callbackUrl"),
    url: text("url"),
    private: form.has("private"),
    scopes: tickedScopes(rules, form),
  };
}
