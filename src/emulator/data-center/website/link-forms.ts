/** Owns the forms that make a link: incoming authentication of OAuth 1, and an external application of OAuth 2. */
import { type Html, html } from "../../../ui/html.ts";
import { buttonClass } from "../../../ui/parts/action.ts";
import { areaField, textField } from "../../../ui/parts/field.ts";
import type { DataCenterContext } from "../context.ts";
import { pathTo } from "../place.ts";
import { linkScopes } from "../scopes.ts";
import { type SentBack, tick, ticks, tokenField } from "./forms.ts";
import type { DcPage } from "./frame.ts";
import { paths } from "./paths.ts";
import { permissionWords } from "./permissions.ts";

/** "Atlassian product". Fields: `consumerKey`, `consumerName`, `publicKey`, `callbackUrl`, `twoLegged`. */
export function atlassianForm(context: DataCenterContext, csrf: string, sentBack: SentBack | null): DcPage {
  const facts = (name: string) => ({
    name,
    value: sentBack?.form.get(name) ?? "",
    problem: sentBack?.problems[name],
  });
  const fields = html`<h2>Incoming authentication</h2>
${textField({ ...facts("consumerKey"), label: "Consumer key", required: true })}
${textField({ ...facts("consumerName"), label: "Consumer name", hint: "People see it when they are asked for access.", required: true })}
${areaField({ ...facts("publicKey"), label: "Public key", hint: "RSA, in PEM: it begins with BEGIN PUBLIC KEY. A certificate is none." })}
${textField({ ...facts("callbackUrl"), label: "Consumer callback URL", hint: "Where people come back to when the app names no other place. May stay empty." })}
${tick("twoLegged", "Allow 2-Legged OAuth", sentBack?.form.has("twoLegged") ?? false)}`;
  return formPage(context, {
    csrf,
    title: "Atlassian product",
    post: paths.createAtlassian,
    fields,
    sentBack,
  });
}

/** "External application", incoming. Fields: `name`, `redirectUrl`, and `permission` once for each tick. */
export function externalForm(context: DataCenterContext, csrf: string, sentBack: SentBack | null): DcPage {
  const facts = (name: string) => ({
    name,
    value: sentBack?.form.get(name) ?? "",
    problem: sentBack?.problems[name],
  });
  const tickable = linkScopes.filter((name) => name !== "PUBLIC_REPOS");
  const permissions = tickable.map((value) => ({ value, words: permissionWords(value) }));
  const fields = html`<p>Direction: Incoming</p>
${textField({ ...facts("name"), label: "Name", hint: "People see it when they are asked for access.", required: true })}
${textField({ ...facts("redirectUrl"), label: "Redirect URL", hint: "Compared character by character with the one of each request.", required: true })}
${ticks("permission", "Application permissions", permissions, sentBack?.form.getAll("permission") ?? [])}
<p>Without any tick the app sees what everybody who is logged in may see.</p>`;
  return formPage(context, {
    csrf,
    title: "External application",
    post: paths.createExternal,
    fields,
    sentBack,
  });
}

function formPage(
  context: DataCenterContext,
  what: {
    readonly csrf: string;
    readonly title: string;
    readonly post: string;
    readonly fields: Html;
    readonly sentBack: SentBack | null;
  },
): DcPage {
  const { csrf, title, post, fields, sentBack } = what;
  return {
    title,
    status: sentBack === null ? 200 : 400,
    crumbs: [{ title: "Administration" }, { title: "Application links", href: paths.links }, { title }],
    main: html`<article><h1>${title}</h1>
<form method="post" action="${pathTo(context, post)}">${tokenField(csrf)}
${fields}
<div class="buttons"><button class="${buttonClass({ look: "primary" })}">Save</button>
<a class="${buttonClass()}" href="${pathTo(context, paths.links)}">Cancel</a></div></form></article>`,
  };
}
