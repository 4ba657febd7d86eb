/** Owns the page between a form of ours and Bitbucket. */
import { type Html, html } from "../ui/html.ts";
import type { PageOptions } from "../ui/layout.ts";
import { frame, type SignedIn } from "./parts/frame.ts";

export interface DepartureView extends SignedIn {
  readonly crumbs: PageOptions["crumbs"];
  /** Bitbucket's address. */
  readonly location: string;
}

/**
 * Goes on by itself. A redirect would not do: browsers hold `form-action` against every further one too, and Bitbucket sends
 * people who have to log in on to hosts that nobody can name beforehand.
 */
export function departurePage({ crumbs, location, ...signedIn }: DepartureView): Html {
  const host = URL.parse(location)?.host ?? "Bitbucket";
  const main = html`<section class="card"><h1>On to Bitbucket</h1><p>You are being taken to <bdi>${host}</bdi>, where you allow access.</p><p><a class="button primary" href="${location}" rel="noreferrer">Go to <bdi>${host}</bdi></a></p></section>`;
  return frame(signedIn, { title: "On to Bitbucket", crumbs, main, narrow: true, onward: location });
}
