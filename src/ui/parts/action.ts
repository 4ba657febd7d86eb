/** Owns buttons: a link that looks like one, or a form of its own that posts with its CSRF token. */
import { type Html, html } from "../html.ts";
import { type IconName, icon } from "../icons.ts";

export type Action = LinkAction | PostAction;

export interface LinkAction {
  readonly label: string;
  readonly href: string;
}

export interface PostAction {
  readonly label: string;
  /** Where the form is posted to. */
  readonly post: string;
  readonly fields?: Readonly<Record<string, string>>;
}

export interface ButtonLook {
  /** `plain` unless told: one `primary` a page. */
  readonly look?: "primary" | "plain" | "quiet" | "danger";
  readonly icon?: IconName;
  readonly small?: boolean;
}

/** The hidden field that proves a form is ours. */
export function csrfField(csrf: string): Html {
  return html`<input type="hidden" name="csrf" value="${csrf}">`;
}

/** The class list of a button, for a `<button>` inside a larger form. */
export function buttonClass({ look = "plain", small = false }: ButtonLook = {}): string {
  return `button ${look}${small ? " small" : ""}`;
}

/** A link or a one-button form. */
export function action(what: Action, csrf: string, look: ButtonLook = {}): Html {
  const face = html`${look.icon === undefined ? "" : icon(look.icon)}<span>${what.label}</span>`;
  if ("href" in what) return html`<a class="${buttonClass(look)}" href="${what.href}">${face}</a>`;
  const fields = Object.entries(what.fields ?? {});
  return html`<form class="inline" method="post" action="${what.post}">${csrfField(csrf)}${fields.map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}<button class="${buttonClass(look)}">${face}</button></form>`;
}
