/** Owns the page on which an administrator sees and ends anybody's sessions. */
import { type Html, html } from "../ui/html.ts";
import { counted } from "../ui/moments.ts";
import { action } from "../ui/parts/action.ts";
import { textField } from "../ui/parts/field.ts";
import { badge, emptyState, notice } from "../ui/parts/notice.ts";
import { frame, type SignedIn } from "./parts/frame.ts";
import { endButton, type SessionSummary, sessionLine } from "./parts/sessions.ts";
import { paths } from "./paths.ts";

export interface AdminSessionsView extends SignedIn {
  /** What was looked for; empty for everybody. */
  readonly query: string;
  /** Each with whom it belongs to, the one used last in front. */
  readonly sessions: readonly AnybodysSession[];
  /** Whether there are more than are shown. */
  readonly areMore: boolean;
  /** Whether there are rules that can be asked again. */
  readonly areJudged: boolean;
  /** What came of asking them just now. */
  readonly checked?: CheckedSessions;
}

export interface CheckedSessions {
  readonly sessions: number;
  readonly ended: number;
  /** Bitbucket gave no answer about them: they stay closed until it does. */
  readonly unanswered: number;
}

export interface AnybodysSession extends SessionSummary {
  readonly person: { readonly id: string; readonly displayName: string; readonly email: string | null };
}

/** The page. */
export function adminSessionsPage(view: AdminSessionsView): Html {
  const { query, sessions } = view;
  const search = html`<form method="get" action="${paths.adminSessions}" class="line-form">${textField({
    name: "q",
    label: "Name or e-mail",
    value: query,
    maxLength: 200,
  })}<button class="button plain">Search</button></form>`;
  const none = {
    icon: "person",
    title: "No sessions",
    text: query === "" ? "Nobody is signed in." : "Nobody of that name or e-mail is signed in.",
  } as const;
  const list =
    sessions.length === 0
      ? emptyState(none)
      : html`${people(view)}<ul class="card rows">${sessions.map((session) => row(view, session))}</ul>`;
  const more = view.areMore
    ? html`<p class="muted">Only the ${counted(sessions.length, "session")} used last are shown: search for a name.</p>`
    : "";
  const told = view.checked === undefined ? "" : outcome(view.checked);
  const main = html`<div class="head"><h1>Everybody’s sessions</h1>${checkAll(view)}</div>${told}${search}${list}${more}`;
  return frame(view, {
    title: "Everybody’s sessions",
    crumbs: [{ title: "Projects", href: paths.home }, { title: "Sessions" }],
    main,
  });
}

/** Asks the rules about everybody who is listed by nothing. */
function checkAll({ areJudged, query, csrf }: AdminSessionsView): Html | string {
  if (!areJudged || query !== "") return "";
  return action({ label: "Ask the rules again", post: paths.adminCheckSessions }, csrf, { small: true });
}

function outcome({ sessions, ended, unanswered }: CheckedSessions): Html {
  if (sessions === 0)
    return notice({ tone: "info", text: "Nobody is signed in about whom rules are asked." });
  const stay = sessions - ended - unanswered;
  const parts = [
    `${counted(stay, "session")} may go on`,
    ...(ended === 0 ? [] : [`${counted(ended, "session")} ended`]),
    ...(unanswered === 0 ? [] : [`${counted(unanswered, "session")} wait until Bitbucket answers`]),
  ];
  return notice({
    tone: unanswered === 0 ? "good" : "warn",
    title: "The rules were asked again",
    text: `${parts.join(", ")}.`,
  });
}

/** Where one person is looked at, all of theirs can be ended or asked about at once. */
function people({ sessions, query, csrf, areJudged }: AdminSessionsView): Html | string {
  const [first] = sessions;
  if (first === undefined || query === "" || sessions.some(({ person }) => person.id !== first.person.id))
    return "";
  const end = {
    label: `End all sessions of ${first.person.displayName}`,
    post: paths.adminEndSessions,
    fields: { user: first.person.id, q: query },
  };
  const check = {
    label: "Ask the rules again",
    post: paths.adminCheckSessions,
    fields: { user: first.person.id, q: query },
  };
  return html`<div class="chips">${areJudged ? action(check, csrf, { small: true }) : ""}${action(end, csrf, {
    look: "danger",
    small: true,
  })}</div>`;
}

function row({ csrf, query }: AdminSessionsView, session: AnybodysSession): Html {
  const { displayName, email } = session.person;
  const end = {
    label: "End",
    post: paths.adminEndSessions,
    fields: { session: session.id, q: query },
  };
  return sessionLine(session, {
    title: html`<bdi>${displayName}</bdi>${email === null ? "" : html` <span class="muted"><bdi>${email}</bdi></span>`} · ${
      session.browser ?? "unknown browser"
    }`,
    side: session.isCurrent ? badge("this one", "good") : endButton(end, csrf),
  });
}
