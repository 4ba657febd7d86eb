/** Owns personal settings → App authorizations: whom a person let in, and the way to put them out. */
import { Hono } from "hono";
import { type Html, html } from "../../../../ui/html.ts";
import { action } from "../../../../ui/parts/action.ts";
import type { EmulatorContext } from "../../../core/context.ts";
import type { Grant } from "../../../core/oauth-state.ts";
import { livingGrants, revokeGrants } from "../../oauth/issue.ts";
import { problemPage, webPage } from "../frame.ts";
import { signinLocation } from "../signin.ts";
import { ownForm, type WebEnv } from "../visitor.ts";

const path = "/account/settings/app-authorizations";

export function authorizationRoutes(context: EmulatorContext): Hono<WebEnv> {
  const app = new Hono<WebEnv>({ strict: false });

  app.get(path, async (c) => {
    const { person, csrf } = c.get("visitor");
    if (person === null) return c.redirect(signinLocation(`${path}/`));
    const byConsumer = Map.groupBy(livingGrants(context, person.uuid), (grant) => grant.consumerKey);
    const rows = [...byConsumer].map(([key, grants]) => row(context, key, grants, csrf));
    return webPage(context, c, {
      title: "App authorizations",
      crumbs: [{ title: "Personal settings" }, { title: "App authorizations" }],
      main: html`<h1>App authorizations</h1>
${
  rows.length === 0
    ? html`<p>You have let no app into your account.</p>`
    : html`<table><thead><tr><th scope="col">App</th><th scope="col">Permissions</th><th scope="col">Since</th><td></td></tr></thead><tbody>${rows}</tbody></table>`
}`,
    });
  });

  app.post(path, async (c) => {
    const { person } = c.get("visitor");
    const form = await ownForm(c);
    if (person === null || form === null)
      return problemPage(context, c, {
        status: 403,
        title: "Nothing was revoked",
        text: "This form was not one of yours, or is too old.",
      });
    revokeGrants(context, person.uuid, form.get("consumer") ?? "");
    return c.redirect(`${path}/`, 303);
  });

  return app;
}

function row(context: EmulatorContext, key: string, grants: readonly Grant[], csrf: string): Html {
  const scopes = [...new Set(grants.flatMap((grant) => grant.scopes))];
  const since = grants.map(({ grantedAt }) => grantedAt.toISOString()).sort()[0] ?? "";
  const name = context.world.oauth.consumers.get(key)?.name ?? key;
  const revoke = action({ label: `Revoke ${name}`, post: `${path}/`, fields: { consumer: key } }, csrf, {
    look: "danger",
    small: true,
  });
  return html`<tr><th scope="row">${name}</th><td>${scopes.join(", ")}</td><td><time datetime="${since}">${since.slice(0, 10)}</time></td><td>${revoke}</td></tr>`;
}
