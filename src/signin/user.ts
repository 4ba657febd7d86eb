/** Owns the step from a profile to a user: whoever comes first is made, whoever comes again is found by id alone. */
import { readableLine } from "../base/line.ts";
import { newId } from "../base/random.ts";
import type { Profile } from "../bitbucket/profile/profile.ts";
import type { Database, Executor } from "../storage/database.ts";
import { findIdentity, insertIdentity, updateIdentity } from "../storage/tables/identities.ts";
import { insertUser, updateUser } from "../storage/tables/users.ts";

export interface Arrival {
  readonly profile: Profile;
  /** The catalog's user a resolver found; null where none is asked. */
  readonly entityRef: string | null;
  readonly now: Date;
}

export interface ResolvedUser {
  readonly userId: string;
  /** Whether this was the first time. */
  readonly isNew: boolean;
}

/**
 * Finds or makes the user behind a profile, and writes down what the profile says today. User name, nickname and e-mail
 * are never looked up: they can change hands.
 */
export async function resolveUser(database: Database, arrival: Arrival): Promise<ResolvedUser> {
  const { profile, now } = arrival;
  return database.transaction(async (transaction) => {
    const key = { instance_id: profile.instance, subject: profile.id };
    const known = await findIdentity(transaction, key);
    if (known === undefined) return { userId: await makeUser(transaction, arrival), isNew: true };
    await updateUser(transaction, known.user_id, describe(arrival));
    await updateIdentity(transaction, { ...key, profile_json: keep(profile), updated_at: now.toISOString() });
    return { userId: known.user_id, isNew: false };
  });
}

async function makeUser(transaction: Executor, arrival: Arrival): Promise<string> {
  const { profile, now } = arrival;
  const [id, createdAt] = [newId("usr"), now.toISOString()];
  await insertUser(transaction, { id, created_at: createdAt, ...describe(arrival) });
  await insertIdentity(transaction, {
    instance_id: profile.instance,
    subject: profile.id,
    user_id: id,
    profile_json: keep(profile),
    created_at: createdAt,
    updated_at: createdAt,
  });
  return id;
}

function describe({ profile, entityRef, now }: Arrival) {
  return {
    display_name: readableName(profile),
    email: profile.email,
    email_verified: profile.emailVerified ? 1 : 0,
    avatar_url: profile.avatarUrl,
    entity_ref: entityRef,
    last_signed_in_at: now.toISOString(),
  };
}

/** What Bitbucket answered word for word is nothing we need to keep. */
function keep({ raw: _, ...profile }: Profile): string {
  return JSON.stringify(profile);
}

/** One line of at most 200 characters that says who it is. */
function readableName({ displayName, nickname, username }: Profile): string {
  const names = [displayName, nickname, username].map((name) => readableLine(name ?? ""));
  return [...(names.find((name) => name !== "") ?? "Bitbucket user")].slice(0, 200).join("");
}
