/** Owns what the forms of a Data Center have in common: the token against forgery, ticks, and asking before something goes. */
import { type Html, html } from "../../../ui/html.ts";
import { buttonClass } from "../../../ui/parts/action.ts";
import type { DcPage } from "./frame.ts";

/** A form that was sent back, with what is wrong in it by field name. */
export interface SentBack {
  readonly form: URLSearchParams;
  readonly problems: Readonly<Record<string, string>>;
}

/** The hidden field that proves a form is ours, under Bitbucket's name for it. */
export function tokenField(csrf: string): Html {
  return html`<input type="hidden" name="atl_token" value="${csrf}">`;
}

export interface Tick {
  readonly value: string;
  readonly words: string;
}

/** A group of ticks of one name. */
export function ticks(name: string, legend: string, of: readonly Tick[], ticked: readonly string[]): Html {
  return html`<fieldset><legend>${legend}</legend>${of.map(
    ({ value, words }) =>
      html`<label><input type="checkbox" name="${name}" value="${value}"${ticked.includes(value) ? html` checked` : ""}> ${words} <small><code>${value}</code></small></label>`,
  )}</fieldset>`;
}

/** One tick of its own. */
export function tick(name: string, words: string, isTicked: boolean): Html {
  return html`<label><input type="checkbox" name="${name}" value="on"${isTicked ? html` checked` : ""}> ${words}</label>`;
}

/** Asks before something goes. */
export function askingPage(asked: {
  readonly title: string;
  readonly text: string;
  readonly button: string;
  readonly post: string;
  readonly back: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly csrf: string;
}): DcPage {
  const { title, text, button, post, back, fields, csrf } = asked;
  return {
    title,
    narrow: true,
    main: html`<article><h1>${title}</h1><p>${text}</p>
<form method="post" action="${post}">${tokenField(csrf)}${Object.entries(fields).map(
      ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
    )}<div class="buttons"><button class="${buttonClass({ look: "danger" })}">${button}</button>
<a class="${buttonClass()}" href="${back}">Cancel</a></div></form></article>`,
  };
}
