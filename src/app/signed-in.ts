/** Owns the wiring of who is signed in: cookies, sessions, who judges them, and who may end them. */
import type { Audit } from "../audit/audit.ts";
import { createCookies } from "../sessions/cookies.ts";
import { createSessions } from "../sessions/sessions.ts";
import { createAdmins } from "../signin/admins.ts";
import { createEndings } from "../signin/endings.ts";
import type { Ruling } from "../signin/policy.ts";
import { createRechecks } from "../signin/recheck/recheck.ts";
import { createRuleBook } from "../signin/rules/book.ts";
import { createJudge } from "../signin/rules/judge.ts";
import { digestsOf } from "./admission.ts";
import type { Config } from "./config.ts";
import type { Ground } from "./ground.ts";

export function openSessions(
  { world }: Pick<Ground, "world">,
  config: Config,
  { audit, ruling }: { readonly audit: Audit; readonly ruling: Ruling },
) {
  const { database, clock } = world;
  const { idleSeconds, absoluteSeconds, plainCookiesOnLoopback } = config.sessions;
  const judge = createJudge({ ...world, audit, rules: ruling.rules });
  const sessions = createSessions({
    database,
    clock,
    limits: { idleSeconds, absoluteSeconds },
    judge: (sessionId) => rechecks.overdue(sessionId),
  });
  const rechecks = createRechecks({
    ...world,
    audit,
    sessions,
    judge,
    span: ruling.recheck,
    digests: () => digestsOf(config, ruling),
  });
  return {
    cookies: createCookies({ baseUrl: config.baseUrl, plainCookiesOnLoopback }),
    sessions,
    /** Says whom an instance's rules let in. */
    judge,
    /** Who may come in, and which places are meant. */
    rules: createRuleBook({
      database,
      audit,
      instanceIds: Object.keys(config.instances),
      rules: ruling.rules,
    }),
    /** Judging again whoever is signed in. */
    rechecks,
    admins: createAdmins({ database, administrators: config.admins }),
    /** Of sessions, otherwise than by signing out. */
    endings: createEndings({ audit, sessions }),
  };
}
