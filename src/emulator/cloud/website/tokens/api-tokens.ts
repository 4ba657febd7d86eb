/** Owns personal settings → API tokens: list, create with and without scopes, revoke. */
import { Hono } from "hono";
import type { EmulatorContext } from "../../../core/context.ts";
import { addApiToken } from "../../../core/plant-tokens.ts";
import { apiTokenScopes } from "../../../core/scopes.ts";
import type { ApiToken } from "../../../core/world.ts";
import { revokeApiToken } from "../../tokens/api-tokens.ts";
import { foreignForm } from "../consumers.ts";
import { webPage } from "../frame.ts";
import { signinLocation } from "../signin.ts";
import { ownForm, type Visitor, type WebEnv } from "../visitor.ts";
import {
  apiTokensPage,
  newApiTokenPage,
  apiTokensPath as path,
  plainForm,
  scopedForm,
} from "./api-tokens-page.ts";
import { readExpiry } from "./expiry.ts";

export function apiTokenPages(context: EmulatorContext): Hono<WebEnv> {
  const { clock, world } = context;
  const app = new Hono<WebEnv>({ strict: false });
  /** Made, and not yet looked at by who made it. */
  const fresh = new WeakMap<Visitor, ApiToken>();

  app.use(`${path}/*`, async (c, next) => {
    if (c.get("visitor").person !== null) return next();
    return c.req.method === "POST" ? foreignForm(context, c) : c.redirect(signinLocation(c.req.path));
  });

  app.get(path, (c) => {
    const visitor = c.get("visitor");
    if (visitor.person === null) return c.notFound();
    const made = fresh.get(visitor);
    fresh.delete(visitor);
    const view = { csrf: visitor.csrf, now: clock.now(), fresh: made };
    return webPage(context, c, apiTokensPage(visitor.person, view));
  });

  for (const kind of [plainForm, scopedForm] as const) {
    app.get(`${path}/${kind}`, (c) => {
      const { csrf } = c.get("visitor");
      return webPage(context, c, newApiTokenPage({ kind, csrf, now: clock.now(), sentBack: null }));
    });

    app.post(`${path}/${kind}`, async (c) => {
      const visitor = c.get("visitor");
      const form = await ownForm(c);
      if (visitor.person === null || form === null) return foreignForm(context, c);
      const now = clock.now();
      const read = readApiTokenForm(form, kind === scopedForm, now);
      if ("problems" in read) {
        const sentBack = { form, problems: read.problems };
        return webPage(context, c, newApiTokenPage({ kind, csrf: visitor.csrf, now, sentBack }));
      }
      fresh.set(visitor, addApiToken(visitor.person, read, { now, isSeeded: false }));
      return c.redirect(`${path}/`, 303);
    });
  }

  app.post(`${path}/revoke`, async (c) => {
    const { person } = c.get("visitor");
    const form = await ownForm(c);
    if (person === null || form === null) return foreignForm(context, c);
    revokeApiToken(world, form.get("id") ?? "", person);
    return c.redirect(`${path}/`, 303);
  });

  return app;
}

function readApiTokenForm(form: URLSearchParams, withScopes: boolean, now: Date) {
  const name = (form.get("name") ?? "").trim();
  const expiry = readExpiry(form, now);
  const ticked = new Set(form.getAll("scope"));
  const scopes = withScopes ? apiTokenScopes.filter((scope) => ticked.has(scope)) : [];
  const problems = {
    ...(name === "" ? { name: "A name is needed." } : {}),
    ...("problem" in expiry ? { expires: expiry.problem } : {}),
    ...("at" in expiry && expiry.at === null ? { expires: "An expiry date is needed." } : {}),
    ...(withScopes && scopes.length === 0 ? { scope: "Tick at least one scope." } : {}),
  };
  if ("problem" in expiry || Object.keys(problems).length > 0) return { problems };
  return { name, scopes, ...(expiry.at === null ? {} : { expiresAt: expiry.at }) };
}
