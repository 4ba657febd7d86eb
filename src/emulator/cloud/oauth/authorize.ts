/** Owns the authorize endpoint: judges the request, has a person consent, and sends the browser back with a code. */
import { type Context, Hono } from "hono";
import type { EmulatorContext } from "../../core/context.ts";
import type { Person } from "../../core/world.ts";
import { problemPage } from "../website/frame.ts";
import { signinLocation } from "../website/signin.ts";
import { ownForm, type WebEnv } from "../website/visitor.ts";
import { type AuthorizationRequest, judgeRequest } from "./authorization-request.ts";
import { consentPage } from "./consent.ts";
import { issueCode, livingGrants, openGrant } from "./issue.ts";
import { rawState, withParameters } from "./redirect.ts";

const path = "/site/oauth2/authorize";

/** `GET /site/oauth2/authorize`, and the consent form that is posted to it with the same query. */
export function authorizeRoutes(context: EmulatorContext): Hono<WebEnv> {
  const app = new Hono<WebEnv>({ strict: false });
  app.get(path, async (c) => {
    const request = await judged(context, c);
    if (request instanceof Response) return request;
    const person = context.autoApprove ?? c.get("visitor").person;
    if (person === null) return c.redirect(signinLocation(`${path}${new URL(c.req.url).search}`));
    if (context.autoApprove !== null || consentedBefore(context, request, person))
      return grant(context, c, request, person);
    return consentPage(context, c, request, person);
  });
  app.post(path, async (c) => {
    const request = await judged(context, c);
    if (request instanceof Response) return request;
    const form = await ownForm(c);
    const { person } = c.get("visitor");
    if (form === null || person === null)
      return problemPage(context, c, {
        status: 403,
        title: "Nothing was granted",
        text: "This form was not one of yours, or is too old. Begin again at the app.",
      });
    if (form.get("decision") === "grant") return grant(context, c, request, person);
    return deny(context, c, request);
  });
  return app;
}

/** The request, or the answer that refuses it: a page, or a redirect where the callback is beyond doubt. */
async function judged(
  context: EmulatorContext,
  c: Context<WebEnv>,
): Promise<AuthorizationRequest | Response> {
  const verdict = judgeRequest(context, new URL(c.req.url).searchParams);
  if (verdict.kind === "page") return problemPage(context, c, verdict);
  if (verdict.kind === "redirect") return sendBack(c, verdict.to, verdict.parameters);
  c.env.note.client = verdict.request.consumer.key;
  return verdict.request;
}

/** Sends the browser to the app, with the request's state as it came. */
function sendBack(c: Context<WebEnv>, to: string, parameters: Readonly<Record<string, string>>): Response {
  return c.redirect(withParameters(to, parameters, rawState(new URL(c.req.url).search)));
}

function grant(
  context: EmulatorContext,
  c: Context<WebEnv>,
  request: AuthorizationRequest,
  person: Person,
): Response {
  const { consumer, scopes, redirectUri, challenge } = request;
  c.env.note.person = person.username ?? person.uuid;
  const opened = openGrant(context, consumer, person.uuid, scopes);
  const code = issueCode(context, opened, { redirectUri, challenge });
  return sendBack(c, request.callback, { code });
}

function deny(context: EmulatorContext, c: Context<WebEnv>, request: AuthorizationRequest): Response {
  const description = context.rules.denialDescription;
  const why = description === "" ? {} : { error_description: description };
  return sendBack(c, request.callback, { error: "access_denied", ...why });
}

function consentedBefore(context: EmulatorContext, request: AuthorizationRequest, person: Person): boolean {
  if (!context.rules.rememberConsent) return false;
  return livingGrants(context, person.uuid).some(
    (given) =>
      given.consumerKey === request.consumer.key &&
      request.scopes.every((name) => given.scopes.includes(name)),
  );
}
