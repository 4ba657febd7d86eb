/** Owns the row of steps above a wizard. */
import { type Html, html } from "../html.ts";

/** The steps of a wizard; `current` counts from 0. */
export function steps(titles: readonly string[], current: number): Html {
  return html`<ol class="steps" aria-label="Steps">${titles.map((title, position) => {
    const where = position < current ? "done" : position === current ? "now" : "next";
    const said = { done: "done", now: "now", next: "to come" }[where];
    return html`<li class="${where}"${position === current ? html` aria-current="step"` : ""}><span class="dot" aria-hidden="true">${
      position < current ? "✓" : position + 1
    }</span><span>${title}<span class="unseen"> (${said})</span></span></li>`;
  })}</ol>`;
}
