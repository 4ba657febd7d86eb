/** Owns who is asking: the session behind the cookie, and the two guards every route stands behind. */
import type { Context, MiddlewareHandler } from "hono";
import type { App } from "../app/app.ts";
import { isWindlassError } from "../base/errors.ts";
import type { SignedIn } from "../dashboard/parts/frame.ts";
import { paths } from "../dashboard/paths.ts";
import type { Session } from "../sessions/sessions.ts";
import { webErrors } from "./errors.ts";

/** A signed-in browser. */
export interface Visitor {
  readonly session: Session;
  /** The cookie's value, for ending the session. Never rendered. */
  readonly token: string;
  /** What the forms of this session carry. */
  readonly csrf: string;
}

/** What the middleware leaves for the routes. */
export interface WebEnvironment {
  Variables: { visitor: Visitor | null };
}

export type WebContext = Context<WebEnvironment>;

/** Looks the session up once a request. A store that fails is an error, never "signed out" and never "signed in". */
export function readVisitor(app: App): MiddlewareHandler<WebEnvironment> {
  return async (context, next) => {
    const token = app.cookies.read("session", context.req.header("cookie"));
    const session = token === null ? null : await app.sessions.find(token);
    context.set(
      "visitor",
      token === null || session === null ? null : { session, token, csrf: app.sessions.csrfToken(token) },
    );
    await next();
  };
}

/** Sends whoever is not signed in to the sign-in page, and back to where they were going. */
export const requireVisitor: MiddlewareHandler<WebEnvironment> = async (context, next) => {
  if (context.get("visitor") !== null) return next();
  if (context.req.path.startsWith("/api/")) throw webErrors.fail("web.signed_out");
  const returnTo = pageOf(context);
  const signIn = paths.signIn + (returnTo === null ? "" : `?returnTo=${encodeURIComponent(returnTo)}`);
  if (context.req.header("hx-request") === undefined) return context.redirect(signIn, 303);
  // A redirect would put the sign-in page in the place of a part of the page: the whole page has to go there.
  context.header("HX-Redirect", signIn);
  throw webErrors.fail("web.signed_out");
};

/** The page the person was on: the one asked for, or for a form or a part of a page the one it lies on. */
function pageOf(context: WebContext): string | null {
  const asked = new URL(context.req.url);
  const part = context.req.header("hx-current-url");
  const wholePage = context.req.method === "GET" && part === undefined;
  const page = wholePage ? asked : URL.parse(part ?? context.req.header("referer") ?? "");
  return page === null || page.host !== asked.host ? null : page.pathname + page.search;
}

/**
 * Lets a request that changes something pass only from our own pages: the browser's word on where it comes from
 * (Fetch Metadata, Origin), and the session's token in the form or, for scripts, in `X-CSRF-Token`.
 */
export function requireOwnForm(app: App): MiddlewareHandler<WebEnvironment> {
  return async (context, next) => {
    if (isReading(context.req.raw)) return next();
    const visitor = context.get("visitor");
    if (
      isForeign(context.req.raw, app.config.baseUrl) ||
      (visitor !== null && !app.sessions.csrfMatches(visitor.token, await givenToken(context)))
    ) {
      throw webErrors.fail("web.foreign_form");
    }
    return next();
  };
}

/** Whether it would change something in the name of another site's page: the browser's word on where it comes from. */
export function isForeign(request: Request, baseUrl: string): boolean {
  if (isReading(request)) return false;
  const site = request.headers.get("sec-fetch-site");
  const origin = request.headers.get("origin");
  return (
    (site !== null && site !== "same-origin" && site !== "none") || (origin !== null && origin !== baseUrl)
  );
}

function isReading({ method }: Request): boolean {
  return ["GET", "HEAD"].includes(method);
}

async function givenToken(context: WebContext): Promise<string> {
  const header = context.req.header("x-csrf-token");
  if (header !== undefined) return header;
  const { csrf } = await readForm(context);
  return typeof csrf === "string" ? csrf : "";
}

