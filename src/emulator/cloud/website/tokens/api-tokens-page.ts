/** Owns what API tokens look like: the list, and the forms to make one with and without scopes. */
import { type Html, html } from "../../../../ui/html.ts";
import { action, buttonClass, csrfField } from "../../../../ui/parts/action.ts";
import { textField } from "../../../../ui/parts/field.ts";
import { latestExpiry } from "../../../core/plant-tokens.ts";
import { apiTokenScopes } from "../../../core/scopes.ts";
import { type ApiToken, type Person, primaryAddress } from "../../../core/world.ts";
import type { WebPage } from "../frame.ts";
import { day, expiryField } from "./expiry.ts";

export const apiTokensPath = "/account/settings/api-tokens";
/** Where the two forms are, below the list. */
export const plainForm = "new";
export const scopedForm = "new-with-scopes";

const title = "API tokens";

/** The list. `fresh` was made a moment ago: this is the one time it is shown. */
export function apiTokensPage(
  person: Person,
  view: { readonly csrf: string; readonly now: Date; readonly fresh: ApiToken | undefined },
): WebPage {
  const { apiTokens } = person;
  const address = primaryAddress(person);
  return {
    title,
    crumbs: [{ title: "Personal settings" }, { title }],
    main: html`<h1>${title}</h1>
<p>An API token lets one app at the API until it expires. At Atlassian this page is under id.atlassian.com, Security.
${address === null ? "You have no e-mail address, so no API token of yours can be used." : html`What belongs beside it is your e-mail address <code>${address}</code>, not a user name.`}</p>
${view.fresh === undefined ? "" : freshCard(view.fresh)}
<p><a class="${buttonClass({ look: "primary" })}" href="${apiTokensPath}/${scopedForm}">Create API token with scopes</a>
<a class="${buttonClass()}" href="${apiTokensPath}/${plainForm}">Create API token</a></p>
${apiTokens.length === 0 ? html`<p>There is none yet.</p>` : table(apiTokens, view)}`,
  };
}

function freshCard({ name, token }: ApiToken): Html {
  return html`<article><h2>New API token: ${name}</h2>
<p><code>${token}</code></p>
<p>Copy it now: it is shown only once.</p></article>`;
}

function table(apiTokens: readonly ApiToken[], view: { readonly csrf: string; readonly now: Date }): Html {
  return html`<table><thead><tr><th scope="col">Name</th><th scope="col">Scopes</th><th scope="col">Expires</th><td></td></tr></thead><tbody>${apiTokens.map(
    ({ id, name, scopes, expiresAt }) => {
      const revoke = action(
        { label: `Revoke ${name}`, post: `${apiTokensPath}/revoke`, fields: { id } },
        view.csrf,
        { look: "danger", small: true },
      );
      const expired = expiresAt <= view.now ? " (expired)" : "";
      return html`<tr><th scope="row">${name}</th><td>${scopes.join(", ") || "none"}</td><td><time datetime="${expiresAt.toISOString()}">${day(expiresAt)}</time>${expired}</td><td>${revoke}</td></tr>`;
    },
  )}</tbody></table>`;
}

export interface ApiTokenForm {
  readonly kind: typeof plainForm | typeof scopedForm;
  readonly csrf: string;
  readonly now: Date;
  /** What came back, and by field name what is wrong with it; null: a new form. */
  readonly sentBack: {
    readonly form: URLSearchParams;
    readonly problems: Readonly<Record<string, string>>;
  } | null;
}

export function newApiTokenPage({ kind, csrf, now, sentBack }: ApiTokenForm): WebPage {
  const heading = kind === scopedForm ? "Create API token with scopes" : "Create API token";
  const { form, problems } = sentBack ?? { form: new URLSearchParams(), problems: {} };
  const ticked = form.getAll("scope");
  return {
    title: heading,
    status: sentBack === null ? 200 : 400,
    crumbs: [{ title: "Personal settings" }, { title, href: `${apiTokensPath}/` }, { title: "Create" }],
    main: html`<article><h1>${heading}</h1>
<form method="post" action="${apiTokensPath}/${kind}">${csrfField(csrf)}
${textField({
  name: "name",
  label: "Name",
  hint: "For you, to tell it from others.",
  required: true,
  value: form.get("name") ?? "",
  problem: problems.name,
})}
${expiryField({
  now,
  value: form.get("expires") ?? day(latestExpiry(now)),
  hint: "Within a year.",
  problem: problems.expires,
})}
${kind === scopedForm ? scopeTicks(ticked, problems.scope) : html`<p>A token made here has no scopes. Bitbucket takes none such: choose one with scopes for it.</p>`}
<div class="buttons"><button class="${buttonClass({ look: "primary" })}">Create token</button>
<a class="${buttonClass()}" href="${apiTokensPath}/">Cancel</a></div></form></article>`,
  };
}

function scopeTicks(ticked: readonly string[], problem: string | undefined): Html {
  const groups = Map.groupBy(apiTokenScopes, (name) => name.split(":")[1] ?? "");
  return html`<fieldset><legend>App</legend><label><input type="radio" name="app" value="bitbucket" checked> Bitbucket</label></fieldset>
<h2>Scopes</h2>
${problem === undefined ? "" : html`<div class="problem" role="alert">${problem}</div>`}
${[...groups].map(
  ([noun, names]) =>
    html`<fieldset><legend>${noun}</legend>${names.map(
      (name) =>
        html`<label><input type="checkbox" name="scope" value="${name}"${ticked.includes(name) ? html` checked` : ""}> <code>${name}</code></label>`,
    )}</fieldset>`,
)}`;
}
