/** Owns the library's whole: the server without a socket, for any `Request` → `Response` runtime. */
import { type App, createApp } from "../app/app.ts";
import { type ConfigInput, parseConfig } from "../app/config.ts";
import { requireDesk } from "../app/identity.ts";
import type { Keys, KeyWrapper } from "../app/keys/keys.ts";
import type { Clock } from "../base/clock.ts";
import type { Fetch } from "../base/http/door.ts";
import type { Log } from "../base/log.ts";
import type { Connection } from "../connections/connection.ts";
import type { Farewell, HandedToken } from "../connections/handing-out.ts";
import type { IdentityToken } from "../identity/identity.ts";
import type { Session } from "../sessions/sessions.ts";
import type { Identity } from "../signin/accounts.ts";
import type { Peer } from "../web/client.ts";
import { createGuard, type Needs, type SignedIn } from "../web/guard.ts";
import { createWeb } from "../web/web.ts";

/** The whole server as functions; nothing listens. */
export interface Windlass {
  /**
   * Answers every route: sign-in, dashboard, API. Mount it at the root of `baseUrl`, behind your own routes. `peer` is the
   * connection it came by, as Node's server knows it: without it, nobody is counted by address.
   */
  handler(request: Request, peer?: Peer): Promise<Response>;
  /**
   * Before a route of your own: who is signed in and is all that is needed, or the answer to give instead. A page's visitor is
   * sent to sign in, a script told in JSON (401, 403); what changes something has to come from a page of this origin.
   */
  guard(request: Request, needs?: Needs): Promise<SignedIn | Response>;
  /** Who is signed in, by the request's cookie; null when nobody is. */
  session(request: Request): Promise<Session | null>;
  /** What a form of your own has to send as `csrf` (or a script as `X-CSRF-Token`) with a POST to the handler; null when nobody is signed in. */
  csrfToken(request: Request): Promise<string | null>;
  /** Where to send whoever is to sign in; they come back to `returnTo`, a path such as `/reports?year=2026`. */
  signInUrl(returnTo?: string): string;
  /** The Bitbucket accounts a user signs in with, by Bitbucket's stable ids: to find whom you know already. Empty for nobody. */
  identities(userId: string): Promise<readonly Identity[]>;
  /**
   * A signed statement who is signed in, for another service that knows this server's keys; null when nobody is. Throws
   * `identity.off` where the configuration has no `identityToken`, `signin.catalog_unread`.
   */
  identityToken(request: Request): Promise<IdentityToken | null>;
  /** Every project's connections, for code that runs in this process; nobody is asked who they are. */
  readonly connections: LibraryConnections;
  /** What `windlass keys` does, for whoever hands in `keyWrappers`: a command cannot ask those. */
  readonly keys: Keys;
  /** What an operator should know, one sentence each. */
  readonly notices: readonly string[];
  /** Goes on with analyses that a stop interrupted. Call it once, where the process lives long. */
  start(): Promise<void>;
  /** Lets running work end and closes the database. Once or often; also at the end of `await using`. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Every method but `list` throws `connections.not_found`. */
export interface LibraryConnections {
  /** A project's, oldest first. */
  list(projectId: string): Promise<readonly Connection[]>;
  get(id: string): Promise<Connection>;
  /**
   * Its access, renewed first when it ends within `minimumSeconds`. Use it at once and ask again for the next call: that
   * costs microseconds. Throws `vault.…`, each with what to do about it.
   */
  token(id: string, options?: { readonly minimumSeconds?: number }): Promise<HandedToken>;
  /** Forgets its secrets, after giving them back where Bitbucket takes them; says what became of the access there. */
  disconnect(id: string): Promise<Farewell>;
}

/** What can be handed in: time and log of your own, and the way to Bitbucket, such as one through a proxy. */
export interface WindlassParts {
  readonly clock?: Clock;
  readonly log?: Log;
  readonly fetch?: Fetch;
  /** Services that keep the keys, such as a cloud's; the first wraps, all of them and the configuration's keys open. */
  readonly keyWrappers?: readonly KeyWrapper[];
}

/**
 * Makes a Windlass from configuration. Nothing happens at import, and no socket is opened here.
 * @throws `app.config_invalid` with every mistake at once, `storage.…`, `sealing.…`
 */
export async function createWindlass(config: ConfigInput, parts: WindlassParts = {}): Promise<Windlass> {
  const app = await createApp(parseConfig(config), parts);
  const web = createWeb(app);
  return {
    handler: async (request, peer) => web.fetch(request, peer),
    guard: createGuard(app),
    session: async (request) => (await signedIn(app, request))?.session ?? null,
    csrfToken: async (request) => (await signedIn(app, request))?.csrf ?? null,
    identities: (userId) => app.accounts.list(userId),
    identityToken: async (request) => {
      const desk = requireDesk(app.identity);
      const who = await signedIn(app, request);
      return who === null ? null : desk.issue(who.session);
    },
    signInUrl: (returnTo) =>
      `${app.config.baseUrl}/sign-in${returnTo === undefined ? "" : `?returnTo=${encodeURIComponent(returnTo)}`}`,
    connections: connectionsOf(app),
    keys: app.keys,
    notices: app.notices,
    start: () => app.start(),
    close: () => app.close(),
    [Symbol.asyncDispose]: () => app.close(),
  };
}

function connectionsOf({ connections }: App): LibraryConnections {
  return {
    list: (projectId) => connections.list(projectId),
    get: (id) => connections.get(id),
    token: (id, { minimumSeconds = 0 } = {}) => connections.token(id, { minimumSeconds, caller: "library" }),
    disconnect: (id) => connections.disconnect(id, "library"),
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
