/** Owns who is browsing a Data Center's website: its session cookie, the person logged in, and the token its forms carry. */
import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { randomText, secretsEqual } from "../../core/entropy.ts";
import type { DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
import type { DcSession } from "../state.ts";
import { type DcPerson, mayLogIn, personById } from "../world.ts";

export interface DcVisitor {
  /** Every form carries it as `atl_token`. */
  readonly csrf: string;
  readonly person: DcPerson | null;
}

/** The website's Hono environment: the API's, and who is browsing. */
export interface DcWebEnv extends DcEnv {
  Variables: DcEnv["Variables"] & { visitor: DcVisitor };
}

/** Who asks; a newcomer gets a cookie. */
export function recognise(context: DataCenterContext, c: Context<DcWebEnv>): DcVisitor {
  return sessionOf(context, c.req.header("Cookie") ?? "") ?? admit(context, c, null);
}

/** Logs a person in (null: out) under a new cookie, so that one known before is worth nothing. */
export function changeVisitor(
  context: DataCenterContext,
  c: Context<DcWebEnv>,
  person: DcPerson | null,
): void {
  context.world.state.sessions.delete(getCookie(c, cookieName(context)) ?? "");
  admit(context, c, person);
}

function admit(context: DataCenterContext, c: Context<DcWebEnv>, person: DcPerson | null): DcVisitor {
  const id = randomText(43);
  const csrf = randomText(43);
  context.world.state.sessions.set(id, { csrf, personId: person?.id ?? null, seenAt: context.clock.now() });
  const path = context.contextPath === "" ? "/" : context.contextPath;
  setCookie(c, cookieName(context), id, { httpOnly: true, sameSite: "Lax", path });
  return { csrf, person };
}

/** The session of a Cookie header, or null. Somebody deleted or inactive since is nobody. */
export function sessionOf(context: DataCenterContext, cookies: string): DcVisitor | null {
  const name = cookieName(context);
  const pair = cookies.split(/; */).find((one) => one.startsWith(`${name}=`));
  const session = livingSession(context, pair?.slice(name.length + 1) ?? "");
  if (session === null) return null;
  const person = session.personId === null ? undefined : personById(context.world, session.personId);
  return { csrf: session.csrf, person: person !== undefined && mayLogIn(person) ? person : null };
}

/** Ends one that was left alone too long. */
function livingSession({ world, rules, clock }: DataCenterContext, id: string): DcSession | null {
  const session = world.state.sessions.get(id);
  if (session === undefined) return null;
  const now = clock.now();
  if (now.getTime() - session.seenAt.getTime() > rules.sessionSeconds * 1000) {
    world.state.sessions.delete(id);
    return null;
  }
  session.seenAt = now;
  return session;
}

/** Cookies ignore ports, so that each server on this machine needs a name of its own. */
function cookieName({ origin }: DataCenterContext): string {
  return `BITBUCKETSESSIONID_${new URL(origin).port || "80"}`;
}

/** The posted form, or null when it is not one of this visitor's own. */
export async function ownForm(c: Context<DcWebEnv>): Promise<URLSearchParams | null> {
  const form = new URLSearchParams(await c.req.text());
  const token = form.get("atl_token") ?? form.get("csrf") ?? "";
  return secretsEqual(token, c.get("visitor").csrf) ? form : null;
}

/** Where to log in before going on to `next`, a path below the context path. */
export function loginLocation({ contextPath, rules }: DataCenterContext, next: string): string {
  return `${contextPath}/login?${new URLSearchParams({ [rules.loginNext]: next })}`;
}
