/** Owns what HTTP access tokens look like: the list, the one time a new one is shown, and the form. */
import { type Html, html } from "../../../ui/html.ts";
import { action, buttonClass } from "../../../ui/parts/action.ts";
import { textField } from "../../../ui/parts/field.ts";
import { notice } from "../../../ui/parts/notice.ts";
import type { DataCenterContext } from "../context.ts";
import { pathTo } from "../place.ts";
import type { HttpAccessToken } from "../state.ts";
import { type SentBack, ticks, tokenField } from "./forms.ts";
import type { DcPage } from "./frame.ts";
import { permissionWords } from "./permissions.ts";
import type { TokenPlace } from "./token-places.ts";

const title = "HTTP access tokens";

export interface TokensView {
  readonly place: TokenPlace;
  readonly tokens: readonly HttpAccessToken[];
  readonly csrf: string;
  /** Made a moment ago: this is the one time its text is shown. */
  readonly made: HttpAccessToken | null;
}

export function tokensPage(context: DataCenterContext, view: TokensView): DcPage {
  const { place, tokens, made } = view;
  return {
    title,
    crumbs: [{ title: place.name }, { title }],
    main: html`<h1>${title}</h1>
<p>${purpose(place)}</p>
${made === null ? "" : madeCard(made)}
<p><a class="${buttonClass({ look: "primary" })}" href="${pathTo(context, `${place.path}/create`)}">Create token</a></p>
${tokens.length === 0 ? html`<p>There is none yet.</p>` : table(context, view)}`,
  };
}

function purpose({ owner }: TokenPlace): string {
  const what = "A token lets one app at the REST API and at git with the permissions ticked for it";
  return owner.kind === "person"
    ? `${what}, and no more than you have yourself.`
    : `${what}, in this ${owner.kind} and nowhere else. It acts as nobody.`;
}

function madeCard({ name, token }: HttpAccessToken): Html {
  return html`<article><h2>New token: ${name}</h2><p><code>${token}</code></p>
<p>Copy it now: it is shown only once.</p></article>`;
}

function table(context: DataCenterContext, { place, tokens, csrf }: TokensView): Html {
  return html`<table><thead><tr><th scope="col">Name</th><th scope="col">Permissions</th><th scope="col">Expires</th><td></td></tr></thead><tbody>${tokens.map(
    ({ id, name, permissions, expiresAt }) => {
      const revoke = action(
        { label: `Revoke ${name}`, post: pathTo(context, `${place.path}/revoke`), fields: { id } },
        csrf,
        { look: "danger", small: true },
      );
      return html`<tr><th scope="row">${name}</th><td>${permissions.map(permissionWords).join(", ")}</td><td>${expiry(context, expiresAt)}</td><td>${revoke}</td></tr>`;
    },
  )}</tbody></table>`;
}

function expiry({ clock }: DataCenterContext, expiresAt: Date | null): Html | string {
  if (expiresAt === null) return "never";
  const day = expiresAt.toISOString().slice(0, 10);
  return html`<time datetime="${expiresAt.toISOString()}">${day}</time>${expiresAt <= clock.now() ? " (expired)" : ""}`;
}

/** Fields: `name`, `permission` once for each tick, `expiryDays` (empty: never). */
export function newTokenPage(
  context: DataCenterContext,
  place: TokenPlace,
  csrf: string,
  sentBack: SentBack | null,
): DcPage {
  const facts = (name: string) => ({
    name,
    value: sentBack?.form.get(name) ?? "",
    problem: sentBack?.problems[name],
  });
  const permissions = place.tickable.map((value) => ({ value, words: permissionWords(value) }));
  const missing = sentBack?.problems.permission;
  return {
    title: "Create token",
    status: sentBack === null ? 200 : 400,
    crumbs: [{ title: place.name }, { title, href: `${place.path}/manage` }, { title: "Create" }],
    main: html`<article><h1>Create token</h1>
<form method="post" action="${pathTo(context, `${place.path}/create`)}">${tokenField(csrf)}
${textField({ ...facts("name"), label: "Name", hint: "For you, to tell it from others: what will use it.", required: true })}
${missing === undefined ? "" : notice({ tone: "bad", text: missing })}
${ticks("permission", "Permissions", permissions, sentBack?.form.getAll("permission") ?? [])}
${textField({ ...facts("expiryDays"), label: "Expires after", hint: "Empty: never.", unit: "days" })}
<div class="buttons"><button class="${buttonClass({ look: "primary" })}">Create</button>
<a class="${buttonClass()}" href="${pathTo(context, `${place.path}/manage`)}">Cancel</a></div></form></article>`,
  };
}
