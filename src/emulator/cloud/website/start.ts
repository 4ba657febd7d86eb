/** Owns the start page: what this is, who can log in, where things are. Also the pages and pictures that links of the API lead to. */
import { type Context, Hono } from "hono";
import { type Html, html } from "../../../ui/html.ts";
import type { EmulatorContext } from "../../core/context.ts";
import {
  findPerson,
  findRepository,
  findWorkspace,
  isAdministrator,
  type Person,
  type Workspace,
} from "../../core/world.ts";
import { initialsPicture } from "./avatar.ts";
import { listPath } from "./consumers.ts";
import { problemPage, webPage } from "./frame.ts";
import { personNote } from "./signin.ts";
import { accessTokensLocation } from "./tokens/access-tokens.ts";
import type { WebEnv } from "./visitor.ts";

export function startRoutes(context: EmulatorContext): Hono<WebEnv> {
  const app = new Hono<WebEnv>({ strict: false });
  app.get("/", (c) => webPage(context, c, { title: "Start", main: startPage(context) }));
  app.get("/account/:person/avatar", (c) => {
    const handle = c.req.param("person");
    const name = findPerson(context.world, handle)?.displayName ?? findWorkspace(context.world, handle)?.name;
    return name === undefined ? c.notFound() : initialsPicture(name);
  });
  for (const path of [
    "/workspaces/:workspace/avatar",
    "/:workspace/workspace/projects/:project/avatar/:size",
  ])
    app.get(path, (c) => {
      const workspace = findWorkspace(context.world, c.req.param("workspace") ?? "");
      return workspace === undefined ? c.notFound() : initialsPicture(workspace.name);
    });
  app.get("/ravatar/:repository", (c) => {
    const repository = findRepository(context.world, "{}", c.req.param("repository"));
    return repository === undefined ? c.notFound() : initialsPicture(repository.name);
  });
  for (const path of ["/:workspace/workspace/overview", "/:workspace/workspace/projects/:project"])
    app.get(path, (c, next) => {
      const workspace = findWorkspace(context.world, c.req.param("workspace") ?? "");
      return workspace === undefined ? next() : workspaceAnswer(context, c, workspace);
    });
  app.get("/:handle", (c) => {
    const handle = c.req.param("handle");
    const workspace = findWorkspace(context.world, handle);
    if (workspace !== undefined) return workspaceAnswer(context, c, workspace);
    const person = findPerson(context.world, handle);
    if (person !== undefined)
      return webPage(context, c, { title: person.displayName, main: personPage(context, person) });
    return problemPage(context, c, {
      status: 404,
      title: "Not found",
      text: "There is nothing under this address.",
    });
  });
  return app;
}

function workspaceAnswer(context: EmulatorContext, c: Context<WebEnv>, workspace: Workspace) {
  return webPage(context, c, { title: workspace.name, main: workspacePage(context, workspace) });
}

function startPage(context: EmulatorContext): Html {
  const { world, origins, autoApprove } = context;
  const consumers = [...world.oauth.consumers.values()];
  return html`<h1>A local Bitbucket Cloud</h1>
<p>This is an emulator for developing and testing. It is <strong>not Bitbucket</strong>, keeps nothing when it ends, and is not affiliated with Atlassian.
The API is at <code>${origins.api}/2.0</code>, the clock says <time>${context.clock.now().toISOString()}</time>.</p>
${autoApprove === null ? "" : html`<p role="status"><strong>Auto-approve is on:</strong> every request for access is granted at once, as ${autoApprove.displayName}.</p>`}
<h2>People</h2>
<table><thead><tr><th scope="col">Name</th><th scope="col">Username, e-mail, workspaces</th></tr></thead><tbody>${world.people.map(
    (person) =>
      html`<tr><th scope="row">${person.displayName}</th><td>${personNote(context, person)}${appPasswordNote(context, person)}</td></tr>`,
  )}</tbody></table>
<h2>Workspaces</h2>
<ul>${world.workspaces.map(
    (workspace) =>
      html`<li><a href="/${workspace.slug}/">${workspace.name}</a>: <a href="${listPath(workspace)}">OAuth consumers</a></li>`,
  )}</ul>
<h2>OAuth consumers</h2>
<table><thead><tr><th scope="col">Name</th><th scope="col">Key</th><th scope="col">Callback URL</th><th scope="col">Permissions</th></tr></thead><tbody>${consumers.map(
    ({ name, key, callbackUrl, scopes }) =>
      html`<tr><th scope="row">${name}</th><td><code>${key}</code></td><td><code>${callbackUrl}</code></td><td>${scopes.join(" ")}</td></tr>`,
  )}</tbody></table>`;
}

function appPasswordNote({ rules }: EmulatorContext, person: Person): Html | string {
  const seeded = person.appPasswords.find(({ isSeeded }) => isSeeded);
  return seeded === undefined || !rules.appPasswords
    ? ""
    : html` · app password <code>${seeded.password}</code>`;
}

function workspacePage({ world }: EmulatorContext, workspace: Workspace): Html {
  const repositories = world.repositories.filter(({ workspaceSlug }) => workspaceSlug === workspace.slug);
  return html`<h1>${workspace.name}</h1>
<h2>Repositories</h2>
${repositories.length === 0 ? html`<p>There is none.</p>` : html`<ul>${repositories.map(({ slug, isPrivate }) => html`<li><a href="/${workspace.slug}/${slug}/">${workspace.slug}/${slug}</a>${isPrivate ? "" : " (public)"}</li>`)}</ul>`}
<h2>Members</h2>
<ul>${world.people
    .filter((person) => workspace.members.some(({ personUuid }) => personUuid === person.uuid))
    .map(
      (person) =>
        html`<li>${person.displayName}${isAdministrator(workspace, person.uuid) ? " (administrator)" : ""}</li>`,
    )}</ul>
<p>Workspace settings: <a href="${listPath(workspace)}">OAuth consumers</a> · <a href="${accessTokensLocation(workspace.slug)}">Access tokens</a></p>`;
}

function personPage(context: EmulatorContext, person: Person): Html {
  return html`<h1>${person.displayName}</h1><p>${personNote(context, person)}</p>`;
}
