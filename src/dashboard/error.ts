/** Owns the page for a failure that has no page of its own. */
import { type Html, html } from "../ui/html.ts";
import { page } from "../ui/layout.ts";
import { type Failure, failureCard, failureTitle, type Places } from "./parts/failure.ts";
import { frame, type SignedIn } from "./parts/frame.ts";
import { helpLine } from "./parts/help.ts";
import { failedInWindow, windowScript } from "./parts/window.ts";
import { paths } from "./paths.ts";

export interface ErrorView {
  readonly failure: Failure;
  /** What the log has it under. */
  readonly reference?: string;
  /** Where a sign-in may be under way in a window of its own: the origins of the pages that may be told. */
  readonly openers?: readonly string[] | undefined;
  /** Default: a way back to the start. */
  readonly places?: Places;
  /** Absent when nobody is signed in. */
  readonly signedIn?: SignedIn;
}

/** The page. */
export function errorPage({ failure, reference = "", openers, places, signedIn }: ErrorView): Html {
  const ways: Places = places ?? { retry: { label: "Back to the start", href: paths.home } };
  const title = failureTitle(failure);
  const told = openers === undefined ? "" : failedInWindow(failure, { openers, reference });
  const scripts = openers === undefined ? [] : [windowScript];
  const main = html`<h1 class="unseen">${title}</h1>${failureCard(failure, { ...ways, reference }, signedIn?.csrf ?? "")}${helpLine()}${told}`;
  if (signedIn !== undefined) return frame(signedIn, { title, main, narrow: true, scripts });
  return page({ title, brand: "Windlass", brandHref: paths.home, main, narrow: true, scripts });
}
