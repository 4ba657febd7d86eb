/** Owns the first step of connecting: where the code is, and by which credential. */
import { type Html, html } from "../ui/html.ts";
import { icon } from "../ui/icons.ts";
import { badge } from "../ui/parts/notice.ts";
import { steps } from "../ui/parts/steps.ts";
import { frame, type ProjectRef, projectCrumbs, type SignedIn } from "./parts/frame.ts";
import { paths } from "./paths.ts";

export interface ConnectChooseView extends SignedIn {
  readonly project: ProjectRef;
  readonly instances: readonly ConnectInstance[];
}

export interface ConnectInstance {
  readonly id: string;
  /** "Bitbucket". */
  readonly name: string;
  /** "bitbucket.org". */
  readonly host?: string;
}

/** The steps every page of the wizard shows. */
export const wizardSteps = ["Choose", "Permissions", "Repositories"] as const;

const toCome = [
  ["API token", "A personal token with its own expiry. For scripts and one-off tests.", "to come"],
  ["Access token", "A token of one repository, project or workspace, acting as a bot.", "to come"],
  [
    "App password",
    "Was the simple way for one-off tests. Bitbucket removed app passwords on 28 July 2026; an API token takes their place.",
    "removed by Bitbucket",
  ],
  ["Bitbucket Data Center", "Your own Bitbucket, by OAuth 2 or an HTTP access token.", "to come"],
] as const;

/** The page. */
export function connectChoosePage(view: ConnectChooseView): Html {
  const { project } = view;
  const main = html`${steps(wizardSteps, 0)}<h1>Connect repository</h1><section aria-labelledby="by-oauth"><h2 id="by-oauth">Bitbucket</h2>
${view.instances.map((instance, position) => oauth(project, instance, position))}</section>
<section aria-labelledby="others"><h2 id="others" class="minor">Other ways</h2><ul class="tiles pairs">${toCome.map(
    ([title, text, state]) =>
      html`<li class="card tile coming"><div class="tile-head"><h3>${title}</h3>${badge(state)}</div><p class="muted">${text}</p></li>`,
  )}</ul></section>`;
  return frame(view, {
    title: "Connect repository",
    crumbs: projectCrumbs(project, "Connect repository"),
    main,
  });
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
