/** Owns Next's App Router: a catch-all route, guards round route handlers and the proxy, and who is signed in for pages. */
import { type Guards, guardsOf, type Mountable, type Needs, type SignedIn } from "./mountable.ts";
import { type NextPages, nextPages } from "./next-pages.ts";

export type { Guards, Mountable, Needs, SignedIn } from "./mountable.ts";
export type { NextPages } from "./next-pages.ts";

/** Goes round a route handler, or round what a proxy does next. */
export type NextGuard = <Asked extends Request, Context, Answered>(
  route: (request: Asked, who: SignedIn, context: Context) => Answered | Promise<Answered>,
) => (request: Asked, context: Context) => Promise<Answered | Response>;

/** Windlass in Next's App Router. */
export interface NextWindlass extends Guards<NextGuard>, NextPages {
  /** Of `app/[...windlass]/route.ts`, as is `POST`: answer whatever has no page of its own. */
  GET(request: Request): Promise<Response>;
  POST(request: Request): Promise<Response>;
}

/** Next loads an app's modules once for each kind of route; this one, as a package that is not bundled, once. */
let made: Promise<Mountable> | undefined;

/**
 * Windlass in Next, in the runtime of Node; `serverExternalPackages: ["windlass"]` belongs to it. `make` is called at the first
 * request, not while Next builds, and once in a process: a changed configuration needs a new one.
 * @example export const auth = nextWindlass(() => createWindlass({ … }));
 */
export function nextWindlass(make: () => Promise<Mountable>): NextWindlass {
  const windlass = () => {
    made ??= make();
    made.catch(() => {
      made = undefined; // the next request tries again
    });
    return made;
  };
  const handler = async (request: Request) => (await windlass()).handler(request);
  const guard = async (request: Request, needs?: Needs) => (await windlass()).guard(request, needs);
  return {
    GET: handler,
    POST: handler,
    ...nextPages(guard),
    ...guardsOf(
      (needs): NextGuard =>
        (route) =>
        async (request, context) => {
          const who = await guard(request, needs);
          return "session" in who ? route(request, who, context) : who;
        },
    ),
  };
}
