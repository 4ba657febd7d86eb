/** Owns personal settings → Authorized applications: whom a person let in by either OAuth, and the way to put them out. */
import { Hono } from "hono";
import { type Html, html } from "../../../ui/html.ts";
import { action } from "../../../ui/parts/action.ts";
import type { DataCenterContext } from "../context.ts";
import { revokeOAuth1 } from "../oauth1/issue.ts";
import { livingGrants, revokeOAuth2 } from "../oauth2/issue.ts";
import { pathTo } from "../place.ts";
import type { DcPerson } from "../world.ts";
import { foreignForm, webPage } from "./frame.ts";
import { paths } from "./paths.ts";
import { permissionWords } from "./permissions.ts";
import { type DcWebEnv, loginLocation, ownForm } from "./visitor.ts";

const title = "Authorized applications";

interface Authorized {
  readonly name: string;
  readonly permissions: string;
  readonly since: Date;
  /** What the form that revokes it sends. */
  readonly fields: Readonly<Record<string, string>>;
}

export function authorizedRoutes(context: DataCenterContext): Hono<DcWebEnv> {
  const app = new Hono<DcWebEnv>({ strict: false });

  app.get(paths.authorized, async (c) => {
    const { person, csrf } = c.get("visitor");
    if (person === null) return c.redirect(loginLocation(context, paths.authorized));
    const rows = [...oauth1Apps(context, person), ...oauth2Apps(context, person)];
    return webPage(context, c, {
      title,
      crumbs: [{ title: "Personal settings" }, { title }],
      main: html`<h1>${title}</h1>
${
  rows.length === 0
    ? html`<p>You have let no application into your account.</p>`
    : html`<table><thead><tr><th scope="col">Application</th><th scope="col">Permissions</th><th scope="col">Since</th><td></td></tr></thead><tbody>${rows.map((one) => row(context, one, csrf))}</tbody></table>`
}`,
    });
  });

  app.post(paths.authorized, async (c) => {
    const { person } = c.get("visitor");
    const form = await ownForm(c);
    if (person === null || form === null) return foreignForm(context, c);
    const { oauth1, oauth2 } = context.world.state;
    revokeOAuth1(oauth1, person.id, form.get("consumer") ?? "");
    revokeOAuth2(oauth2, person.id, form.get("client") ?? "");
    return c.redirect(pathTo(context, paths.authorized), 303);
  });

  return app;
}

function oauth1Apps({ world }: DataCenterContext, { id }: DcPerson): readonly Authorized[] {
  const { accessTokens, consumers } = world.state.oauth1;
  const own = [...accessTokens.values()].filter(({ personId }) => personId === id);
  return [...Map.groupBy(own, ({ consumerKey }) => consumerKey)].map(([key, tokens]) => ({
    name: consumers.get(key)?.name ?? key,
    permissions: "Everything you may do",
    since: earliest(tokens),
    fields: { consumer: key },
  }));
}

function oauth2Apps({ world }: DataCenterContext, { id }: DcPerson): readonly Authorized[] {
  const { oauth2 } = world.state;
  return [...Map.groupBy(livingGrants(oauth2, id), ({ clientId }) => clientId)].map(([key, grants]) => ({
    name: oauth2.clients.get(key)?.name ?? key,
    permissions: [...new Set(grants.flatMap(({ scopes }) => scopes))].map(permissionWords).join(", "),
    since: earliest(grants),
    fields: { client: key },
  }));
}

function earliest(given: readonly { readonly grantedAt: Date }[]): Date {
  return new Date(Math.min(...given.map(({ grantedAt }) => grantedAt.getTime())));
}

function row(
  context: DataCenterContext,
  { name, permissions, since, fields }: Authorized,
  csrf: string,
): Html {
  const revoke = action({ label: `Revoke ${name}`, post: pathTo(context, paths.authorized), fields }, csrf, {
    look: "danger",
    small: true,
  });
  const day = since.toISOString();
  return html`<tr><th scope="row">${name}</th><td>${permissions}</td><td><time datetime="${day}">${day.slice(0, 10)}</time></td><td>${revoke}</td></tr>`;
}
