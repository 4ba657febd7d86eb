/** Owns the menu under one's own name: personal settings, administration for who may, and the way out. */
import { type Html, html } from "../../../ui/html.ts";
import { action } from "../../../ui/parts/action.ts";
import type { DataCenterContext } from "../context.ts";
import { pathTo } from "../place.ts";
import { administers, type DcPerson } from "../world.ts";
import { paths } from "./paths.ts";

/** Opens without script. */
export function accountMenu(context: DataCenterContext, person: DcPerson, csrf: string): Html {
  const to = (path: string) => pathTo(context, path);
  const administration = html`<p>Administration</p><ul><li><a href="${to(paths.links)}">Application links</a></li></ul>`;
  return html`<details class="account"><summary>${person.displayName}</summary><nav aria-label="Account"><p>Personal settings</p><ul><li><a href="${to(paths.tokens)}">HTTP access tokens</a></li><li><a href="${to(paths.authorized)}">Authorized applications</a></li></ul>${
    administers(person) ? administration : ""
  }
${action({ label: "Log out", post: to(paths.logout) }, csrf, { small: true })}</nav></details>`;
}
