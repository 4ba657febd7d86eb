/** Owns the sign-in page. */
import { type Html, html } from "../ui/html.ts";
import { icon, mark } from "../ui/icons.ts";
import { page } from "../ui/layout.ts";
import { safeHref } from "../ui/links.ts";
import { buttonClass } from "../ui/parts/action.ts";
import { notice } from "../ui/parts/notice.ts";
import { type Failure, failureCard } from "./parts/failure.ts";
import { helpLine } from "./parts/help.ts";
import { paths } from "./paths.ts";

export interface SignInView {
  readonly instances: readonly SignInInstance[];
  /** Path to come back to; only one of ours. */
  readonly returnTo?: string;
  /** What went wrong on the last trip (`?error=`). */
  readonly failure?: Failure | null;
  /** Our own origin; without it there is no window of its own to be had. */
  readonly origin?: string;
  /** Ways in beside Bitbucket; what lies behind them is not ours. */
  readonly ways?: readonly SignInWay[];
  /** No rules are set: anybody with a Bitbucket account may sign in. */
  readonly open?: boolean;
}

export interface SignInInstance {
  readonly id: string;
  /** Shown on the button: "Bitbucket". */
  readonly name: string;
  readonly host?: string;
  /** `false` when Bitbucket did not answer a moment ago. */
  readonly reachable: boolean;
}

/** A link to another way in, or on without one (`guest`). */
export interface SignInWay {
  readonly id: string;
  readonly title: string;
  readonly href: string;
}

/** The page. */
export function signInPage(view: SignInView): Html {
  const silent = view.instances.filter((instance) => !instance.reachable);
  const main = html`<section class="card sign-in">${mark()}<h1>Sign in to Windlass</h1>
<p class="lead">Windlass keeps your project connected to Bitbucket and finds the commit behind an error.</p>
${silent.map(unreachable)}<div class="stack">${view.instances.map((instance) => button(instance, view))}</div>
${furtherWays(view.ways ?? [])}${view.origin === undefined ? "" : html`<p class="hint" role="status" data-window-says></p>`}${view.open === true ? html`<p class="hint">Anybody with a Bitbucket account may sign in here.</p>` : ""}</section>`;
  return page({
    title: "Sign in",
    brand: "Windlass",
    brandHref: paths.home,
    narrow: true,
    ...(view.origin !== undefined && { scripts: ["sign-in-window.js"] }),
    main: html`${view.failure ? html`${failureCard(view.failure, {}, "")}${helpLine()}` : ""}${main}`,
    foot: html`<p>Windlass is not affiliated with Atlassian. Bitbucket is a trademark of Atlassian.</p>`,
  });
}

function button(instance: SignInInstance, { returnTo, origin }: SignInView): Html {
  const name = `Sign in with ${instance.name} in a window of its own`;
  const address = paths.login(instance.id, returnTo);
  const popup = `${address}${address.includes("?") ? "&" : "?"}flow=popup`;
  return html`<a class="button primary large" href="${paths.login(instance.id, returnTo)}" data-way="bitbucket:${instance.id}">${icon("code")}<span>Sign in with ${
    instance.name
  }</span></a>${lastMark}${
    origin === undefined
      ? ""
      : html`<button type="button" class="${buttonClass({ look: "quiet", small: true })}" hidden aria-label="${name}" data-sign-in-window="${popup}" data-origin="${origin}">In a window of its own</button>`
  }`;
}

/** The script of the page marks the one that was taken last in this browser. */
function furtherWays(ways: readonly SignInWay[]): Html | "" {
  if (ways.length === 0) return "";
  const links = ways.map(
    ({ id, title, href }) =>
      html`<a class="${buttonClass({})} large" href="${safeHref(href) ?? paths.signIn}" data-way="${id}"><span>${title}</span></a>${lastMark}`,
  );
  return html`<p class="hint or">or</p><div class="stack further">${links}</div>
`;
}

const lastMark = html`<p class="hint" hidden data-last-way>Used last time</p>`;

function unreachable({ name, host }: SignInInstance): Html {
  const where = host === undefined ? "" : ` (${host})`;
  return notice({
    tone: "warn",
    title: `${name}${where} cannot be reached`,
    text: "Signing in needs it. Nothing is lost: try again in a moment.",
  });
}
