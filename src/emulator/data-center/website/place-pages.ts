/** Owns the pages that links of people and projects lead to: who somebody is, and what is in a project. */
import { type Context, Hono } from "hono";
import { type Html, html } from "../../../ui/html.ts";
import { mayRead, maySeeProject } from "../access.ts";
import { htmlPage } from "../answers.ts";
import type { DataCenterContext } from "../context.ts";
import { noSuchPage } from "../errors.ts";
import { pathTo } from "../place.ts";
import { toLogin } from "../to-login.ts";
import { findProject, personBySlug } from "../world.ts";
import { webPage } from "./frame.ts";
import { type DcWebEnv, recognise } from "./visitor.ts";

/** Strangers are sent to log in where they may not look. */
export function placePages(context: DataCenterContext): Hono<DcWebEnv> {
  const app = new Hono<DcWebEnv>({ strict: false });
  app.get("/users/:slug", (c) => {
    if (c.get("caller").kind === "anonymous") return toLogin(c, context);
    const person = personBySlug(context.world, c.req.param("slug"));
    if (person === undefined) return noSuchPage();
    const { displayName, name, emailAddress } = person;
    return shown(
      c,
      context,
      displayName,
      html`<h1>${displayName}</h1><p>${name}</p><p>${emailAddress ?? ""}</p>`,
    );
  });
  app.get("/projects/:project", (c) => projectPage(c, context));
  return app;
}

function projectPage(c: Context<DcWebEnv>, context: DataCenterContext): Response | Promise<Response> {
  const { world } = context;
  const caller = c.get("caller");
  const project = findProject(world, c.req.param("project") ?? "");
  if (project === undefined || !maySeeProject(world, caller, project)) {
    if (caller.kind === "anonymous") return toLogin(c, context);
    return project === undefined
      ? noSuchPage()
      : htmlPage(401, "You do not have access", "You have no permission to see this project.");
  }
  const { key, name, description } = project;
  const rows = world.repositories
    .filter((each) => each.projectKey === key && mayRead(world, caller, each))
    .map((each) => {
      const href = pathTo(context, `/projects/${key}/repos/${each.slug}/browse`);
      return html`<li><a href="${href}">${each.name}</a></li>`;
    });
  return shown(c, context, name, html`<h1>${name}</h1><p>${description ?? ""}</p><ul>${rows}</ul>`);
}

/** The frame tells who is logged in. */
function shown(
  c: Context<DcWebEnv>,
  context: DataCenterContext,
  title: string,
  main: Html,
): Promise<Response> {
  c.set("visitor", recognise(context, c));
  return webPage(context, c, { title, crumbs: [], main });
}
