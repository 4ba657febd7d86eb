/** Owns the second step of connecting: which permissions are asked for, and why. */
import { type Html, html } from "../ui/html.ts";
import { type IconName, icon } from "../ui/icons.ts";
import { csrfField } from "../ui/parts/action.ts";
import { steps } from "../ui/parts/steps.ts";
import { type ConnectInstance, wizardSteps } from "./connect-choose.ts";
import { type Failure, failureCard } from "./parts/failure.ts";
import { frame, type ProjectRef, projectCrumbs, type SignedIn } from "./parts/frame.ts";
import { paths } from "./paths.ts";

export interface ConnectPermissionsView extends SignedIn {
  readonly project: ProjectRef;
  readonly instance: ConnectInstance;
  /** The scopes that will be in the authorization URL, in that order. */
  readonly scopes: readonly string[];
  /** The connection that is connected anew. */
  readonly connectionId?: string;
  /** What went wrong on the last trip. */
  readonly failure?: Failure | null;
}

type Reason = { readonly title: string; readonly why: string; readonly icon: IconName };

const reasons: Readonly<Record<string, Reason>> = {
  repository: {
    title: "Repositories: read",
    why: "Read file contents, commits and branches. Windlass counts what each commit changed and never writes.",
    icon: "repository",
  },
  REPO_READ: {
    title: "Repositories: read",
    why: "Read the repositories you can see: file contents, commits and branches. Windlass never writes.",
    icon: "repository",
  },
  account: {
    title: "Account: read",
    why: "Read your workspace info, so that the workspace is filled in for you.",
    icon: "person",
  },
};

/** The page. POST to {@link paths.connectPermissions}. */
export function connectPermissionsPage(view: ConnectPermissionsView): Html {
  const { project, instance, connectionId, csrf, scopes } = view;
  const post = paths.connectPermissions(project.id, instance.id);
  const retry = {
    label: "Try again",
    post,
    ...(connectionId ? { fields: { connection: connectionId } } : {}),
  };
  const main = html`${steps(wizardSteps, 1)}${view.failure ? failureCard(view.failure, { retry }, csrf) : ""}<section class="card permissions"><h1>${
    instance.name
  } will ask you to ${askedFor(scopes.length)}</h1>
${
  scopes.length === 0
    ? html`<p>This server knows no single permissions: what you allow, Windlass may do in your name. It reads repositories and never writes.</p>`
    : html`<ul class="permission-list">${scopes.map(permission)}</ul>`
}
<p class="hint">${icon("lock")}<span>Windlass keeps the tokens sealed and renews them by itself.</span></p>
<form method="post" action="${post}" class="row">${csrfField(csrf)}${
    connectionId === undefined ? "" : html`<input type="hidden" name="connection" value="${connectionId}">`
  }<button class="button primary">Continue to ${instance.name}</button><a class="button quiet" href="${paths.project(project.id)}">Not now</a></form></section>`;
  return frame(view, {
    title: "Permissions",
    crumbs: projectCrumbs(project, "Connect repository"),
    main,
    narrow: true,
  });
}

function askedFor(scopes: number): string {
  if (scopes === 0) return "allow access";
  if (scopes === 1) return "grant one permission";
  return scopes === 2 ? "grant two permissions" : "grant these permissions";
}

function permission(scope: string): Html {
  // Scopes are not of our making: "constructor" must not find what every object has.
  const known = Object.hasOwn(reasons, scope) ? reasons[scope] : undefined;
  const { title, why, icon: name } = known ?? { title: scope, why: "", icon: "key" as const };
  return html`<li>${icon(name)}<div><h2>${title} ${known === undefined ? "" : html`<code>${scope}</code>`}</h2><p>${why}</p></div></li>`;
}
