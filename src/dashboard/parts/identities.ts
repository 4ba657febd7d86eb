/** Owns how a person's Bitbucket accounts are listed, and the buttons that link a further one or unlink one. */
import { type Html, html } from "../../ui/html.ts";
import { moment } from "../../ui/moments.ts";
import { action } from "../../ui/parts/action.ts";
import { badge } from "../../ui/parts/notice.ts";
import { paths } from "../paths.ts";

/** A Bitbucket. */
export interface IdentityPlace {
  readonly id: string;
  /** "Bitbucket". */
  readonly name: string;
  /** Null for one that is set up no more. */
  readonly host: string | null;
}

/** A Bitbucket account a person signs in with. */
export interface IdentitySummary {
  /** Cloud's uuid without braces, else the user's number. */
  readonly id: string;
  readonly place: IdentityPlace;
  readonly displayName: string;
  readonly username: string | null;
  readonly linkedAt: Date;
  /** Whether people sign in there at present. */
  readonly isWayIn: boolean;
  /** Whether another way in is left without it. */
  readonly canUnlink: boolean;
}

export interface IdentitiesView {
  /** The oldest first. */
  readonly identities: readonly IdentitySummary[];
  /** Where a further account may be. */
  readonly places: readonly IdentityPlace[];
}

/** The part of the account page. */
export function ownIdentities({ identities, places }: IdentitiesView, csrf: string): Html {
  const link = places.map((place) =>
    action(
      { label: `Link ${placeText(place)}`, post: paths.linkAccount, fields: { instance: place.id } },
      csrf,
      { small: true },
    ),
  );
  return html`<section aria-labelledby="identities"><div class="head"><h2 id="identities">Bitbucket accounts</h2></div>
<ul class="card rows">${identities.map(identityRow)}</ul>
</section>
<section class="stack" aria-labelledby="link-another"><h3 id="link-another">Link another</h3><p class="muted">Bitbucket then asks you to allow it, as whoever is signed in there: for a second account, change to it at Bitbucket first. You can sign in here with each.</p>
<div class="row">${link}</div></section>`;
}

function identityRow(identity: IdentitySummary): Html {
  const { id, place, displayName, username, linkedAt, isWayIn, canUnlink } = identity;
  const name =
    username === null || username === displayName
      ? ""
      : html` <span class="muted"><bdi>${username}</bdi></span>`;
  const side = canUnlink
    ? action({ label: "Unlink", href: paths.unlinkAccount(place.id, id) }, "", { small: true })
    : badge("your way in", "good");
  return html`<li class="session-row"><div><p class="session-title"><bdi>${displayName}</bdi>${name}</p><p class="muted">${placeText(
    place,
  )} · since ${moment(linkedAt)}${isWayIn ? "" : " · nobody can sign in there at present"}</p></div>${side}</li>`;
}

/** "Bitbucket Data Center (git.example.com)" */
export function placeText({ name, host }: Pick<IdentityPlace, "name" | "host">): string {
  return host === null ? name : `${name} (${host})`;
}
