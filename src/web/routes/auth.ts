/** Owns the way in and out: to Bitbucket, back from it, the session, and its end. */
import { Hono } from "hono";
import type { App } from "../../app/app.ts";
import { isWindlassError, type WindlassError } from "../../base/errors.ts";
import { randomToken } from "../../base/random.ts";
import { paths } from "../../dashboard/paths.ts";
import { type SignInWay, signInPage } from "../../dashboard/sign-in.ts";
import { signInWindowPage } from "../../dashboard/sign-in-window.ts";
import type { HandshakeResult } from "../../handshake/handshake.ts";
import { webErrors } from "../errors.ts";
import { onlyMethods } from "../methods.ts";
import { describeSession, sessionPath } from "../session-check.ts";
import { openersOf, windowEnd } from "../sign-in-window.ts";
import { canGrant, instanceView } from "../views/instance.ts";
import { visitorOf, type WebContext, type WebEnvironment } from "../visitor.ts";
import { finishLinking } from "./link-return.ts";

export function authRoutes(app: App): Hono<WebEnvironment> {
  const routes = new Hono<WebEnvironment>()
    .get(paths.signIn, (context) => showSignIn(app, context))
    .get(paths.signInDone, (context) => showSignInDone(app, context))
    .get(sessionPath, (context) => sayWhoIsSignedIn(context))
    .post(paths.logout, (context) => signOut(app, context))
    .all("/auth/:instance/login", onlyMethods("GET"), (context) => beginSignIn(app, context))
    .all("/auth/:instance/callback", onlyMethods("GET"), (context) =>
      completeHandshake(app, context, context.req.param("instance")),
    );
  for (const [path, id] of app.furtherCallbacks)
    routes.all(path, onlyMethods("GET"), (context) => completeHandshake(app, context, id));
  return routes;
}

async function showSignIn(app: App, context: WebContext): Promise<Response> {
  const returnTo = context.req.query("returnTo");
  if (context.get("visitor") !== null) return context.redirect(app.returnAddress(returnTo), 303);
  const offered = offeredInstances(app);
  const instances = await Promise.all(
    offered.filter(canGrant).map(async (instance) => ({
      ...instanceView(instance),
      reachable: await app.isReachable(instance.id),
    })),
  );
  const failure = failureNamed(context.req.query("error"));
  const open = offered.every(({ id }) => app.signin.policy(id) === "first-sign-in");
  return context.html(
    signInPage({
      instances,
      open,
      failure,
      origin: app.config.baseUrl,
      ways: furtherWays(app),
      ...(returnTo === undefined ? {} : { returnTo }),
    }),
  );
}

/** The configuration's, the one without signing in last. */
function furtherWays({ config: { signInPage } }: Pick<App, "config">): readonly SignInWay[] {
  const { ways, guest } = signInPage;
  return guest === undefined ? ways : [...ways, { ...guest, id: "guest" }];
}

/** Where a window ends that was opened to sign in. Whoever comes without being signed in begins. */
function showSignInDone(app: App, context: WebContext): Response | Promise<Response> {
  if (context.get("visitor") === null) return context.redirect(paths.signIn, 303);
  const asked = context.req.query("opener") ?? app.config.baseUrl;
  if (!openersOf(app).includes(asked)) throw webErrors.fail("web.foreign_opener");
  const next = app.returnAddress(context.req.query("returnTo"));
  return context.html(signInWindowPage({ opener: asked, next }));
}

/** Those people can sign in with; where there are none, all of them: the first step then says why not. */
function offeredInstances(app: App) {
  const all = [...app.instances.configured.values()];
  const offered = all.filter(({ id }) => app.signin.policy(id) !== "nobody");
  return offered.length > 0 ? offered : all;
}

/** Only our own words are shown, whatever the address says; of a code that is not ours, that something failed. */
function failureNamed(code: string | undefined): WindlassError | null {
  if (code === undefined) return null;
  const known = Object.hasOwn(namedFailures, code) ? namedFailures[code] : undefined;
  return webErrors.fail(known ?? "web.sign_in_failed");
}

