/** Owns personal settings → HTTP access tokens: list, create, revoke. A token is shown once. */
import { type Context, Hono } from "hono";
import type { DataCenterContext } from "../context.ts";
import { pathTo } from "../place.ts";
import { tokenPermissions } from "../scopes.ts";
import type { HttpAccessToken, HttpTokenOwner } from "../state.ts";
import { createHttpToken, revokeHttpToken, tokensOf } from "../tokens/issue.ts";
import type { DcPerson } from "../world.ts";
import type { SentBack } from "./forms.ts";
import { foreignForm, webPage } from "./frame.ts";
import { paths } from "./paths.ts";
import { tickedPermissions } from "./permissions.ts";
import { newTokenPage, tokensPage } from "./tokens-page.ts";
import { type DcWebEnv, loginLocation, ownForm } from "./visitor.ts";

export function tokenPages(context: DataCenterContext): Hono<DcWebEnv> {
  const app = new Hono<DcWebEnv>({ strict: false });
  /** By the form token of who made it: made, and not yet looked at. */
  const fresh = new Map<string, HttpAccessToken>();
  const toList = (c: Context<DcWebEnv>) => c.redirect(pathTo(context, paths.tokens), 303);

  app.get(paths.tokens, async (c) => {
    const { person, csrf } = c.get("visitor");
    if (person === null) return c.redirect(loginLocation(context, paths.tokens));
    const made = fresh.get(csrf) ?? null;
    fresh.delete(csrf);
    return webPage(
      context,
      c,
      tokensPage(context, { tokens: tokensOf(context.world.state, own(person)), csrf, made }),
    );
  });

  app.get(paths.newToken, async (c) => {
    const { person, csrf } = c.get("visitor");
    if (person === null) return c.redirect(loginLocation(context, paths.newToken));
    return webPage(context, c, newTokenPage(context, csrf, null));
  });

  app.post(paths.newToken, async (c) => {
    const { person, csrf } = c.get("visitor");
    const form = await ownForm(c);
    if (person === null || form === null) return foreignForm(context, c);
    const problems = formProblems(form);
    if (Object.keys(problems).length > 0)
      return webPage(context, c, newTokenPage(context, csrf, { form, problems }));
    const days = (form.get("expiryDays") ?? "").trim();
    const made = createHttpToken(context, {
      name: (form.get("name") ?? "").trim(),
      owner: own(person),
      permissions: tickedPermissions(form, tokenPermissions),
      expiryDays: days === "" ? null : Number(days),
    });
    fresh.set(csrf, made);
    return toList(c);
  });

  app.post(paths.revokeToken, async (c) => {
    const { person } = c.get("visitor");
    const form = await ownForm(c);
    if (person === null || form === null) return foreignForm(context, c);
    revokeHttpToken(context.world.state, own(person), form.get("id") ?? "");
    return toList(c);
  });

  return app;
}

function own({ id }: DcPerson): HttpTokenOwner {
  return { kind: "person", personId: id };
}

function formProblems(form: URLSearchParams): SentBack["problems"] {
  const days = (form.get("expiryDays") ?? "").trim();
  return {
    ...((form.get("name") ?? "").trim() === "" ? { name: "A name is needed." } : {}),
    ...(tickedPermissions(form, tokenPermissions).length === 0
      ? { permission: "At least one permission is needed." }
      : {}),
    ...(days !== "" && !/^[1-9]\d{0,4}$/.test(days) ? { expiryDays: "This is no number of days." } : {}),
  };
}
