/** Owns what a page tells the one that opened its window: the outcome of a sign-in, for the script beside it. */
import { type Html, html } from "../../ui/html.ts";
import type { Failure } from "./failure.ts";

/** The script that reads it. */
export const windowScript = "sign-in-done.js";

/** Nothing but what the page itself says. `openers` are the origins that may hear it; none for a page that tells nobody. */
export function failedInWindow(
  { code, message, cure }: Failure,
  { openers, reference }: { readonly openers: readonly string[]; readonly reference: string },
): Html {
  return html`<div hidden data-sign-in-outcome="failed" data-openers="${openers.join(" ")}" data-code="${code}" data-message="${message}" data-cure="${cure}" data-reference="${reference}"></div>`;
}

export function signedInInWindow({ opener, next }: { readonly opener: string; readonly next: string }): Html {
  return html`<div hidden data-sign-in-outcome="signed-in" data-openers="${opener}" data-next="${next}"></div>`;
}
