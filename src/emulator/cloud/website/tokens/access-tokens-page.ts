/** Owns what the access tokens of a workspace, project or repository look like: the list, and the form to make one. */
import { type Html, html } from "../../../../ui/html.ts";
import { action, buttonClass, csrfField } from "../../../../ui/parts/action.ts";
import { textField } from "../../../../ui/parts/field.ts";
import type { Rules } from "../../../core/rules.ts";
import { accessTokenScopes } from "../../../core/scopes.ts";
import type { Reach, ResourceToken } from "../../../core/world.ts";
import type { WebPage } from "../frame.ts";
import { permissionList, permissionTicks } from "../permissions.ts";
import { day, expiryField } from "./expiry.ts";

/** Whose tokens a page shows. */
export interface Place {
  readonly kind: Reach["kind"];
  readonly workspace: string;
  readonly project?: string;
  readonly repository?: string;
  readonly reach: Reach;
  /** Of the list, without trailing slash. */
  readonly path: string;
  readonly crumbs: readonly { readonly title: string; readonly href?: string }[];
}

export interface AccessTokensView {
  readonly place: Place;
  readonly rules: Rules;
  readonly csrf: string;
  readonly now: Date;
  readonly tokens: readonly ResourceToken[];
  /** Made a moment ago: this is the one time it is shown. */
  readonly fresh: ResourceToken | undefined;
  /** A form that came back, and by field name what is wrong with it. */
  readonly sentBack: {
    readonly form: URLSearchParams;
    readonly problems: Readonly<Record<string, string>>;
  } | null;
}

const title = "Access tokens";

export function accessTokensPage(view: AccessTokensView): WebPage {
  const { place, tokens, fresh, sentBack } = view;
  return {
    title,
    status: sentBack === null ? 200 : 400,
    crumbs: [...place.crumbs, { title }],
    main: html`<h1>${title}</h1>
<p>A ${place.kind} access token opens this ${place.kind} and nothing else. It belongs to nobody: what it does, a bot of its name does. It goes as Bearer.</p>
${fresh === undefined ? "" : freshCard(fresh)}
${tokens.length === 0 ? html`<p>There is none yet.</p>` : table(view)}
${createForm(view)}`,
  };
}

function freshCard({ name, token }: ResourceToken): Html {
  return html`<article><h2>New access token: ${name}</h2>
<p><code>${token}</code></p>
<p>Copy it now: it is shown only once.</p></article>`;
}

function table({ place, tokens, csrf }: AccessTokensView): Html {
  return html`<table><thead><tr><th scope="col">Name</th><th scope="col">Permissions</th><th scope="col">Created</th><th scope="col">Expires</th><td></td></tr></thead><tbody>${tokens.map(
    ({ id, name, scopes, createdOn, expiresAt }) => {
      const revoke = action({ label: `Revoke ${name}`, post: `${place.path}/revoke`, fields: { id } }, csrf, {
        look: "danger",
        small: true,
      });
      return html`<tr><th scope="row">${name}</th><td>${permissionList(scopes)}</td><td>${day(createdOn)}</td><td>${expiresAt === null ? "never" : day(expiresAt)}</td><td>${revoke}</td></tr>`;
    },
  )}</tbody></table>`;
}

function createForm({ place, rules, csrf, now, sentBack }: AccessTokensView): Html {
  const { form, problems } = sentBack ?? { form: new URLSearchParams(), problems: {} };
  const name = textField({
    name: "name",
    label: "Name",
    hint: "The bot is called so.",
    required: true,
    value: form.get("name") ?? "",
    problem: problems.name,
  });
  const expiry = expiryField({
    now,
    value: form.get("expires") ?? "",
    hint: "Left empty: it does not expire.",
    problem: problems.expires,
  });
  return html`<article id="create-access-token"><h2>Create ${place.kind} access token</h2>
<form method="post" action="${place.path}">${csrfField(csrf)}
${name}
${expiry}
<h3>Permissions</h3>
${permissionTicks(rules, form.getAll("scope"), accessTokenScopes[place.kind])}
<button class="${buttonClass({ look: "primary" })}">Create</button></form></article>`;
}
