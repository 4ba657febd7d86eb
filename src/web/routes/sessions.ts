/** Owns seeing and ending sessions: one's own, and for administrators anybody's. */
import { Hono, type MiddlewareHandler } from "hono";
import type { App } from "../../app/app.ts";
import { adminSessionsPage, type CheckedSessions } from "../../dashboard/admin-sessions.ts";
import { paths } from "../../dashboard/paths.ts";
import type { Rechecked } from "../../signin/recheck/recheck.ts";
import { webErrors } from "../errors.ts";
import { anybodysSessionJson, sessionJson, summarizeSession } from "../views/sessions.ts";
import {
  actorOf,
  fieldText,
  readForm,
  renewSession,
  signedIn,
  visitorOf,
  type WebContext,
  type WebEnvironment,
} from "../visitor.ts";

const mostShown = 100;

export function sessionRoutes(app: App): Hono<WebEnvironment> {
  const admin = requireAdmin(app);
  return new Hono<WebEnvironment>()
    .post(paths.endSession, (context) => endOwn(app, context))
    .post(paths.endOtherSessions, async (context) => {
      await endOthers(app, context);
      return context.redirect(`${paths.account}?done=sessions-ended`, 303);
    })
    .get("/api/v1/sessions", (context) => listOwn(app, context))
    .post("/api/v1/sessions/end-others", async (context) =>
      context.json({ ended: await endOthers(app, context) }),
    )
    .post("/api/v1/sessions/:session/end", async (context) => {
      const { user } = visitorOf(context).session;
      const choice = { id: context.req.param("session"), userId: user.id };
      return context.json({ ended: await app.endings.end(choice, actorOf(context)) });
    })
    .get(paths.adminSessions, admin, (context) => showAnybodys(app, context))
    .post(paths.adminEndSessions, admin, (context) => endAnybodys(app, context))
    .post(paths.adminCheckSessions, admin, (context) => checkAnybodys(app, context))
    .post("/api/v1/admin/sessions/check", admin, async (context) =>
      context.json({ sessions: await app.rechecks.now({ all: true }, actorOf(context)) }),
    )
    .post("/api/v1/admin/users/:user/sessions/check", admin, async (context) => {
      const choice = { userId: context.req.param("user") };
      return context.json({ sessions: await app.rechecks.now(choice, actorOf(context)) });
    })
    .get("/api/v1/admin/sessions", admin, (context) => listAnybodys(app, context))
    .post("/api/v1/admin/sessions/:session/end", admin, async (context) => {
      const choice = { id: context.req.param("session") };
      return context.json({ ended: await app.endings.end(choice, actorOf(context)) });
    })
    .post("/api/v1/admin/users/:user/sessions/end", admin, async (context) => {
      const choice = { userId: context.req.param("user") };
      return context.json({ ended: await app.endings.end(choice, actorOf(context)) });
    });
}

/**
 * Whoever is none is told that there is no such page. With the first thing an administrator does, the session's token is made
 * anew: one that was known to somebody else before is worth nothing here.
 */
function requireAdmin(app: App): MiddlewareHandler<WebEnvironment> {
  return async (context, next) => {
    const { session } = visitorOf(context);
    if (!(await app.admins.includes(session))) throw webErrors.fail("web.not_found");
    if (!session.isElevated) await renewSession(app, context, { elevate: true });
    await next();
  };
}

/** Ending the one that asks is signing out. */
async function endOwn(app: App, context: WebContext): Promise<Response> {
  const { session } = visitorOf(context);
  const id = fieldText(await readForm(context), "session");
  await app.endings.end({ id, userId: session.user.id }, actorOf(context));
  if (id !== session.id) return context.redirect(`${paths.account}?done=session-ended`, 303);
  context.header("Set-Cookie", app.cookies.clear("session"));
  return context.redirect(paths.signIn, 303);
}

async function endOthers(app: App, context: WebContext): Promise<number> {
  const { session } = visitorOf(context);
  return app.endings.end({ userId: session.user.id, exceptId: session.id }, actorOf(context));
}

async function listOwn(app: App, context: WebContext): Promise<Response> {
  const { session: current } = visitorOf(context);
  const own = await app.sessions.list({ userId: current.user.id });
  return context.json({ sessions: own.map((session) => sessionJson(session, current)) });
}

async function showAnybodys(app: App, context: WebContext): Promise<Response> {
  const { session: current } = visitorOf(context);
  const query = (context.req.query("q") ?? "").trim().slice(0, 200);
  const found = await app.sessions.list({ text: query, limit: mostShown + 1 });
  const sessions = await Promise.all(
    found.slice(0, mostShown).map(async (session) => ({
      ...(await summarizeSession(app, session, current)),
      person: session.user,
    })),
  );
  const areMore = found.length > mostShown;
  const checked = readChecked(context.req.query("checked"));
  return context.html(
    adminSessionsPage({
      ...signedIn(context),
      query,
      sessions,
      areMore,
      areJudged: app.rechecks.areAny(),
      ...(checked !== undefined && { checked }),
    }),
  );
}

async function endAnybodys(app: App, context: WebContext): Promise<Response> {
  const form = await readForm(context);
  const [id, userId, q] = ["session", "user", "q"].map((name) => fieldText(form, name));
  if (!id && !userId)
    throw webErrors.fail("web.bad_request", { message: "Neither a session nor a person was named." });
  await app.endings.end(id ? { id } : { userId: userId ?? "" }, actorOf(context));
  const done = id ? "session-ended" : "sessions-ended";
  return context.redirect(`${paths.adminSessions}?${new URLSearchParams({ q: q ?? "", done })}`, 303);
}

/** What came of it travels as three numbers to the page that says so. */
async function checkAnybodys(app: App, context: WebContext): Promise<Response> {
  const form = await readForm(context);
  const [userId, q] = ["user", "q"].map((name) => fieldText(form, name));
  const checked = await app.rechecks.now(userId ? { userId } : { all: true }, actorOf(context));
  const count = (end: Rechecked["end"]) => checked.filter((each) => each.end === end).length;
  const told = [checked.length, count("ended"), count("unanswered")].join("-");
  return context.redirect(
    `${paths.adminSessions}?${new URLSearchParams({ q: q ?? "", checked: told })}`,
    303,
  );
}

/** Nothing for an address that says anything else. */
function readChecked(text: string | undefined): CheckedSessions | undefined {
  const [, sessions, ended, unanswered] = /^(\d{1,6})-(\d{1,6})-(\d{1,6})$/.exec(text ?? "") ?? [];
  if (sessions === undefined) return undefined;
  return { sessions: Number(sessions), ended: Number(ended), unanswered: Number(unanswered) };
}

async function listAnybodys(app: App, context: WebContext): Promise<Response> {
  const { session: current } = visitorOf(context);
  const { user: userId, q: text } = context.req.query();
  const found = await app.sessions.list({ userId, text, limit: mostShown });
  return context.json({ sessions: found.map((session) => anybodysSessionJson(session, current)) });
}
