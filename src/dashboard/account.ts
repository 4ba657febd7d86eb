/** Owns the page that says who is signed in. */
import { type Html, html } from "../ui/html.ts";
import { moment } from "../ui/moments.ts";
import { action } from "../ui/parts/action.ts";
import { badge } from "../ui/parts/notice.ts";
import { frame, initials, type SignedIn } from "./parts/frame.ts";
import { type IdentitiesView, ownIdentities } from "./parts/identities.ts";
import { ownSessions, type SessionSummary } from "./parts/sessions.ts";
import { paths } from "./paths.ts";

export interface AccountView extends SignedIn, IdentitiesView {
  readonly emailVerified: boolean;
  /** The instance the session came from: "Bitbucket". */
  readonly instanceName: string;
  readonly expiresAt: Date;
  /** The person's own, the one used last in front. */
  readonly sessions: readonly SessionSummary[];
  /** Whether the person may see everybody's. */
  readonly isAdmin: boolean;
}

/** The page. */
export function accountPage(view: AccountView): Html {
  const { viewer, csrf } = view;
  const email =
    viewer.email === null
      ? html`<span class="muted">Bitbucket gave none</span>`
      : html`<bdi>${viewer.email}</bdi> ${view.emailVerified ? badge("confirmed", "good") : badge("not confirmed", "warn")}`;
  const main = html`<section class="card account"><div class="account-head">${initials(viewer.displayName)}<h1><bdi>${
    viewer.displayName
  }</bdi></h1></div>
<dl class="facts"><div><dt>E-mail</dt><dd>${email}</dd></div><div><dt>Signed in with</dt><dd>${view.instanceName}</dd></div>
<div><dt>This session ends</dt><dd>${moment(view.expiresAt)}</dd></div></dl>
${action({ label: "Sign out", post: paths.logout }, csrf)}</section>${ownIdentities(view, csrf)}${ownSessions(view.sessions, csrf)}${
    view.isAdmin ? html`<p><a href="${paths.adminSessions}">Everybody’s sessions</a></p>` : ""
  }`;
  const crumbs = [{ title: "Projects", href: paths.home }, { title: "Account" }];
  return frame(view, { title: "Account", crumbs, main, narrow: true });
}
