/** Owns a person's Bitbucket accounts: linking a further one, unlinking one, and that a way in is always left. */
import type { Audit, Recorder } from "../audit/audit.ts";
import type { Handshakes } from "../handshake/handshake.ts";
import type { SessionChoice, Sessions } from "../sessions/sessions.ts";
import type { Database, Executor } from "../storage/database.ts";
import type { IdentitiesTable } from "../storage/schema.ts";
import { forgetHandshakes } from "../storage/tables/handshakes.ts";
import {
  deleteIdentity,
  findIdentity,
  type IdentityKey,
  insertIdentity,
  listIdentities,
  updateIdentity,
} from "../storage/tables/identities.ts";
import { findSessionCheck } from "../storage/tables/session-checks.ts";
import { findUser } from "../storage/tables/users.ts";
import {
  type Arrived,
  type ArrivedPerson,
  type ArrivingParts,
  admit,
  policyAt,
  whoArrived,
} from "./arriving.ts";
import { signinErrors } from "./errors.ts";
import { identityColumns, readKept } from "./keeping.ts";
import { noteTakenName } from "./taken-name.ts";

/** A Bitbucket account that a person signs in with. */
export interface Identity {
  readonly instanceId: string;
  /** Cloud's uuid without braces, else the user's number. */
  readonly id: string;
  /** The id across Atlassian's products; null where Bitbucket has none. */
  readonly accountId: string | null;
  /** As of the latest sign-in. */
  readonly username: string | null;
  readonly displayName: string;
  readonly linkedAt: Date;
  /** Whether people sign in with that instance at present. */
  readonly isWayIn: boolean;
}

export interface LinkStart {
  readonly userId: string;
  readonly instanceId: string;
  readonly browserToken: string;
  readonly returnTo: string;
}

export interface LinkOrder extends Arrived {
  readonly userId: string;
  /** The session that asks: it has to live still when Bitbucket has answered. */
  readonly sessionId: string;
}

export interface UnlinkOrder {
  readonly userId: string;
  readonly instanceId: string;
  readonly id: string;
  /** The session that asks: it alone of the person's can go on. */
  readonly sessionId: string;
}

export interface Accounts {
  /** A person's own, the oldest first. */
  list(userId: string): Promise<readonly Identity[]>;
  /** The address to send the browser to. Throws `signin.no_resolver` and what a handshake's beginning throws. */
  beginLink(start: LinkStart): Promise<{ readonly location: string }>;
  /**
   * Links whom a handshake begun by this user to link has ended with; false when it was linked already. Throws
   * `signin.session_ended`, `signin.linked_elsewhere`, `signin.other_entity`, what `whoArrived` throws; then nothing has
   * changed.
   */
  link(order: LinkOrder): Promise<boolean>;
  /**
   * Ends the person's other sessions too, and what was begun to be linked. So it does the one that asks where that is judged
   * again with the unlinked account's own credential: it says whether it goes on. Throws `signin.not_linked`,
   * `signin.last_way_in`.
   */
  unlink(order: UnlinkOrder): Promise<{ readonly goesOn: boolean }>;
}

export interface AccountParts extends ArrivingParts {
  readonly database: Database;
  readonly audit: Pick<Audit, "transaction">;
  readonly handshakes: Pick<Handshakes, "begin">;
  readonly sessions: Pick<Sessions, "isAlive" | "endThose" | "forget">;
}

