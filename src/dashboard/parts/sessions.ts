/** Owns how sessions are listed: which browser, since when, last seen, and the button that ends one. */
import { type Html, html } from "../../ui/html.ts";
import { moment } from "../../ui/moments.ts";
import { action, type PostAction } from "../../ui/parts/action.ts";
import { badge } from "../../ui/parts/notice.ts";
import { paths } from "../paths.ts";

export interface SessionSummary {
  readonly id: string;
  /** `Firefox on Linux`; null when it did not say. */
  readonly browser: string | null;
  /** "Bitbucket". */
  readonly instanceName: string;
  readonly startedAt: Date;
  readonly lastSeenAt: Date;
  /** The one that looks at the page. */
  readonly isCurrent: boolean;
}

/** The part of the account page. */
export function ownSessions(sessions: readonly SessionSummary[], csrf: string): Html {
  const others = sessions.some(({ isCurrent }) => !isCurrent);
  const endAll = { label: "End all others", post: paths.endOtherSessions };
  return html`<section aria-labelledby="sessions"><div class="head"><h2 id="sessions">Sessions</h2>${
    others ? action(endAll, csrf, { small: true }) : ""
  }</div>
<ul class="card rows">${sessions.map((session) => sessionRow(session, csrf))}</ul></section>`;
}

function sessionRow(session: SessionSummary, csrf: string): Html {
  const end = { label: "End", post: paths.endSession, fields: { session: session.id } };
  return sessionLine(session, {
    title: html`${session.browser ?? "Unknown browser"}`,
    side: session.isCurrent ? badge("this one", "good") : endButton(end, csrf),
  });
}

/** The button of a line. */
export function endButton(end: PostAction, csrf: string): Html {
  return action(end, csrf, { look: "plain", small: true });
}

/** One line of a list, with its own title and what stands at its end. */
export function sessionLine(
  session: SessionSummary,
  { title, side }: { readonly title: Html; readonly side: Html },
): Html {
  return html`<li class="session-row"><div><p class="session-title">${title}</p><p class="muted">${
    session.instanceName
  } · since ${moment(session.startedAt)} · last seen ${moment(session.lastSeenAt)}</p></div>${side}</li>`;
}
