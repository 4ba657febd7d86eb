/** Owns Next's App Router: a catch-all route, guards round route handlers and the proxy, and who is signed in for pages. */
import { type Guards, guardsOf, type Mountable, type Needs, type SignedIn } from "./mountable.ts";

export type { Guards, Mountable, Needs, SignedIn } from "./mountable.ts";

type Route = (request: Request) => Promise<Response>;

/** Goes round a route handler, or round what a proxy does next. */
export type NextGuard = <Asked extends Request, Context, Answered>(
  route: (request: Asked, who: SignedIn, context: Context) => Answered | Promise<Answered>,
) => (request: Asked, context: Context) => Promise<Answered | Response>;

export interface NextWindlass extends Guards<NextGuard> {
  /** Of `app/[...windlass]/route.ts`: answer whatever has no page of its own. */
  readonly GET: Route;
  readonly POST: Route;
  /** In a server component or action: who is signed in. */
  signedIn(): Promise<SignedIn | null>;
  /**
   * In a server component: as `signedIn`, but nobody is sent to sign in, and comes back to `returnTo`. Throws where needs are
   * not met, for `error.tsx`.
   */
  requirePage(returnTo: string, needs?: Needs): Promise<SignedIn>;
}

/**
 * Windlass in Next, in the runtime of Node.
 * @example export const GET = auth.requireRole("admin")((request, { session }) => Response.json(session.user));
 */
export function nextWindlass(windlass: Mountable): NextWindlass {
  const handler: Route = (request) => windlass.handler(request);
  const ask = async (path: string, needs?: Needs) => {
    const { headers } = await import("next/headers.js");
    const asked = new Headers(await headers());
    asked.set("accept", "text/html");
    asked.set("sec-fetch-dest", "document"); // Next fetches a page that is followed within another
    return windlass.guard(new Request(new URL(path, "http://localhost"), { headers: asked }), needs);
  };
  return {
    GET: handler,
    POST: handler,
    async signedIn() {
      const who = await ask("/");
      return "session" in who ? who : null;
    },
    async requirePage(returnTo, needs) {
      const who = await ask(returnTo, needs);
      if ("session" in who) return who;
      const { redirect } = await import("next/navigation.js");
      const signIn = who.headers.get("location");
      if (signIn !== null) redirect(signIn);
      throw new Error(`This page is not for whoever is signed in (${who.status}).`);
    },
    ...guardsOf(
      (needs): NextGuard =>
        (route) =>
        async (request, context) => {
          const who = await windlass.guard(request, needs);
          return "session" in who ? route(request, who, context) : who;
        },
    ),
  };
}
