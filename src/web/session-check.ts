/**
 * Owns the answer that is asked for most, `GET /auth/session` of somebody who is signed in: what the routes would answer,
 * without the way through them.
 */
import type { App } from "../app/app.ts";
import type { Session } from "../sessions/sessions.ts";

/** What is looked at of a request. */
export interface Asked {
  readonly method: string;
  /** Path and query, as they came. */
  readonly path: string;
  /** The header. */
  readonly host: string | null | undefined;
  readonly cookie: string | null | undefined;
}

/** An answer of 200. */
export interface SessionAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Null for all that is to go the whole way: other addresses and hosts, nobody signed in, a store that fails. */
export type SessionCheck = (asked: Asked) => Promise<SessionAnswer | null> | null;

export const sessionPath = "/auth/session";

/** Who is signed in, and what a script of that person sends as `X-CSRF-Token`: no token that opens anything is part of it. */
export function describeSession({ user, instanceId, roles, expiresAt }: Session, csrf: string) {
  return { user, instance: instanceId, roles, expiresAt: expiresAt.toISOString(), csrf };
}

/** `answerHeaders` gives those that the whole way puts on this answer, whoever is signed in. */
export function createSessionCheck(
  { config, cookies, sessions }: Pick<App, "config" | "cookies" | "sessions">,
  answerHeaders: () => Promise<Readonly<Record<string, string>>>,
): SessionCheck {
  const { host } = new URL(config.baseUrl);
  // What is found is the same object for as long as it is remembered, and each is of one token.
  const bodies = new WeakMap<Session, string>();
  let known: Readonly<Record<string, string>> | undefined;

  const bodyOf = (session: Session, token: string) => {
    const body = bodies.get(session) ?? JSON.stringify(describeSession(session, sessions.csrfToken(token)));
    bodies.set(session, body);
    return body;
  };
  const check = async (token: string): Promise<SessionAnswer | null> => {
    known ??= await answerHeaders();
    const session = await sessions.find(token).catch(() => null);
    return session === null ? null : { headers: known, body: bodyOf(session, token) };
  };
  return ({ method, path, host: asked, cookie }) => {
    if (path !== sessionPath || method !== "GET" || asked !== host) return null;
    const token = cookies.read("session", cookie);
    return token === null ? null : check(token);
  };
}
