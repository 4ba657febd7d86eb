/** Owns the wiring of who is signed in: cookies, sessions, and who may end them. */
import type { Audit } from "../audit/audit.ts";
import { createCookies } from "../sessions/cookies.ts";
import { createSessions } from "../sessions/sessions.ts";
import { createAdmins } from "../signin/admins.ts";
import { createEndings } from "../signin/endings.ts";
import type { Config } from "./config.ts";
import type { Ground } from "./ground.ts";

export function openSessions({ world }: Pick<Ground, "world">, config: Config, audit: Audit) {
  const { database, clock } = world;
  const { idleSeconds, absoluteSeconds, plainCookiesOnLoopback } = config.sessions;
  const sessions = createSessions({ database, clock, limits: { idleSeconds, absoluteSeconds } });
  return {
    cookies: createCookies({ baseUrl: config.baseUrl, plainCookiesOnLoopback }),
    sessions,
    admins: createAdmins({ database, administrators: config.admins }),
    /** Of sessions, otherwise than by signing out. */
    endings: createEndings({ audit, sessions }),
  };
}
