/** Owns the account page, and a person's Bitbucket accounts: linking, unlinking, for pages and for scripts. */
import { Hono } from "hono";
import type { App } from "../../app/app.ts";
import { accountPage } from "../../dashboard/account.ts";
import { departurePage } from "../../dashboard/departure.ts";
import { paths } from "../../dashboard/paths.ts";
import { unlinkPage } from "../../dashboard/unlink.ts";
import { webErrors } from "../errors.ts";
import { readJsonBody, textOf } from "../json-body.ts";
import { identitiesView, identityJson, identitySummaries } from "../views/account.ts";
import { instanceNameOf } from "../views/instance.ts";
import { ownSessionViews } from "../views/sessions.ts";
import {
  fieldText,
  readForm,
  renewSession,
  signedIn,
  visitorOf,
  type WebContext,
  type WebEnvironment,
} from "../visitor.ts";
import { keepBrowser } from "./auth.ts";

export function accountRoutes(app: App): Hono<WebEnvironment> {
  return new Hono<WebEnvironment>()
    .get(paths.account, (context) => showAccount(app, context))
    .post(paths.linkAccount, async (context) => {
      const instanceId = fieldText(await readForm(context), "instance");
      const crumbs = [
        { title: "Projects", href: paths.home },
        { title: "Account", href: paths.account },
      ];
      const location = await beginLink(app, context, instanceId);
      return context.html(departurePage({ ...signedIn(context), crumbs, location }));
    })
    .get(paths.unlink, (context) => askToUnlink(app, context))
    .post(paths.unlink, async (context) => {
      const form = await readForm(context);
      const identity = { instanceId: fieldText(form, "instance"), id: fieldText(form, "id") };
      const goesOn = await unlink(app, context, identity);
      return context.redirect(goesOn ? `${paths.account}?done=unlinked` : paths.signIn, 303);
    })
    .get("/api/v1/account/identities", async (context) => {
      const own = await identitySummaries(app, visitorOf(context).session.user.id);
      return context.json({ identities: own.map(identityJson) });
    })
    .post("/api/v1/account/link", async (context) => {
      const instanceId = textOf(await readJsonBody(context), "instance");
      return context.json({ location: await beginLink(app, context, instanceId) });
    })
    .post("/api/v1/account/unlink", async (context) => {
      const body = await readJsonBody(context);
      const identity = { instanceId: textOf(body, "instance"), id: textOf(body, "id") };
      const goesOn = await unlink(app, context, identity);
      return context.json({ unlinked: true, signedOut: !goesOn });
    });
}

async function showAccount(app: App, context: WebContext): Promise<Response> {
  const { session } = visitorOf(context);
  const { user, instanceId, expiresAt } = session;
  return context.html(
    accountPage({
      ...signedIn(context),
      ...(await identitiesView(app, user.id)),
      emailVerified: user.emailVerified,
      instanceName: await instanceNameOf(app, instanceId),
      expiresAt,
      sessions: await ownSessionViews(app, session),
      isAdmin: await app.admins.includes(session),
    }),
  );
}

/** Only from a form or a script of ours: the guards have seen to that. */
async function beginLink(app: App, context: WebContext, instanceId: string): Promise<string> {
  const instance = app.instances.configured.get(instanceId);
  if (instance === undefined) throw webErrors.fail("web.unknown_instance");
  if (!(await app.isReachable(instance.id))) throw webErrors.fail("web.unreachable_bitbucket");
  const { location } = await app.accounts.beginLink({
    userId: visitorOf(context).session.user.id,
    instanceId,
    browserToken: keepBrowser(app, context).browserToken,
    returnTo: paths.account,
  });
  return location;
}

async function askToUnlink(app: App, context: WebContext): Promise<Response> {
  const { instance, id } = context.req.query();
  const own = await identitySummaries(app, visitorOf(context).session.user.id);
  const identity = own.find((each) => each.place.id === instance && each.id === id);
  if (identity === undefined) throw webErrors.fail("web.not_found");
  if (!identity.canUnlink) return context.redirect(paths.account, 303);
  return context.html(unlinkPage({ ...signedIn(context), identity }));
}

/** One way in less is a change of rights: a session that goes on gets another token. Says whether it does. */
async function unlink(
  app: App,
  context: WebContext,
  identity: { readonly instanceId: string; readonly id: string },
): Promise<boolean> {
  const { session } = visitorOf(context);
  const order = { ...identity, userId: session.user.id, sessionId: session.id };
  const { goesOn } = await app.accounts.unlink(order);
  if (goesOn) await renewSession(app, context);
  else context.header("Set-Cookie", app.cookies.clear("session"));
  return goesOn;
}
