/** Owns what every adapter goes round, and the guards by their names: an adapter only says what one looks like in its framework. */
import type { Peer } from "../web/client.ts";
import type { Needs, SignedIn } from "../web/guard.ts";

export type { Needs, SignedIn } from "../web/guard.ts";

/** As much of what `createWindlass` gives as an adapter needs. */
export interface Mountable {
  handler(request: Request, peer?: Peer): Promise<Response>;
  guard(request: Request, needs?: Needs): Promise<SignedIn | Response>;
}

type Some = readonly [string, ...string[]];

/** Whoever is not let through is answered: sent to sign in, or told with status 401 or 403 what is missing. */
export interface Guards<Middleware> {
  /** Somebody is signed in, and is all that `needs` names. */
  requireSession(needs?: Needs): Middleware;
  /** Their e-mail address is one that Bitbucket says is confirmed. */
  requireConfirmedEmail(): Middleware;
  /** They signed in at one of these instances, by their names in the configuration. */
  requireInstance(...instances: Some): Middleware;
  /** They have one of these roles. */
  requireRole(...roles: Some): Middleware;
}

export function guardsOf<Middleware>(make: (needs: Needs) => Middleware): Guards<Middleware> {
  return {
    requireSession: (needs = {}) => make(needs),
    requireConfirmedEmail: () => make({ confirmedEmail: true }),
    requireInstance: (...instances) => make({ instances }),
    requireRole: (...roles) => make({ roles }),
  };
}
