/** Owns the middle step of the dance: a person allows or denies what a request token asks for, and the browser goes back. */
import { type Context, Hono } from "hono";
import type { DataCenterContext } from "../context.ts";
import type { OAuth1Consumer, OAuth1RequestToken } from "../state.ts";
import { problemPage } from "../website/frame.ts";
import { paths } from "../website/paths.ts";
import { type DcWebEnv, loginLocation, ownForm } from "../website/visitor.ts";
import type { DcPerson } from "../world.ts";
import { type Asked, approvalPage, decidedPage } from "./approval.ts";
import { alphanumerics, requestTokenExpired } from "./issue.ts";
import { absent, type OAuthProblem, problem, problemChallenge, problemStatus } from "./problems.ts";
import { isWebAddress } from "./request-token.ts";

/** `GET` and `POST /plugins/servlet/oauth/authorize`. */
export function oauth1AuthorizeRoutes(context: DataCenterContext): Hono<DcWebEnv> {
  const app = new Hono<DcWebEnv>({ strict: false });
  const path = paths.oauth1Authorize;

  app.get(path, (c) => {
    const { searchParams, search } = new URL(c.req.url);
    const person = context.autoApprove ?? c.get("visitor").person;
    if (person === null) return c.redirect(loginLocation(context, `${path}${search}`));
    const asked = judge(context, searchParams);
    if ("name" in asked) return refusedPage(context, c, asked);
    note(c, asked, person);
    if (context.autoApprove !== null) return decide(context, c, asked, { person, isAllowed: true });
    return approvalPage(context, c, asked, person);
  });

  app.post(path, async (c) => {
    const form = await ownForm(c);
    const { person } = c.get("visitor");
    if (form === null || person === null)
      return problemPage(context, c, {
        status: 403,
        title: "XSRF check failed",
        text: "This form was not one of yours, or is too old. Nothing was allowed. Begin again at the app.",
      });
    const asked = judge(context, form);
    if ("name" in asked) return refusedPage(context, c, asked);
    note(c, asked, person);
    return decide(context, c, asked, { person, isAllowed: form.has("approve") && !form.has("deny") });
  });
  return app;
}

function judge(context: DataCenterContext, sent: URLSearchParams): Asked | OAuthProblem {
  const state = context.world.state.oauth1;
  const given = sent.get("oauth_token");
  if (given === null) return absent("oauth_token");
  const token = state.requestTokens.get(given);
  const consumer = token === undefined ? undefined : state.consumers.get(token.consumerKey);
  if (token === undefined || consumer === undefined) return problem("token_rejected");
  if (token.decision !== null) return problem("token_used");
  if (requestTokenExpired(context, token)) return problem("token_expired");
  const late = sent.get("oauth_callback");
  if (token.callback === null && late !== null && !isWebAddress(late))
    return problem("parameter_rejected", ["oauth_parameters_rejected", "oauth_callback"]);
  return { token, consumer, callback: callbackOf(token, consumer, late) };
}

/** 1.0a: what was asked for with the token, `oob` meaning the link's. 1.0: what comes with the browser, else the link's. */
function callbackOf(token: OAuth1RequestToken, consumer: OAuth1Consumer, late: string | null): string | null {
  const registered = URL.canParse(consumer.callbackUrl) ? consumer.callbackUrl : null;
  if (token.callback === null) return late ?? registered;
  return token.callback === "oob" ? registered : token.callback;
}

function decide(
  context: DataCenterContext,
  c: Context<DcWebEnv>,
  asked: Asked,
  said: { readonly person: DcPerson; readonly isAllowed: boolean },
): Response | Promise<Response> {
  const { token, callback } = asked;
  const verifier = token.callback === null ? null : said.isAllowed ? alphanumerics(6) : "denied";
  token.decision = said.isAllowed
    ? { kind: "allowed", personId: said.person.id, verifier }
    : { kind: "denied" };
  if (callback === null) return decidedPage(context, c, asked, { isAllowed: said.isAllowed, verifier });
  return c.redirect(withToken(callback, token.token, verifier));
}

/** What the callback has stays as it is. */
function withToken(callback: string, token: string, verifier: string | null): string {
  const added = new URLSearchParams({ oauth_token: token });
  if (verifier !== null) added.set("oauth_verifier", verifier);
  const [before = "", ...fragment] = callback.split("#");
  const joined = `${before}${before.includes("?") ? "&" : "?"}${added}`;
  return [joined, ...fragment].join("#");
}

function refusedPage(
  context: DataCenterContext,
  c: Context<DcWebEnv>,
  what: OAuthProblem,
): Promise<Response> {
  const sentences: Partial<Record<OAuthProblem["name"], string>> = {
    token_used: "This request for access has been answered already. Begin again at the app.",
    token_expired: "This request for access is too old. Begin again at the app.",
    token_rejected: "This request for access is not known here. Begin again at the app.",
  };
  return problemPage(context, c, {
    status: problemStatus(what),
    title: "The request for access cannot be shown",
    text: `${sentences[what.name] ?? "The address is not complete."} (${what.name})`,
    headers: { "WWW-Authenticate": problemChallenge(what, context.baseUrl) },
  });
}

function note(c: Context<DcWebEnv>, { consumer }: Asked, person: DcPerson): void {
  if (c.env.note === undefined) return;
  c.env.note.client = consumer.key;
  c.env.note.person = person.name;
}
