/** Owns the page that asks before a Bitbucket account is unlinked. */
import { type Html, html } from "../ui/html.ts";
import { csrfField } from "../ui/parts/action.ts";
import { frame, type SignedIn } from "./parts/frame.ts";
import { type IdentitySummary, placeText } from "./parts/identities.ts";
import { paths } from "./paths.ts";

export interface UnlinkView extends SignedIn {
  readonly identity: IdentitySummary;
}

/** POST `instance`, `id` to {@link paths.unlink}. */
export function unlinkPage(view: UnlinkView): Html {
  const { identity, csrf } = view;
  const { id, place, displayName } = identity;
  const title = "Unlink this Bitbucket account?";
  const main = html`<section class="card question"><h1>${title}</h1>
<p><bdi><strong>${displayName}</strong></bdi> at ${placeText(place)} can no longer sign in as you. Whoever signs in with it is a new user. Your other sessions end, and so does this one if it began with this account and has to be judged by rules again.</p>
<p>Projects and connections stay. Bitbucket itself still lists the access until you remove it there. <a href="${paths.guide(
    "revoking",
  )}">Taking access away, click by click</a></p>
<form method="post" action="${paths.unlink}" class="row">${csrfField(csrf)}<input type="hidden" name="instance" value="${
    place.id
  }"><input type="hidden" name="id" value="${id}"><button class="button danger">Unlink</button><a class="button quiet" href="${
    paths.account
  }">Keep it</a></form></section>`;
  const crumbs = [
    { title: "Projects", href: paths.home },
    { title: "Account", href: paths.account },
    { title: "Unlink" },
  ];
  return frame(view, { title, crumbs, main, narrow: true });
}