export function createAccounts(parts: AccountParts): Accounts {
  const { database, audit, clock, admission, handshakes, sessions } = parts;
  const isWayIn = ({ instance_id }: IdentityKey) => policyAt(admission, instance_id) !== "nobody";
  return {
    async list(userId) {
      const rows = await listIdentities(database.kysely, userId);
      return rows.map((row) => readIdentity(row, isWayIn(row)));
    },
    async beginLink(start) {
      admit(admission, start.instanceId);
      return handshakes.begin({ ...start, purpose: "link" });
    },
    async link({ userId, sessionId, ...arrived }) {
      const person = await whoArrived(parts, arrived);
      const now = clock.now().toISOString();
      const { isNew, takenFrom } = await audit.transaction(async (db, record) => {
        if (!(await sessions.isAlive({ id: sessionId, userId }, db)))
          throw signinErrors.fail("signin.session_ended");
        return linkTo(db, record, { userId, now, ...person });
      });
      if (takenFrom.length > 0)
        parts.log?.warn("identity.name_taken", {
          instance: arrived.instanceId,
          user: userId,
          from: takenFrom,
        });
      return isNew;
    },
    async unlink({ userId, instanceId, id, sessionId }) {
      const key = { instance_id: instanceId, subject: id };
      const choice = await audit.transaction(async (db, record) => {
        await unlinkFrom(db, { userId, key, isWayIn });
        const isJudgedByIt = isOf(key, await findSessionCheck(db, sessionId));
        const choice: SessionChoice = isJudgedByIt ? { userId } : { userId, exceptId: sessionId };
        const ended = await sessions.endThose(choice, db);
        const facts = { instance: instanceId, subject: id, sessions: ended.length };
        await record({ event: "identity.unlinked", actor: `user ${userId}`, facts });
        return choice;
      });
      // A look-up that began before the commit may have found one once more.
      sessions.forget(choice);
      return { goesOn: "exceptId" in choice };
    },
  };
}

function isOf(key: IdentityKey, check: IdentityKey | undefined): boolean {
  return check?.instance_id === key.instance_id && check.subject === key.subject;
}

interface Linking extends ArrivedPerson {
  readonly userId: string;
  readonly now: string;
}

async function linkTo(db: Executor, record: Recorder, { profile, entityRef, userId, now }: Linking) {
  const key = { instance_id: profile.instance, subject: profile.id };
  const known = await findIdentity(db, key);
  // Whose it is, is said to nobody.
  if (known !== undefined && known.user_id !== userId) throw signinErrors.fail("signin.linked_elsewhere");
  const user = await findUser(db, userId);
  if (entityRef !== null && (user?.entity_ref ?? entityRef) !== entityRef)
    throw signinErrors.fail("signin.other_entity", { detail: `${user?.entity_ref} and ${entityRef}` });
  const columns = { ...key, ...identityColumns(profile), updated_at: now };
  if (known === undefined) {
    await insertIdentity(db, { ...columns, user_id: userId, created_at: now });
    const facts = { instance: profile.instance, subject: profile.id, by: "the person" };
    await record({ event: "identity.linked", actor: `user ${userId}`, facts });
  } else await updateIdentity(db, columns);
  const takenFrom = await noteTakenName(db, record, { ...columns, userId });
  return { isNew: known === undefined, takenFrom };
}

interface Unlinking {
  readonly userId: string;
  readonly key: IdentityKey;
  readonly isWayIn: (identity: IdentityKey) => boolean;
}

async function unlinkFrom(db: Executor, { userId, key, isWayIn }: Unlinking): Promise<void> {
  const isIt = ({ instance_id, subject }: IdentityKey) =>
    instance_id === key.instance_id && subject === key.subject;
  const own = await listIdentities(db, userId);
  if (!own.some(isIt)) throw signinErrors.fail("signin.not_linked");
  if (!own.some((identity) => !isIt(identity) && isWayIn(identity)))
    throw signinErrors.fail("signin.last_way_in");
  await deleteIdentity(db, key);
  // Whoever unlinks it does not want it back from another tab.
  await forgetHandshakes(db, { user_id: userId, purpose: "link" });
}

function readIdentity(row: IdentitiesTable, isWayIn: boolean): Identity {
  return {
    ...readKept(row),
    instanceId: row.instance_id,
    id: row.subject,
    linkedAt: new Date(row.created_at),
    isWayIn,
  };
}
