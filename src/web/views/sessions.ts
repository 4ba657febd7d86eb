/** Owns what pages and scripts are told of sessions. */
import type { App } from "../../app/app.ts";
import type { SessionSummary } from "../../dashboard/parts/sessions.ts";
import type { ListedSession, Session } from "../../sessions/sessions.ts";
import { instanceNameOf } from "./instance.ts";

/** For a page: `current` is the one that looks at it. */
export async function summarizeSession(
  app: App,
  session: ListedSession,
  current: Session,
): Promise<SessionSummary> {
  const { id, browser, startedAt, lastSeenAt, instanceId } = session;
  const instanceName = await instanceNameOf(app, instanceId);
  return { id, browser, startedAt, lastSeenAt, instanceName, isCurrent: id === current.id };
}

/** A person's own, for the account page. */
export async function ownSessionViews(app: App, current: Session): Promise<readonly SessionSummary[]> {
  const own = await app.sessions.list({ userId: current.user.id });
  return Promise.all(own.map((session) => summarizeSession(app, session, current)));
}

/** For a script. */
export function sessionJson(session: ListedSession, current: Session) {
  return {
    id: session.id,
    instance: session.instanceId,
    browser: session.browser,
    startedAt: session.startedAt.toISOString(),
    lastSeenAt: session.lastSeenAt.toISOString(),
    expiresAt: session.expiresAt.toISOString(),
    current: session.id === current.id,
  };
}

/** The same with whom it belongs to, for an administrator's. */
export function anybodysSessionJson(session: ListedSession, current: Session) {
  const { id, displayName, email } = session.user;
  return { ...sessionJson(session, current), user: { id, displayName, email } };
}
