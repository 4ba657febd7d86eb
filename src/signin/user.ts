/** Owns the step from a profile to a user: whoever comes first is made, whoever comes again is found by id alone. */
import type { Recorder } from "../audit/audit.ts";
import { newId } from "../base/random.ts";
import type { Profile } from "../bitbucket/profile/profile.ts";
import { readSessionUser, type SessionUser } from "../sessions/session.ts";
import type { Executor } from "../storage/database.ts";
import { findIdentity, insertIdentity, updateIdentity } from "../storage/tables/identities.ts";
import { insertUser, listUsersByConfirmedEmail, updateUser } from "../storage/tables/users.ts";
import { identityColumns, userColumns } from "./keeping.ts";
import { noteTakenName } from "./taken-name.ts";

export interface Arrival {
  readonly profile: Profile;
  /** The catalog's user a resolver found; null where none is asked. */
  readonly entityRef: string | null;
  readonly now: Date;
  /** Whether somebody new is the user whose confirmed e-mail is the same. */
  readonly joinsByEmail?: boolean | undefined;
}

export interface ResolvedUser {
  readonly userId: string;
  /** As sessions show it. */
  readonly user: SessionUser;
  /** Whether this was the first time. */
  readonly isNew: boolean;
  /** Whether a confirmed e-mail has made it the identity of a user who was here before: nobody who is signed in as that one stays so. */
  readonly hasJoined: boolean;
  /** The users who had this user name at this instance until now. */
  readonly nameTakenFrom: readonly string[];
}

/**
 * Finds or makes the user behind a profile, and writes down what the profile says today, all in the transaction given. User name, nickname and e-mail
 * are never looked up: they can change hands. The one exception is `joinsByEmail`.
 */
export async function resolveUser(db: Executor, record: Recorder, arrival: Arrival): Promise<ResolvedUser> {
  const { profile, now } = arrival;
  const key = { instance_id: profile.instance, subject: profile.id };
  const known = await findIdentity(db, key);
  const columns = { ...key, ...identityColumns(profile), updated_at: now.toISOString() };
  if (known !== undefined) {
    const isSame = known.username === columns.username && known.profile_json === columns.profile_json;
    await Promise.all([
      updateUser(db, { id: known.user_id, ...describe(arrival) }),
      isSame || updateIdentity(db, columns),
    ]);
  }
  const joined = known === undefined ? await findToJoin(db, arrival) : undefined;
  const userId = known?.user_id ?? joined ?? (await makeUser(db, arrival));
  if (known === undefined)
    await insertIdentity(db, { ...columns, user_id: userId, created_at: now.toISOString() });
  if (joined !== undefined) await noteJoining(db, record, { ...arrival, userId });
  const nameTakenFrom =
    known?.username === columns.username ? [] : await noteTakenName(db, record, { ...columns, userId });
  const facts = { instance: profile.instance, new: known === undefined };
  await record({ event: "signin.done", actor: `user ${userId}`, facts });
  const user = readSessionUser({ id: userId, ...describe(arrival) });
  return { userId, user, isNew: known === undefined, hasJoined: joined !== undefined, nameTakenFrom };
}

async function makeUser(db: Executor, arrival: Arrival): Promise<string> {
  const id = newId("usr");
  await insertUser(db, { id, created_at: arrival.now.toISOString(), ...describe(arrival) });
  return id;
}

/** The only user with the same confirmed e-mail, unless the catalog says that they are two. */
async function findToJoin(db: Executor, arrival: Arrival): Promise<string | undefined> {
  const { confirmed_email: email } = userColumns(arrival.profile);
  if (arrival.joinsByEmail !== true || email === null) return undefined;
  const [one, another] = await listUsersByConfirmedEmail(db, email);
  if (one === undefined || another !== undefined) return undefined;
  return one.entity_ref === null || one.entity_ref === arrival.entityRef ? one.id : undefined;
}

async function noteJoining(
  db: Executor,
  record: Recorder,
  { userId, ...arrival }: Arrival & { readonly userId: string },
): Promise<void> {
  await updateUser(db, { id: userId, ...describe(arrival) });
  const facts = { instance: arrival.profile.instance, subject: arrival.profile.id, by: "e-mail" };
  await record({ event: "identity.linked", actor: `user ${userId}`, facts });
}

function describe({ profile, entityRef, now }: Arrival) {
  return { ...userColumns(profile), entity_ref: entityRef, last_signed_in_at: now.toISOString() };
}
