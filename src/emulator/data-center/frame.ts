/** Owns what every answer of a Data Center goes through: who asks, the XSRF rule, and the headers. */
import { createHash, randomBytes } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { htmlPage } from "./answers.ts";
import { identify } from "./authenticate.ts";
import type { DcCaller, DcEnv } from "./caller.ts";
import { callersUser } from "./callers-user.ts";
import type { DataCenterContext } from "./context.ts";
import { xsrfFailed } from "./errors.ts";
import { isBelowScm } from "./git/asked.ts";
import { refusedCredential } from "./git/refusals.ts";
import { limitHeaders, takeRequest, tooManyRequests } from "./limits/limit.ts";
import { pathBelow } from "./place.ts";

/** Sets `caller`, or answers for it, and puts Bitbucket's headers on whatever comes back. */
export function frame(context: DataCenterContext): MiddlewareHandler<DcEnv> {
  const requestId = requestIds(context);
  return async (c, next) => {
    const identified = await identify(context, c.req.raw);
    const caller: DcCaller = identified instanceof Response ? { kind: "anonymous" } : identified;
    c.set("caller", caller);
    noteCaller(c, context, caller);
    const judged = takeRequest(context, caller, c.req.header("Authorization"));
    if (identified instanceof Response) c.res = await refusal(context, c.req.raw, identified);
    else if (judged?.isRefused === true) c.res = tooManyRequests(context, judged);
    else if (isForgeable(c, context)) c.res = xsrfFailed();
    else await next();
    putHeaders(c, context, requestId());
    if (judged === null) return;
    for (const [name, value] of Object.entries(limitHeaders(context, judged))) c.header(name, value);
  };
}

/** JSON belongs to the REST API: git is told in its own way, and everybody else by a page. */
async function refusal(context: DataCenterContext, request: Request, answer: Response): Promise<Response> {
  if (isBelowScm(context, request)) return refusedCredential(context, request, answer);
  const isRest = pathBelow(context, new URL(request.url).pathname).startsWith("/rest/");
  const isJson = answer.headers.get("Content-Type")?.startsWith("application/json") === true;
  return isRest || !isJson ? answer : asPage(answer);
}

function asPage(answer: Response): Response {
  const reason = answer.headers.get("X-Authentication-Denied-Reason");
  const shown = htmlPage(
    answer.status,
    "Authentication failed",
    "Authentication failed. Please check your credentials and try again.",
  );
  if (reason !== null) shown.headers.set("X-Authentication-Denied-Reason", reason);
  return shown;
}

/** Form parameters have their own token on pages and their own rules at the OAuth endpoints; the rest wants a header. */
function isForgeable(c: Context<DcEnv>, { contextPath, rules }: DataCenterContext): boolean {
  const path = c.req.path.slice(contextPath.length);
  if (!path.startsWith("/rest/") || path.startsWith("/rest/oauth2/")) return false;
  if (["GET", "HEAD", "OPTIONS"].includes(c.req.method)) return false;
  if (/^(no-check|nocheck)$/i.test(c.req.header("X-Atlassian-Token") ?? "")) return false;
  const type = (c.req.header("Content-Type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const isForm = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"].includes(type);
  if (rules.xsrfNeedsJson && type !== "application/json") return true;
  return isForm || /^Mozilla\//.test(c.req.header("User-Agent") ?? "");
}

function putHeaders(c: Context<DcEnv>, context: DataCenterContext, requestId: string): void {
  c.header("X-AREQUESTID", requestId);
  if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "no-cache, no-transform");
  c.header("Vary", "X-AUSERNAME,X-AUSERID,Cookie,Accept-Encoding");
  c.header("X-Content-Type-Options", "nosniff");
  const user = callersUser(context, c.get("caller"));
  if (user !== null) {
    c.header("X-AUSERID", String(user.id));
    c.header("X-AUSERNAME", urlEncoded(user.name, context.rules.userNameSpace));
    c.header("X-ASESSIONID", sessionId(user.id, c.req.header("Cookie") ?? ""));
  }
  const isRest = c.req.path.slice(context.contextPath.length).startsWith("/rest/");
  if (c.res.status === 401 && isRest && context.rules.restChallenge && !c.res.headers.has("WWW-Authenticate"))
    c.header("WWW-Authenticate", `OAuth realm="${encodeURIComponent(context.baseUrl)}"`);
}

/** As Java's URLEncoder writes it: letters, digits and `.-*_` stay, a blank is a plus. */
function urlEncoded(text: string, blank: "+" | "%20"): string {
  return encodeURIComponent(text)
    .replaceAll(/[!'()~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", blank);
}

/** Short and the same within one session; says nothing about the cookie. */
function sessionId(userId: number, cookie: string): string {
  const digest = createHash("sha256").update(`${userId}\0${cookie}`).digest();
  return BigInt(`0x${digest.toString("hex", 0, 4)}`)
    .toString(36)
    .padStart(7, "0")
    .slice(-7);
}

/** `*1A2B3CDx840x123x0`: where, the minute of the day, a running number, and how many run beside it. */
function requestIds({ clock }: DataCenterContext): () => string {
  const node = randomBytes(4).toString("hex").toUpperCase().slice(0, 7);
  let count = 0;
  return () => {
    const now = clock.now();
    count += 1;
    return `*${node}x${now.getUTCHours() * 60 + now.getUTCMinutes()}x${count}x0`;
  };
}

function noteCaller(c: Context<DcEnv>, context: DataCenterContext, caller: DcCaller): void {
  const { note } = c.env;
  if (note === undefined || caller.kind === "anonymous") return;
  note.person = callersUser(context, caller)?.name ?? null;
  if (caller.kind === "person" && caller.client !== undefined) note.client = caller.client;
}
