/** Owns personal settings → App passwords: list, create, revoke; a farewell where the rule for them is off. */
import { Hono } from "hono";
import type { EmulatorContext } from "../../../core/context.ts";
import type { AppPassword } from "../../../core/world.ts";
import { createAppPassword, revokeAppPassword } from "../../app-passwords.ts";
import { foreignForm } from "../consumers.ts";
import { webPage } from "../frame.ts";
import { tickedScopes } from "../permissions.ts";
import { signinLocation } from "../signin.ts";
import { ownForm, type Visitor, type WebEnv } from "../visitor.ts";
import {
  appPasswordsEndedPage,
  appPasswordsPage,
  newAppPasswordPage,
  appPasswordsPath as path,
} from "./app-passwords-page.ts";

export function appPasswordRoutes(context: EmulatorContext): Hono<WebEnv> {
  const { rules } = context;
  const app = new Hono<WebEnv>({ strict: false });
  /** Made, and not yet looked at by who made it. */
  const fresh = new WeakMap<Visitor, AppPassword>();

  app.use(`${path}/*`, async (c, next) => {
    if (!rules.appPasswords)
      return webPage(context, c, appPasswordsEndedPage(c.req.method === "POST" ? 410 : 200));
    if (c.get("visitor").person !== null) return next();
    return c.req.method === "POST" ? foreignForm(context, c) : c.redirect(signinLocation(c.req.path));
  });

  app.get(path, (c) => {
    const visitor = c.get("visitor");
    if (visitor.person === null) return c.notFound();
    const made = fresh.get(visitor);
    fresh.delete(visitor);
    return webPage(context, c, appPasswordsPage(visitor.person, visitor.csrf, made));
  });

  app.get(`${path}/new`, (c) => webPage(context, c, newAppPasswordPage(rules, c.get("visitor").csrf, null)));

  app.post(`${path}/new`, async (c) => {
    const visitor = c.get("visitor");
    const form = await ownForm(c);
    if (visitor.person === null || form === null) return foreignForm(context, c);
    const label = (form.get("label") ?? "").trim();
    if (label === "") return webPage(context, c, newAppPasswordPage(rules, visitor.csrf, form));
    const scopes = tickedScopes(rules, form);
    fresh.set(visitor, createAppPassword(context, visitor.person, { label, scopes }));
    return c.redirect(`${path}/`, 303);
  });

  app.post(`${path}/revoke`, async (c) => {
    const { person } = c.get("visitor");
    const form = await ownForm(c);
    if (person === null || form === null) return foreignForm(context, c);
    revokeAppPassword(person, form.get("id") ?? "");
    return c.redirect(`${path}/`, 303);
  });

  return app;
}
