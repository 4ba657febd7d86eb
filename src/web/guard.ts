/** Owns the guard before routes that are an app's own: who is signed in, or the answer that says why not. */
import { Hono } from "hono";
import type { App } from "../app/app.ts";
import type { WindlassError } from "../base/errors.ts";
import { paths } from "../dashboard/paths.ts";
import type { Session } from "../sessions/sessions.ts";
import { webErrors } from "./errors.ts";
import { answerFailure } from "./failure.ts";
import { safeHeaders } from "./headers.ts";
import { isForeign, readVisitor, type WebContext, type WebEnvironment } from "./visitor.ts";

/** What a route asks of whoever is signed in. Everything named has to be true; of several names one is enough. */
export interface Needs {
  /** An e-mail address that Bitbucket says is confirmed. */
  readonly confirmedEmail?: boolean;
  /** Signed in at one of these instances, by their names in the configuration. */
  readonly instances?: readonly string[];
  /** One of these roles, as the rules give them. */
  readonly roles?: readonly string[];
}

/** Whoever may pass. */
export interface SignedIn {
  readonly session: Session;
  /** What a form of your own sends as `csrf` (a script as `X-CSRF-Token`) with a POST to Windlass, such as signing out. */
  readonly csrfToken: string;
}

/** Never throws: what goes wrong is an answer too, and then nobody has passed. */
export type Guard = (request: Request, needs?: Needs) => Promise<SignedIn | Response>;

/** What goes through the guard beside the request. */
interface Passing {
  readonly needs: Needs;
  who?: SignedIn;
}

/**
 * A browser that asks for a page is sent to sign in and comes back; anything else is told in JSON, with status 401. What needs
 * are not met is a 403. What changes something has to come from a page of this origin.
 */
export function createGuard(app: App): Guard {
  const guard = new Hono<WebEnvironment>();
  guard.use(safeHeaders(app.furtherCallbacks));
  guard.onError((error, context) => answerFailure(app, error, context, !asksForPage(context)));
  guard.use(readVisitor(app));
  guard.all("*", (context) => {
    if (isForeign(context.req.raw, app.config.baseUrl)) throw webErrors.fail("web.foreign_form");
    const visitor = context.get("visitor");
    if (visitor === null) return sendToSignIn(context, app.config.baseUrl);
    const passing = context.env as Passing; // as it is given below
    const problem = unmet(visitor.session, passing.needs);
    if (problem !== null) throw problem;
    passing.who = { session: visitor.session, csrfToken: visitor.csrf };
    return context.body(null, 204);
  });
  return async (request, needs = {}) => {
    const passing: Passing = { needs };
    const refusal = await guard.fetch(request, passing);
    return passing.who ?? refusal;
  };
}

/** By a whole address: a proxy of Next takes no other. */
function sendToSignIn(context: WebContext, baseUrl: string): Response {
  if (!asksForPage(context)) throw webErrors.fail("web.signed_out");
  const { pathname, search } = new URL(context.req.url);
  return context.redirect(`${baseUrl}${paths.signIn}?returnTo=${encodeURIComponent(pathname + search)}`, 303);
}

/** A browser says what it will do with the answer, and a script of a page may accept HTML too. */
function asksForPage({ req }: WebContext): boolean {
  const destination = req.header("sec-fetch-dest") ?? "document";
  const isRead = ["GET", "HEAD"].includes(req.method);
  return isRead && destination === "document" && (req.header("accept") ?? "").includes("text/html");
}

/** Says what is wanted and what is there. */
function unmet({ user, instanceId, roles }: Session, needs: Needs): WindlassError | null {
  if (needs.confirmedEmail === true && !(user.email !== null && user.emailVerified))
    return webErrors.fail("web.email_unconfirmed", { data: { email: user.email !== null } });
  if (needs.instances !== undefined && !needs.instances.includes(instanceId))
    return webErrors.fail("web.other_instance", {
      message: `This needs signing in at ${either(needs.instances)}, and you are signed in at ${instanceId}.`,
      data: { wanted: needs.instances, is: instanceId },
    });
  if (needs.roles?.some((role) => roles.includes(role)) === false)
    return webErrors.fail("web.role_missing", {
      message: `This needs the role ${either(needs.roles)}, and ${roles.length === 0 ? "you have none" : `yours is ${roles.join(", ")}`}.`,
      data: { wanted: needs.roles, is: roles },
    });
  return null;
}

function either(names: readonly string[]): string {
  return names.length === 0 ? "(none is named)" : names.join(" or ");
}
