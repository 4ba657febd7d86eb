/** Owns how a failure is answered: a card for people, JSON for scripts, the detail for the log alone. */
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { App } from "../app/app.ts";
import { isWindlassError, type Reaction, type WindlassError } from "../base/errors.ts";
import { newId } from "../base/random.ts";
import { errorPage } from "../dashboard/error.ts";
import { paths } from "../dashboard/paths.ts";
import { webErrors } from "./errors.ts";
import { openersOf } from "./sign-in-window.ts";
import { signedIn, type WebContext } from "./visitor.ts";

const statuses: Readonly<Record<Reaction, ContentfulStatusCode>> = {
  configuration: 500,
  refused: 403,
  unreachable: 502,
  malformed: 400,
  stale: 409,
};

const statusByCode: Readonly<Record<string, ContentfulStatusCode>> = {
  "web.method_not_allowed": 405,
  "web.signed_out": 401,
  "identity.token_refused": 401,
  "identity.no_key": 404,
  "web.key_missing": 401,
  "web.key_refused": 401,
  "web.not_json": 415,
  "web.too_large": 413,
  "web.too_many_requests": 429,
  "web.broken": 500,
  "bitbucket.callback_malformed": 400,
  "web.unknown_instance": 404,
  "instances.unknown": 404,
  "web.unreachable_bitbucket": 503,
  "bitbucket.rate_limited": 503,
  "signin.several_entities": 409,
  "signin.session_ended": 401,
  "signin.rules_unaskable": 502,
  "signin.not_linked": 404,
  "signin.last_way_in": 409,
  "sessions.unavailable": 503,
  "sessions.unjudged": 503,
  "storage.unreachable": 503,
  "storage.busy": 503,
  "storage.full": 503,
  "storage.unwritable": 503,
  "vault.minimum_too_long": 400,
  "vault.suspended": 409,
  "vault.other_person": 409,
  "vault.suspect": 503,
  "vault.interrupted": 503,
  "vault.not_renewed": 503,
};

/** Which of these it was, a stranger who has somebody's `state` could learn something from; the log says it. */
const oneAttemptLikeAnother = ["handshake.unknown", "handshake.other_browser", "handshake.other_instance"];

/**
 * Answers a failure. What is not a Windlass failure is a defect of ours: its stack goes to the log, a plain sentence out.
 * A page bears a reference, which the log has too. `asScript`: whether a program asks, by default the path's word.
 */
export async function answerFailure(
  app: App,
  error: unknown,
  context: WebContext,
  asScript = isForScripts(app, context.req.path),
): Promise<Response> {
  const failure = isWindlassError(error) ? error : webErrors.fail("web.broken", { cause: error });
  const { code, detail } = failure;
  const reference = newId("ref");
  const facts = { reference, code, detail, method: context.req.method, path: context.req.path };
  if (isWindlassError(error)) app.log.info("request.failed", facts);
  else
    app.log.error("request.broken", {
      ...facts,
      stack: error instanceof Error ? error.stack : String(error),
    });

  await noteRefusal(app, context, failure);

  if (failure.retryAfterSeconds !== undefined)
    context.header("Retry-After", String(Math.ceil(failure.retryAfterSeconds)));
  const outward = oneAttemptLikeAnother.includes(code) ? webErrors.fail("web.attempt_unknown") : failure;
  const status = statusOf(outward);
  if (asScript) {
    return context.json(
      { error: { code: outward.code, message: outward.message, cure: outward.cure, ...extra(outward) } },
      status,
    );
  }
  const places = { retry: wayBack(failure), signIn: { label: "Sign in", href: paths.signIn } };
  const page = errorPage({
    failure: outward,
    reference,
    openers: isOnSignInsWay(app, context) ? (code === "web.foreign_opener" ? [] : openersOf(app)) : undefined,
    places,
    ...(context.get("visitor") ? { signedIn: signedIn(context) } : {}),
  });
  return context.html(page, status);
}

/** Where a window that signs in may be told no, rather than where it ends. */
function isOnSignInsWay({ furtherCallbacks }: App, { req: { path } }: WebContext): boolean {
  return signInsWay.test(path) || furtherCallbacks.has(path);
}

const signInsWay = /^\/auth\/([^/]+)\/(?:login|callback)$/;

/** A sign-in that failed, where the configuration has its Bitbucket; connecting a project has records of its own. */
async function noteRefusal(app: App, context: WebContext, { code, data }: WindlassError): Promise<void> {
  const { path } = context.req;
  const instanceId = signInsWay.exec(path)?.[1] ?? app.furtherCallbacks.get(path);
  const isSignIn = data.purpose !== "connect" && !/^(storage|connections|projects|vault)\./.test(code);
  if (instanceId === undefined || !isSignIn || !app.instances.configured.has(instanceId)) return;
  const user = context.get("visitor")?.session.user.id;
  const actor = user === undefined ? undefined : `user ${user}`;
  await app.record.refusals.note({ instanceId, reason: code, actor });
}

const forScripts = ["/auth/session", "/auth/identity-token", "/v1/userinfo"];

/** Whether a program asks there. A path of people coming back from Bitbucket may begin as the API does. */
function isForScripts({ furtherCallbacks }: Pick<App, "furtherCallbacks">, path: string): boolean {
  if (furtherCallbacks.has(path)) return false;
  return forScripts.includes(path) || /^\/(api|\.well-known)\//.test(path);
}

/** Of what a person does to their own account. */
const aboutAccount: readonly string[] = [
  "signin.linked_elsewhere",
  "signin.other_entity",
  "signin.not_linked",
  "signin.last_way_in",
];

/** A trip to Bitbucket that failed leads back to where it began. */
function wayBack({ code, data }: WindlassError): { label: string; href: string } {
  if (data.purpose === "link" || aboutAccount.includes(code))
    return { label: "Back to your account", href: paths.account };
  if (data.purpose === "sign-in") return { label: "Back to sign-in", href: paths.signIn };
  if (typeof data.projectId === "string")
    return { label: "Back to the project", href: paths.project(data.projectId) };
  return { label: "Back to the start", href: paths.home };
}

/** The HTTP status of a failure. What Bitbucket answered is not the fault of who asked us, nor a failure of this server. */
export function statusOf({ code, reaction }: WindlassError): ContentfulStatusCode {
  const known = Object.hasOwn(statusByCode, code) ? statusByCode[code] : undefined;
  if (known !== undefined) return known;
  if (code.endsWith(".not_found")) return 404;
  const isUpstreams = ["malformed", "configuration"].includes(reaction) && /^(bitbucket|http)\./.test(code);
  return isUpstreams ? 502 : statuses[reaction];
}

function extra({ data, retryAfterSeconds }: WindlassError): Record<string, unknown> {
  return {
    ...(Object.keys(data).length > 0 && { data }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}
