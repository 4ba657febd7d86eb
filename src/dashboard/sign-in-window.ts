/** Owns the page a window ends on after signing in: it tells the page that opened it, and closes. */
import { type Html, html } from "../ui/html.ts";
import { icon } from "../ui/icons.ts";
import { page } from "../ui/layout.ts";
import { safeHref } from "../ui/links.ts";
import { signedInInWindow, windowScript } from "./parts/window.ts";
import { paths } from "./paths.ts";

export interface SignInWindowView {
  /** The origin that is told. */
  readonly opener: string;
  /** A path of ours, for where the window stays open. */
  readonly next: string;
}

/** The page. */
export function signInWindowPage(view: SignInWindowView): Html {
  return page({
    title: "Signed in",
    brand: "Windlass",
    brandHref: paths.home,
    narrow: true,
    scripts: [windowScript],
    main: html`<section class="card question">${icon("good")}<h1>You are signed in</h1>
<p>This window closes by itself. If it stays, close it, or <a href="${safeHref(view.next) ?? paths.home}">go on here</a>.</p>${signedInInWindow(view)}</section>`,
  });
}
