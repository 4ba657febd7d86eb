/** Owns the pages of HTTP access tokens, one's own and those of projects and repositories: list, create, revoke. A token is shown once. */
import { type Context, Hono } from "hono";
import type { DataCenterContext } from "../context.ts";
import { pathTo } from "../place.ts";
import type { HttpAccessToken } from "../state.ts";
import { createHttpToken, revokeHttpToken, tokensOf } from "../tokens/issue.ts";
import type { SentBack } from "./forms.ts";
import { foreignForm, webPage } from "./frame.ts";
import { tickedPermissions } from "./permissions.ts";
import { type TokenPlace, tokenPlace, tokenPlaces } from "./token-places.ts";
import { newTokenPage, tokensPage } from "./tokens-page.ts";
import { type DcWebEnv, ownForm } from "./visitor.ts";

type Show = (c: Context<DcWebEnv>, place: TokenPlace) => Promise<Response>;
type Change = (c: Context<DcWebEnv>, place: TokenPlace, form: URLSearchParams) => Promise<Response>;

export function tokenPages(context: DataCenterContext): Hono<DcWebEnv> {
  const app = new Hono<DcWebEnv>({ strict: false });
  /** By the form token of who made it: made, and not yet looked at. */
  const fresh = new Map<string, HttpAccessToken>();
  const toList = async (c: Context<DcWebEnv>, { path }: TokenPlace) =>
    c.redirect(pathTo(context, `${path}/manage`), 303);

  const shown = (page: string, show: Show) => {
    for (const path of tokenPlaces)
      app.get(`${path}/${page}`, async (c) => {
        const place = await tokenPlace(context, c);
        return place instanceof Response ? place : show(c, place);
      });
  };
  const posted = (page: string, change: Change) => {
    for (const path of tokenPlaces)
      app.post(`${path}/${page}`, async (c) => {
        const form = await ownForm(c);
        if (form === null || c.get("visitor").person === null) return foreignForm(context, c);
        const place = await tokenPlace(context, c);
        return place instanceof Response ? place : change(c, place, form);
      });
  };

  shown("manage", async (c, place) => {
    const { csrf } = c.get("visitor");
    const made = fresh.get(csrf) ?? null;
    fresh.delete(csrf);
    const tokens = tokensOf(context.world.state, place.owner);
    return webPage(context, c, tokensPage(context, { place, tokens, csrf, made }));
  });
  shown("create", (c, place) =>
    webPage(context, c, newTokenPage(context, place, c.get("visitor").csrf, null)),
  );
  posted("create", async (c, place, form) => {
    const { csrf } = c.get("visitor");
    const problems = formProblems(form, place);
    if (Object.keys(problems).length > 0)
      return webPage(context, c, newTokenPage(context, place, csrf, { form, problems }));
    fresh.set(csrf, makeToken(context, place, form));
    return toList(c, place);
  });
  posted("revoke", (c, place, form) => {
    revokeHttpToken(context.world.state, place.owner, form.get("id") ?? "");
    return toList(c, place);
  });
  return app;
}

function makeToken(
  context: DataCenterContext,
  { owner, tickable }: TokenPlace,
  form: URLSearchParams,
): HttpAccessToken {
  const days = (form.get("expiryDays") ?? "").trim();
  return createHttpToken(context, {
    name: (form.get("name") ?? "").trim(),
    owner,
    permissions: tickedPermissions(form, tickable),
    expiryDays: days === "" ? null : Number(days),
  });
}

function formProblems(form: URLSearchParams, { tickable }: TokenPlace): SentBack["problems"] {
  const days = (form.get("expiryDays") ?? "").trim();
  return {
    ...((form.get("name") ?? "").trim() === "" ? { name: "A name is needed." } : {}),
    ...(tickedPermissions(form, tickable).length === 0
      ? { permission: "At least one permission is needed." }
      : {}),
    ...(days !== "" && !/^[1-9]\d{0,4}$/.test(days) ? { expiryDays: "This is no number of days." } : {}),
  };
}
