/** Owns the library's whole: the server without a socket, for any `Request` → `Response` runtime. */
import { createApp } from "../app/app.ts";
import { type ConfigInput, parseConfig } from "../app/config.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Session } from "../sessions/sessions.ts";
import { createWeb } from "../web/web.ts";

export interface Windlass {
  /** Answers every route: sign-in, dashboard, API. Mount it at the root of `baseUrl`. */
  handler(request: Request): Promise<Response>;
  /** Who is signed in, by the request's cookie; null when nobody is. */
  session(request: Request): Promise<Session | null>;
  /** Goes on with analyses that a stop interrupted. Call it once, where the process lives long. */
  start(): Promise<void>;
  /** Lets running work end and closes the database. */
  close(): Promise<void>;
}

export interface WindlassParts {
  readonly clock?: Clock;
  readonly log?: Log;
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
    async session(request) {
      const token = app.cookies.read("session", request.headers.get("cookie"));
      return token === null ? null : app.sessions.find(token);
    },
    start: () => app.start(),
    close: () => app.close(),
  };
}