/** The fields of a form; a field that came more than once is an array. Anything but a form is an empty one. */
export async function readForm(
  context: WebContext,
): Promise<Readonly<Record<string, string | readonly string[]>>> {
  const type = context.req.header("content-type") ?? "";
  if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)/i.test(type)) return {};
  const body = await context.req.parseBody({ all: true }).catch((error: unknown) => {
    if (isWindlassError(error)) throw error;
    throw webErrors.fail("web.bad_request", {
      message: "The form that was sent cannot be read.",
      cause: error,
    });
  });
  const fields = Object.entries(body).map(([name, value]) => {
    const texts = (Array.isArray(value) ? value : [value]).filter((each) => typeof each === "string");
    return [name, texts.length === 1 ? (texts[0] ?? "") : texts] as const;
  });
  return Object.fromEntries(fields);
}

/** One field of a form as text: the first one when it came more than once, empty when it did not come. */
export function fieldText(form: Readonly<Record<string, string | readonly string[]>>, name: string): string {
  const value = form[name];
  return typeof value === "string" ? value : (value?.[0] ?? "");
}

/** The visitor of a route behind {@link requireVisitor}. */
export function visitorOf(context: WebContext): Visitor {
  const visitor = context.get("visitor");
  if (visitor === null) throw webErrors.fail("web.signed_out");
  return visitor;
}

/**
 * Gives the visitor's session a new token, where it gains a right by what this request does. Another request that was sent
 * together with it may have been faster: then that one's answer bears the cookie, and this one is served all the same.
 */
export async function renewSession(
  app: App,
  context: WebContext,
  change: { readonly elevate?: boolean } = {},
): Promise<void> {
  const { session, token: former } = visitorOf(context);
  const token = await app.sessions.rotate(former, change);
  if (token === null) return;
  const cookie = app.cookies.serialize("session", token, app.config.sessions.absoluteSeconds);
  context.header("Set-Cookie", cookie, { append: true });
  context.set("visitor", { session, token, csrf: app.sessions.csrfToken(token) });
}

/** What every page for a signed-in person is told. */
export function signedIn(context: WebContext): SignedIn {
  const { session, csrf } = visitorOf(context);
  const news = newsOf(context.req.query("done"));
  return {
    viewer: { displayName: session.user.displayName, email: session.user.email },
    csrf,
    ...(news === undefined ? {} : { notice: { tone: "good", text: news } }),
  };
}

/** Who it is, as the record names people. */
export function actorOf(context: WebContext): string {
  return `user ${visitorOf(context).session.user.id}`;
}

/** What has just happened, after a redirect; only our own words, whatever the address says. */
function newsOf(done: string | undefined): string | undefined {
  return done !== undefined && Object.hasOwn(news, done) ? news[done] : undefined;
}

const news: Readonly<Record<string, string>> = {
  created: "Project created.",
  renamed: "Project renamed.",
  deleted: "Project deleted.",
  connected: "Connected to Bitbucket.",
  saved: "Saved.",
  disconnected:
    "Disconnected. Windlass holds no token of it any more; Bitbucket lists the access until it is removed there.",
  revoked: "Disconnected. Windlass holds no token of it any more, and Bitbucket has ended the access.",
  "not-revoked":
    "Disconnected. Windlass holds no token of it any more, but Bitbucket could not be told: end the access there, under Manage account → Authorized applications.",
  "signed-out": "Signed out.",
  linked: "The Bitbucket account is linked: you can sign in with it from now on.",
  "linked-already":
    "That Bitbucket account was linked already. To link another one, change to it at Bitbucket first.",
  unlinked: "The Bitbucket account is unlinked, and your other sessions have ended.",
  "session-ended": "The session was ended.",
  "sessions-ended": "The sessions were ended.",
};
