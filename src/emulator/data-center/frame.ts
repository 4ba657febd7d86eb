/** Owns what every answer of a Data Center goes through: who asks, the XSRF rule, and the headers. */
import { createHash, randomBytes } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { identify } from "./authenticate.ts";
import type { DcCaller, DcEnv } from "./caller.ts";
import { callersUser } from "./callers-user.ts";
import type { DataCenterContext } from "./context.ts";
import { xsrfFailed } from "./errors.ts";

/** Sets `caller`, or answers for it, and puts Bitbucket's headers on whatever comes back. */
export function frame(context: DataCenterContext): MiddlewareHandler<DcEnv> {
  const requestId = requestIds(context);
  return async (c, next) => {
    const identified = await identify(context, c.req.raw);
    const caller: DcCaller = identified instanceof Response ? { kind: "anonymous" } : identified;
    c.set("caller", caller);
    noteCaller(c, context, caller);
    if (identified instanceof Response) c.res = identified;
    else if (isForgeable(c, context)) c.res = xsrfFailed();
    else await next();
    putHeaders(c, context, requestId());
  };
}

/** Form parameters have their own token on pages and their own rules at the OAuth endpoints; the rest wants a header. */
function isForgeable(c: Context<DcEnv>, { contextPath }: DataCenterContext): boolean {
  const path = c.req.path.slice(contextPath.length);
  if (!path.startsWith("/rest/") || path.startsWith("/rest/oauth2/")) return false;
  if (["GET", "HEAD", "OPTIONS"].includes(c.req.method)) return false;
  if (/^(no-check|nocheck)$/i.test(c.req.header("X-Atlassian-Token") ?? "")) return false;
  const type = (c.req.header("Content-Type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const isForm = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"].includes(type);
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
export function urlEncoded(text: string, blank: "+" | "%20"): string {
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
