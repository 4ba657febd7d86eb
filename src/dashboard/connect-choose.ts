/** Owns the first step of connecting: where the code is, and by which credential. */
import { type Html, html } from "../ui/html.ts";
import { icon } from "../ui/icons.ts";
import { action } from "../ui/parts/action.ts";
import { badge } from "../ui/parts/notice.ts";
import { steps } from "../ui/parts/steps.ts";
import { frame, type ProjectRef, projectCrumbs, type SignedIn } from "./parts/frame.ts";
import { helpLine } from "./parts/help.ts";
import { type CredentialKind, kindWords } from "./parts/kinds.ts";
import { paths } from "./paths.ts";

export interface ConnectChooseView extends SignedIn {
  readonly project: ProjectRef;
  readonly instances: readonly ConnectInstance[];
}

export interface ConnectInstance {
  readonly id: string;
  /** "Bitbucket", "Bitbucket Data Center", "Bitbucket Server". */
  readonly name: string;
  /** "bitbucket.org". */
  readonly host?: string;
  /** Whether people can grant access on Bitbucket's own page. */
  readonly byConsent?: boolean;
  /** The other ways this Bitbucket knows, the best first. */
  readonly kinds?: readonly CredentialKind[];
  /** Whether it was set up in this project, where the set-up can be corrected. */
  readonly isOwn?: boolean;
}

/** The steps every page of the wizard shows. */
export const wizardSteps = ["Choose", "Permissions", "Repositories"] as const;

/** The page. */
export function connectChoosePage(view: ConnectChooseView): Html {
  const { project, csrf } = view;
  const main = html`${steps(wizardSteps, 0)}<h1>Connect repository</h1>${view.instances.map(
    (instance, position) => ways(project, instance, position),
  )}
<section class="card choice" aria-labelledby="server"><div class="choice-icon">${icon("plus")}</div><div class="choice-text"><h2 id="server">A Bitbucket Server of your own</h2><p>Server and old Data Center (before 7.20) are connected through an application link. You need an administrator of that Bitbucket; Windlass makes the key pair and shows what to type there.</p></div>
${action({ label: "Set up a Bitbucket Server", post: paths.beginServerSetup(project.id) }, csrf)}</section>${helpLine()}`;
  return frame(view, {
    title: "Connect repository",
    crumbs: projectCrumbs(project, "Connect repository"),
    main,
  });
}

function ways(project: ProjectRef, instance: ConnectInstance, position: number): Html {
  const { id, name, host, byConsent = true, kinds = [], isOwn = false } = instance;
  return html`<section class="ways" aria-labelledby="at-${position}"><h2 id="at-${position}">${name}${
    host === undefined ? "" : html` <span class="muted">at <bdi>${host}</bdi></span>`
  }</h2>${byConsent ? oauth(project, instance, position) : ""}${
    kinds.length === 0
      ? ""
      : html`<h3 class="minor">${byConsent ? "Other ways" : "Ways to connect"}</h3><ul class="tiles pairs">${kinds.map(
          (kind) => tile(project, instance, kind),
        )}</ul>`
  }${
    isOwn
      ? html`<p><a href="${paths.serverSetup(project.id, id)}">Edit the set-up of this Bitbucket Server</a></p>`
      : ""
  }</section>`;
}

function oauth(project: ProjectRef, { id, name, host }: ConnectInstance, position: number): Html {
  return html`<article class="card choice"><div class="choice-icon">${icon("plug")}</div><div class="choice-text"><div class="tile-head"><h3 id="oauth-${position}">Connect ${name} via OAuth</h3>${badge(
    "Recommended",
    "good",
  )}</div><p>You grant access on Bitbucket's own page${
    host === undefined ? "" : html` at <bdi>${host}</bdi>`
  }. No password or token passes through your hands, access renews itself, and you can take it back at any time.</p></div>
<a class="button primary" href="${paths.connectPermissions(project.id, id)}" aria-describedby="oauth-${position}">Connect ${name} via OAuth</a></article>`;
}

function tile(project: ProjectRef, { id, name }: ConnectInstance, kind: CredentialKind): Html {
  const { name: title, about } = kindWords(kind);
  const retired = kind === "app-password";
  const label = retired ? "Open the form" : "Choose";
  return html`<li class="card tile"><div class="tile-head"><h4>${title}</h4>${
    retired ? badge("retired on 28 July 2026", "warn") : ""
  }</div><p class="muted">${about}</p><a class="button plain small" href="${paths.connectCredential(project.id, id, kind)}" aria-label="${label}: ${title} for ${name}">${label}</a></li>`;
}