/** What `?error=` may say, here and where a further way leads back to this page. */
const namedFailures: Readonly<Record<string, Parameters<typeof webErrors.fail>[0]>> = {
  unreachable: "web.unreachable_bitbucket",
  denied: "web.sign_in_denied",
  expired: "web.attempt_unknown",
};

function sayWhoIsSignedIn(context: WebContext): Response {
  const visitor = context.get("visitor");
  return context.json(visitor === null ? { user: null } : describeSession(visitor.session, visitor.csrf));
}

async function signOut(app: App, context: WebContext): Promise<Response> {
  const visitor = context.get("visitor");
  if (visitor !== null) await app.sessions.end(visitor.token);
  context.header("Set-Cookie", app.cookies.clear("session"));
  return context.redirect(paths.signIn, 303);
}

async function beginSignIn(app: App, context: WebContext): Promise<Response> {
  const instance = app.instances.configured.get(context.req.param("instance") ?? "");
  if (instance === undefined) throw webErrors.fail("web.unknown_instance");
  app.signin.admit(instance.id);
  const inWindow = windowEnd(app, context);
  const returnTo = inWindow ?? context.req.query("returnTo") ?? paths.home;
  const isReachable = await app.isReachable(instance.id);
  if (!isReachable && inWindow !== null) throw webErrors.fail("web.unreachable_bitbucket");
  if (!isReachable)
    return context.redirect(
      `${paths.signIn}?${new URLSearchParams({ error: "unreachable", returnTo })}`,
      303,
    );
  const browser = keepBrowser(app, context);
  const { location } = await app.handshakes.begin({
    instanceId: instance.id,
    purpose: "sign-in",
    returnTo,
    scopes: instance.scopes,
    ...browser,
  });
  return context.redirect(location, 302);
}

/** The browser's own token, to which its handshakes are bound; made at the first one. */
export function keepBrowser(
  app: App,
  context: WebContext,
): { readonly browserToken: string; readonly isNewBrowser: boolean } {
  const known = app.cookies.read("browser", context.req.header("cookie"));
  const browserToken = known ?? randomToken();
  context.header("Set-Cookie", app.cookies.serialize("browser", browserToken), { append: true });
  return { browserToken, isNewBrowser: known === null };
}

/** Verify and exchange are the handshake's steps; profile, user and session the sign-in's. Here they meet. */
async function completeHandshake(app: App, context: WebContext, instanceId: string): Promise<Response> {
  const { pathname, search } = new URL(context.req.url);
  const visitor = context.get("visitor");
  const handshake = await app.handshakes.complete({
    instanceId,
    callback: new URL(pathname + search, app.config.baseUrl),
    browserToken: app.cookies.read("browser", context.req.header("cookie")),
    userId: visitor?.session.user.id,
  });
  if (handshake.purpose === "sign-in") return finishSignIn(app, context, handshake);
  if (handshake.purpose === "link") return finishLinking(app, context, handshake);
  return finishConnecting(app, context, handshake);
}

async function finishSignIn(app: App, context: WebContext, handshake: HandshakeResult): Promise<Response> {
  const previous = context.get("visitor")?.session.id;
  const { instanceId, tokens, returnTo } = handshake;
  const { sessionToken } = await app.signin.signIn({
    instanceId,
    tokens,
    userAgent: context.req.header("user-agent"),
    previousSessionId: previous,
  });
  context.header(
    "Set-Cookie",
    app.cookies.serialize("session", sessionToken, app.config.sessions.absoluteSeconds),
    { append: true },
  );
  return context.redirect(returnTo, 303);
}

async function finishConnecting(
  app: App,
  context: WebContext,
  handshake: HandshakeResult,
): Promise<Response> {
  const { projectId } = handshake;
  const { session } = visitorOf(context);
  try {
    const connection = await app.connections.complete(handshake);
    return context.redirect(
      `${paths.connectRepositories(connection.projectId, connection.id)}?done=connected`,
      303,
    );
  } catch (error) {
    if (isWindlassError(error))
      app.log.info("connection.refused", { project: projectId, code: error.code, detail: error.detail });
    // The project may have been deleted while Bitbucket was asked: then that is the answer.
    else if (projectId !== null) await app.projects.get(projectId, session.user.id);
    throw error;
  }
}
