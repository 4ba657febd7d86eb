/** Owns the line that leads to the guides, where somebody may be stuck. */
import { type Html, html } from "../../ui/html.ts";
import { icon } from "../../ui/icons.ts";
import { paths } from "../paths.ts";

/** One line under a failure or a form. */
export function helpLine(): Html {
  return html`<p class="hint">${icon("info")}<span><a href="${paths.guide("troubleshooting")}">Troubleshooting by symptom</a> · <a href="${paths.guide(
    "older-guides",
  )}">An older guide told you otherwise?</a></span></p>`;
}
