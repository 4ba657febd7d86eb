/** Owns what app passwords look like: the list, the form to make one, and what is said since Bitbucket ended them. */
import { type Html, html } from "../../../../ui/html.ts";
import { action, buttonClass, csrfField } from "../../../../ui/parts/action.ts";
import { textField } from "../../../../ui/parts/field.ts";
import type { Rules } from "../../../core/rules.ts";
import type { AppPassword, Person } from "../../../core/world.ts";
import type { WebPage } from "../frame.ts";
import { permissionList, permissionTicks } from "../permissions.ts";

export const appPasswordsPath = "/account/settings/app-passwords";

const title = "App passwords";
const crumbs = [{ title: "Personal settings" }, { title }];

/** The list. `fresh` was made a moment ago: this is the one time its password is shown. */
export function appPasswordsPage(person: Person, csrf: string, fresh: AppPassword | undefined): WebPage {
  const { appPasswords, username } = person;
  return {
    title,
    crumbs,
    main: html`<h1>${title}</h1>
<p>An app password lets one app at the API with the permissions ticked for it, and no others. It does not expire by itself.
${username === null ? "You have no username, so no app password of yours can be used." : html`The user name beside it is <code>${username}</code>, not an e-mail address.`}</p>
${fresh === undefined ? "" : freshCard(fresh)}
<p><a class="${buttonClass({ look: "primary" })}" href="${appPasswordsPath}/new">Create app password</a></p>
${appPasswords.length === 0 ? html`<p>There is none yet.</p>` : table(appPasswords, csrf)}`,
  };
}

function freshCard({ label, password }: AppPassword): Html {
  return html`<article><h2>New app password: ${label}</h2>
<p><code>${password}</code></p>
<p>Copy it now: it is shown only once.</p></article>`;
}

function table(appPasswords: readonly AppPassword[], csrf: string): Html {
  return html`<table><thead><tr><th scope="col">Label</th><th scope="col">Permissions</th><th scope="col">Created</th><td></td></tr></thead><tbody>${appPasswords.map(
    (one) => row(one, csrf),
  )}</tbody></table>`;
}

function row({ id, label, scopes, createdOn }: AppPassword, csrf: string): Html {
  const revoke = action(
    { label: `Revoke ${label}`, post: `${appPasswordsPath}/revoke`, fields: { id } },
    csrf,
    { look: "danger", small: true },
  );
  const created = createdOn.toISOString();
  return html`<tr><th scope="row">${label}</th><td>${permissionList(scopes)}</td><td><time datetime="${created}">${created.slice(0, 10)}</time></td><td>${revoke}</td></tr>`;
}

/** The form; `sentBack` is one without a label. */
export function newAppPasswordPage(rules: Rules, csrf: string, sentBack: URLSearchParams | null): WebPage {
  const label = textField({
    name: "label",
    label: "Label",
    hint: "For you, to tell it from others: what will use it.",
    required: true,
    value: sentBack?.get("label") ?? "",
    problem: sentBack === null ? undefined : "A label is needed.",
  });
  return {
    title: "Create app password",
    status: sentBack === null ? 200 : 400,
    crumbs: [{ title: "Personal settings" }, { title, href: `${appPasswordsPath}/` }, { title: "Create" }],
    main: html`<article><h1>Create app password</h1>
<form method="post" action="${appPasswordsPath}/new">${csrfField(csrf)}
${label}
<h2>Permissions</h2>
${permissionTicks(rules, sentBack?.getAll("scope") ?? [])}
<div class="buttons"><button class="${buttonClass({ look: "primary" })}">Create</button>
<a class="${buttonClass()}" href="${appPasswordsPath}/">Cancel</a></div></form></article>`,
  };
}

/** Where the rule `appPasswords` is off: what happened, and what takes their place. */
export function appPasswordsEndedPage(status: 200 | 410): WebPage {
  return {
    title,
    crumbs,
    status,
    main: html`<h1>App passwords have ended</h1>
<p>Bitbucket Cloud let nobody make one after 9 September 2025, and all of them stopped working on <time datetime="2026-07-28">28 July 2026</time>.</p>
<p>An <strong>API token</strong> takes their place: it is made with scopes in the settings of the Atlassian account, goes with the account's e-mail address in place of the username, and expires after a year at most. Here it is made under <a href="/account/settings/api-tokens/">API tokens</a>.</p>
<p>To follow an older guide as it is written, start the emulator with <code>--rules 2025</code>.</p>`,
  };
}
