/** Owns notices: one short thing the person should know, in a tone. */
import { type Html, html } from "../html.ts";
import { type IconName, icon } from "../icons.ts";

export type Tone = "good" | "info" | "warn" | "bad";

export interface Notice {
  readonly tone: Tone;
  readonly title?: string;
  readonly text: string | Html;
}

const icons: Readonly<Record<Tone, IconName>> = { good: "good", info: "info", warn: "wait", bad: "wrong" };

/** A notice; a bad one is announced at once, the others when the reader pauses. */
export function notice({ tone, title, text }: Notice): Html {
  const role = tone === "bad" ? "alert" : "status";
  return html`<div class="notice ${tone}" role="${role}">${icon(icons[tone])}<div>${
    title === undefined ? "" : html`<p class="notice-title">${title}</p>`
  }<p>${text}</p></div></div>`;
}

/** A small word in a tone, for states. Never told by colour alone: the word says it. */
export function badge(text: string, tone: Tone | "plain" = "plain"): Html {
  return html`<span class="badge ${tone}">${text}</span>`;
}

/** What is shown where nothing is yet: one sentence and one next step. */
export function emptyState(part: {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  readonly next?: Html;
}): Html {
  return html`<div class="empty">${icon(part.icon)}<p class="empty-title">${part.title}</p><p>${part.text}</p>${
    part.next ?? ""
  }</div>`;
}
