/** Owns the start page of a Data Center or Server: what this is, who can log in, where things are. */
import { Hono } from "hono";
import { type Html, html } from "../../../ui/html.ts";
import type { DataCenterContext } from "../context.ts";
import { pathTo } from "../place.ts";
import { productName, webPage } from "./frame.ts";
import { personNote } from "./login.ts";
import { paths } from "./paths.ts";
import type { DcWebEnv } from "./visitor.ts";

export function startRoutes(context: DataCenterContext): Hono<DcWebEnv> {
  const app = new Hono<DcWebEnv>({ strict: false });
  app.get("/", (c) => webPage(context, c, { title: "Start", main: startPage(context) }));
  return app;
}

function startPage(context: DataCenterContext): Html {
  const { world, autoApprove, baseUrl, version, clock } = context;
  return html`<h1>A local ${productName(context)}</h1>
<p>This is an emulator for developing and testing. It is <strong>not Bitbucket</strong>, keeps nothing when it ends, and is not affiliated with Atlassian.
It plays version ${version} at <code>${baseUrl}</code>, the clock says <time>${clock.now().toISOString()}</time>.</p>
${autoApprove === null ? "" : html`<p role="status"><strong>Auto-approve is on:</strong> every request for access is granted at once, as ${autoApprove.displayName}.</p>`}
<h2>People</h2>
<table><thead><tr><th scope="col">Name</th><th scope="col">Username, e-mail</th></tr></thead><tbody>${world.people.map(
    (person) => html`<tr><th scope="row">${person.displayName}</th><td>${personNote(person)}</td></tr>`,
  )}</tbody></table>
<h2>Projects</h2>
<ul>${world.projects.map(({ key, name }) => {
    const slugs = world.repositories.filter(({ projectKey }) => projectKey === key).map(({ slug }) => slug);
    return html`<li>${name} (<code>${key}</code>)${slugs.length === 0 ? "" : `: ${slugs.join(", ")}`}</li>`;
  })}</ul>
<h2>Settings</h2>
<ul><li><a href="${pathTo(context, paths.links)}">Administration: application links</a></li>
<li><a href="${pathTo(context, paths.tokens)}">Personal settings: HTTP access tokens</a></li>
<li><a href="${pathTo(context, paths.authorized)}">Personal settings: authorized applications</a></li></ul>`;
}
