/** Owns who is browsing the website: a cookie of the emulator's own, the person logged in, and the token its forms carry. */
import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { EmulatorBindings } from "../../core/bindings.ts";
import { randomText, secretsEqual } from "../../core/entropy.ts";
import type { Resets } from "../../core/resets.ts";
import type { Person } from "../../core/world.ts";

export interface Visitor {
  readonly csrf: string;
  readonly person: Person | null;
}

/** The website's Hono environment. */
export interface WebEnv {
  Bindings: EmulatorBindings;
  Variables: { visitor: Visitor };
}

export interface Visitors {
  /** Who asks; a newcomer gets a cookie. */
  recognise(c: Context<WebEnv>): Visitor;
  /** Logs a person in (null: out) under a new cookie, so that one known before is worth nothing. */
  change(c: Context<WebEnv>, person: Person | null): void;
}

const cookieName = "local_bitbucket";

/** Whoever never sends a cookie is a newcomer each time: so many are remembered, and the oldest forgotten. */
const mostVisitors = 10_000;

export function createVisitors(resets: Resets): Visitors {
  const visitors = new Map<string, Visitor>();
  resets.onReset(() => visitors.clear());
  const admit = (c: Context<WebEnv>, person: Person | null) => {
    const id = randomText(43);
    const visitor = { csrf: randomText(43), person };
    visitors.set(id, visitor);
    for (const oldest of visitors.keys()) {
      if (visitors.size <= mostVisitors) break;
      visitors.delete(oldest);
    }
    setCookie(c, cookieName, id, { httpOnly: true, sameSite: "Lax", path: "/" });
    return visitor;
  };
  return {
    recognise: (c) => visitors.get(getCookie(c, cookieName) ?? "") ?? admit(c, null),
    change(c, person) {
      visitors.delete(getCookie(c, cookieName) ?? "");
      admit(c, person);
    },
  };
}

/** The posted form, or null when it is not one of this visitor's own. */
export async function ownForm(c: Context<WebEnv>): Promise<URLSearchParams | null> {
  const form = new URLSearchParams(await c.req.text());
  return secretsEqual(form.get("csrf") ?? "", c.get("visitor").csrf) ? form : null;
}
