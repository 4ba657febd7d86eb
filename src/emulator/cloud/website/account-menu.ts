/** Owns the menu under one's own name: the way to one's workspaces, to personal settings, and out. */
import { type Html, html } from "../../../ui/html.ts";
import { action } from "../../../ui/parts/action.ts";
import { type Person, type World, workspacesOf } from "../../core/world.ts";

/** Opens without script; a person in no workspace has no list of them. */
export function accountMenu(world: World, person: Person, csrf: string): Html {
  const workspaces = workspacesOf(world, person.uuid);
  return html`<details class="account"><summary>${person.displayName}</summary><nav aria-label="Account">${
    workspaces.length === 0
      ? ""
      : html`<p>Workspaces</p><ul>${workspaces.map(({ slug, name }) => html`<li><a href="/${slug}/">${name}</a></li>`)}</ul>`
  }<p>Personal settings</p><ul><li><a href="/account/settings/app-authorizations/">App authorizations</a></li><li><a href="/account/settings/api-tokens/">API tokens</a></li><li><a href="/account/settings/app-passwords/">App passwords</a></li></ul>
${action({ label: "Log out", post: "/account/signout/" }, csrf, { small: true })}</nav></details>`;
}
