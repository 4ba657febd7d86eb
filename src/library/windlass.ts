/** Owns the library's whole: the server without a socket, for any `Request` → `Response` runtime. */
import { type App, createApp } from "../app/app.ts";
import { type ConfigInput, parseConfig } from "../app/config.ts";
import type { Clock } from "../base/clock.ts";
import type { Fetch } from "../base/http/door.ts";
import type { Log } from "../base/log.ts";
import type { Session } from "../sessions/sessions.ts";
import { createWeb } from "../web/web.ts";

export interface Windlass {
  /** Answers every route: sign-in, dashboard, API. Mount it at the root of `baseUrl`, behind your own routes. */
  handler(request: Request): Promise<Response>;
  /** Who is signed in, by the request's cookie; null when nobody is. */
  session(request: Request): Promise<Session | null>;
  /** What a form of your own has to send as `csrf` (or a script as `X-CSRF-Token`) with a POST to the handler; null when nobody is signed in. */
  csrfToken(request: Request): Promise<string | null>;
  /** Where to send whoever is to sign in; they come back to `returnTo`, a path such as `/reports?year=2026`. */
  signInUrl(returnTo?: string): string;
  /** What an operator should know, one sentence each. */
  readonly notices: readonly string[];
  /** Goes on with analyses that a stop interrupted. Call it once, where the process lives long. */
  start(): Promise<void>;
  /** Lets running work end and closes the database. Once or often; also at the end of `await using`. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What can be handed in: time and log of your own, and the way to Bitbucket, such as one through a proxy. */
export interface WindlassParts {
  readonly clock?: Clock;
  readonly log?: Log;
  readonly fetch?: Fetch;
}

/**
 * Makes a Windlass from configuration. Nothing happens at import, and no socket is opened here.
 * @throws `app.config_invalid` with every mistake at once, `storage.…`, `sealing.…`
 */
export async function createWindlass(config: ConfigInput, parts: WindlassParts = {}): Promise<Windlass> {
  const app = await createApp(parseConfig(config), parts);
  const web = createWeb(app);
  return {
    handler: async (request) => web.fetch(request),
    session: async (request) => (await signedIn(app, request))?.session ?? null,
    csrfToken: async (request) => (await signedIn(app, request))?.csrf ?? null,
    signInUrl: (returnTo) =>
      `${app.config.baseUrl}/sign-in${returnTo === undefined ? "" : `?returnTo=${encodeURIComponent(returnTo)}`}`,
    notices: app.notices,
    start: () => app.start(),
    close: () => app.close(),
    [Symbol.asyncDispose]: () => app.close(),
  };
}

async function signedIn(
  { cookies, sessions }: App,
  { headers }: Request,
): Promise<{ readonly session: Session; readonly csrf: string } | null> {
  const token = cookies.read("session", headers.get("cookie"));
  const session = token === null ? null : await sessions.find(token);
  return token === null || session === null ? null : { session, csrf: sessions.csrfToken(token) };
}
