/** Owns what application links look like: the list of both kinds, and the dialog that asks for the kind. */
import { type Html, html } from "../../../ui/html.ts";
import { buttonClass } from "../../../ui/parts/action.ts";
import { badge } from "../../../ui/parts/notice.ts";
import type { DataCenterContext } from "../context.ts";
import { pathTo } from "../place.ts";
import type { OAuth1Consumer, OAuth2Client } from "../state.ts";
import type { DcPage } from "./frame.ts";
import { paths } from "./paths.ts";
import { permissionWords } from "./permissions.ts";

export function linksPage(context: DataCenterContext): DcPage {
  const { oauth1, oauth2 } = context.world.state;
  const cards = [
    ...[...oauth1.consumers.values()].map((consumer) => consumerCard(context, consumer)),
    ...[...oauth2.clients.values()].map((client) => clientCard(context, client)),
  ];
  return {
    title: "Application links",
    crumbs: [{ title: "Administration" }, { title: "Application links" }],
    main: html`<h1>Application links</h1>
<p>A link lets an app ask people for access to this Bitbucket, in their name.</p>
<p><a class="${buttonClass({ look: "primary" })}" href="${pathTo(context, paths.createLink)}">Create link</a></p>
${cards.length === 0 ? html`<p>There is none yet.</p>` : cards}`,
  };
}

type Rows = readonly (readonly [string, string | Html])[];

function consumerCard(context: DataCenterContext, consumer: OAuth1Consumer): Html {
  const { key, name, publicKey, callbackUrl, twoLegged } = consumer;
  const rows: Rows = [
    ["Consumer key", html`<code>${key}</code>`],
    ["Public key", html`<code>${publicKey.trim()}</code>`],
    ["Consumer callback URL", callbackUrl === "" ? "none" : html`<code>${callbackUrl}</code>`],
    ["2-legged OAuth", twoLegged ? "allowed" : "off"],
  ];
  return card(context, { name, kind: "Atlassian product (OAuth 1)", rows, query: { consumer: key } });
}

function clientCard(context: DataCenterContext, client: OAuth2Client): Html {
  const { clientId, clientSecret, name, redirectUrls, scopes } = client;
  const rows: Rows = [
    ["Client ID", html`<code>${clientId}</code>`],
    ["Client secret", html`<code>${clientSecret}</code>`],
    ["Redirect URL", html`${redirectUrls.map((url) => html`<code>${url}</code> `)}`],
    ["Permissions", scopes.map(permissionWords).join(", ")],
  ];
  return card(context, { name, kind: "External application (OAuth 2)", rows, query: { client: clientId } });
}

function card(
  context: DataCenterContext,
  link: {
    readonly name: string;
    readonly kind: string;
    readonly rows: Rows;
    readonly query: Record<string, string>;
  },
): Html {
  const remove = `${pathTo(context, paths.deleteLink)}?${new URLSearchParams(link.query)}`;
  return html`<article><h2>${link.name}</h2><p>${badge(link.kind)}</p>
<table><tbody>${link.rows.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table>
<a class="${buttonClass({ look: "danger", small: true })}" href="${remove}">Delete</a></article>`;
}

/** Since 7.20: choosing the wrong kind is the commonest mistake, so each says what it is for. */
export function kindPage(context: DataCenterContext): DcPage {
  const kinds = [
    [paths.createAtlassian, "Atlassian product", "OAuth 1, with a consumer key and a public key."],
    [
      paths.createExternal,
      "External application",
      "OAuth 2, incoming, with a client ID and a client secret.",
    ],
  ] as const;
  return {
    title: "Create link",
    narrow: true,
    crumbs: [
      { title: "Administration" },
      { title: "Application links", href: paths.links },
      { title: "Create link" },
    ],
    main: html`<article><h1>Create link</h1><p>Application type</p>
<ul class="choices">${kinds.map(
      ([path, name, note]) =>
        html`<li><a class="${buttonClass()}" href="${pathTo(context, path)}">${name}</a><small>${note}</small></li>`,
    )}</ul>
<p><a class="${buttonClass({ look: "quiet" })}" href="${pathTo(context, paths.links)}">Cancel</a></p></article>`,
  };
}
