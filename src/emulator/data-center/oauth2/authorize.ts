/** Owns the authorize endpoint and its consent page: judges the request, has a person say yes or no, sends the browser back. */
import { type Context, Hono } from "hono";
import type { DataCenterContext } from "../context.ts";
import { pathTo } from "../place.ts";
import { problemPage } from "../website/frame.ts";
import { paths } from "../website/paths.ts";
import { type DcWebEnv, loginLocation, ownForm } from "../website/visitor.ts";
import type { DcPerson } from "../world.ts";
import { type AuthorizationRequest, judgeRequest } from "./authorization-request.ts";
import { consentPage } from "./consent.ts";
import { issueCode, openGrant } from "./issue.ts";
import { withParameters } from "./redirect.ts";

/** `GET /rest/oauth2/{version}/authorize` leads to the consent page, which carries the same query. */
export function authorizeRoutes(context: DataCenterContext): Hono<DcWebEnv> {
  const app = new Hono<DcWebEnv>({ strict: false });

  app.get("/rest/oauth2/:version{latest|1\\.0}/authorize", async (c) => {
    const request = await judged(context, c);
    if (request instanceof Response) return request;
    if (context.autoApprove !== null) return allow(context, c, request, context.autoApprove);
    return seeOther(pathTo(context, `${paths.oauth2Consent}${new URL(c.req.url).search}`));
  });

  app.get(paths.oauth2Consent, async (c) => {
    const { person } = c.get("visitor");
    const { search } = new URL(c.req.url);
    if (person === null) return seeOther(loginLocation(context, `${paths.oauth2Consent}${search}`));
    const request = await judged(context, c);
    return request instanceof Response ? request : consentPage(context, c, request, person);
  });

  app.post(paths.oauth2Consent, async (c) => {
    const form = await ownForm(c);
    const { person } = c.get("visitor");
    if (form === null || person === null)
      return problemPage(context, c, {
        status: 403,
        title: "XSRF check failed",
        text: "This form was not one of yours, or is too old. Nothing was allowed. Begin again at the app.",
      });
    const request = await judged(context, c);
    if (request instanceof Response) return request;
    if (form.has("approve") && !form.has("deny")) return allow(context, c, request, person);
    const { redirectUri, state } = request;
    const denied = { error: "access_denied", error_description: "The resource owner denied the request." };
    return seeOther(withParameters(redirectUri, denied, state));
  });

  return app;
}

/** The request, or the answer that refuses it: a page, or a redirect where the redirect URL is beyond doubt. */
async function judged(
  context: DataCenterContext,
  c: Context<DcWebEnv>,
): Promise<AuthorizationRequest | Response> {
  const verdict = judgeRequest(context, new URL(c.req.url).searchParams);
  if (verdict.kind === "page")
    return problemPage(context, c, {
      status: 400,
      title: "Something is wrong with this request",
      text: verdict.text,
    });
  if (verdict.kind === "redirect") {
    const { to, error, description, state } = verdict;
    return seeOther(withParameters(to, { error, error_description: description }, state));
  }
  if (c.env.note !== undefined) c.env.note.client = verdict.request.client.clientId;
  return verdict.request;
}

function allow(
  context: DataCenterContext,
  c: Context<DcWebEnv>,
  request: AuthorizationRequest,
  person: DcPerson,
): Response {
  const { client, scopes, redirectUri, challenge, state } = request;
  if (c.env.note !== undefined) c.env.note.person = person.name;
  const grant = openGrant(context, client, person, scopes);
  return seeOther(
    withParameters(redirectUri, { code: issueCode(context, grant, { redirectUri, challenge }) }, state),
  );
}

function seeOther(location: string): Response {
  return new Response(null, {
    status: 303,
    headers: { Location: location, "Cache-Control": "no-store", Pragma: "no-cache" },
  });
}
