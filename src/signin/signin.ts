/** Owns signing in: tokens become a profile, the profile a user, the user a new session. */
import type { Audit } from "../audit/audit.ts";
import type { Profile } from "../bitbucket/profile/profile.ts";
import type { SessionChoice, Sessions } from "../sessions/sessions.ts";
import { type ArrivedTokens, type ArrivingParts, admit, policyAt, whoArrived } from "./arriving.ts";
import { createGathering } from "./gathering.ts";
import type { SigninPolicy } from "./policy.ts";
import type { Rechecks } from "./recheck/recheck.ts";
import { resolveUser } from "./user.ts";

export interface SigninParts extends ArrivingParts {
  readonly audit: Pick<Audit, "transaction">;
  readonly sessions: Pick<Sessions, "open" | "endThose" | "forget">;
  /** Keeps what a session is judged by again. Without it, none is. */
  readonly rechecks?: Pick<Rechecks, "keep"> | undefined;
  /** Whether somebody new is the user with the same confirmed e-mail. Dangerous: whoever gets the address gets the account. */
  readonly joinsByEmail?: boolean | undefined;
}

export interface SigninRequest {
  readonly instanceId: string;
  /** Fresh from a handshake begun to sign in. A token that was handed in is no proof of who hands it in. */
  readonly tokens: ArrivedTokens;
  /** The browser's header: people know their sessions by it. */
  readonly userAgent?: string | undefined;
  /** The session this browser had until now, by its name: it ends. */
  readonly previousSessionId?: string | undefined;
}

export interface SigninResult {
  readonly userId: string;
  readonly isNew: boolean;
  /** For the session cookie; always a new one. */
  readonly sessionToken: string;
  readonly profile: Profile;
}

export interface Signin {
  /** Who may sign in with an instance, for the page that offers it. */
  policy(instanceId: string): SigninPolicy["kind"];
  /** Throws `signin.no_resolver` where nobody can sign in: to be asked before anybody is sent to Bitbucket. */
  admit(instanceId: string): void;
  /**
   * All that a sign-in changes is kept in one transaction, or nothing is: then the previous session still lives.
   * Throws as `whoArrived` says, and what the database throws.
   */
  signIn(request: SigninRequest): Promise<SigninResult>;
}

export function createSignin(parts: SigninParts): Signin {
  const { admission, audit, clock, sessions, joinsByEmail } = parts;
  const gathering = createGathering();
  return {
    policy: (instanceId) => policyAt(admission, instanceId),
    admit: (instanceId) => admit(admission, instanceId),
    async signIn({ instanceId, tokens, userAgent, previousSessionId }) {
      const person = await gathering.arriving(() => whoArrived(parts, { instanceId, tokens }));
      const kept = await parts.rechecks?.keep(person);
      await gathering.gather();
      const arrival = { ...person, now: clock.now(), joinsByEmail };
      const { userId, user, isNew, nameTakenFrom, session, ended } = await audit.transaction(
        async (db, record) => {
          const resolved = await resolveUser(db, record, arrival);
          const { userId, hasJoined } = resolved;
          const ended: readonly SessionChoice[] = [
            ...(hasJoined ? [{ userId }] : []),
            ...(previousSessionId === undefined ? [] : [{ id: previousSessionId }]),
          ];
          for (const choice of ended) await sessions.endThose(choice, db);
          const owner = { userId, instanceId, userAgent, roles: person.judged.roles, checkBy: kept?.checkBy };
          const session = await sessions.open(owner, db);
          await kept?.add(db, session.id);
          return { ...resolved, ended, session };
        },
      );
      // A look-up that began before the commit may have found one once more.
      for (const choice of ended) sessions.forget(choice);
      session.remember(user);
      if (nameTakenFrom.length > 0)
        parts.log?.warn("identity.name_taken", { instance: instanceId, user: userId, from: nameTakenFrom });
      return { userId, isNew, sessionToken: session.token, profile: person.profile };
    },
  };
}
