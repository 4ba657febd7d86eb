/** Owns who is an administrator: those the configuration names, by what cannot change hands, and whom a rule gives that role. */
import type { Session, SessionUser } from "../sessions/sessions.ts";
import type { Database } from "../storage/database.ts";
import { findIdentity } from "../storage/tables/identities.ts";
import { findUser } from "../storage/tables/users.ts";

/** A person of an instance by the id Bitbucket never gives to another, or a user of the catalog. */
export type Administrator =
  | { readonly instanceId: string; readonly subject: string }
  | { readonly entityRef: string };

/** What of a session says who somebody is. */
export type SignedInPerson = Pick<Session, "roles"> & { readonly user: Pick<SessionUser, "id"> };

export interface Admins {
  /** Asked anew each time: whoever unlinks the identity, or loses the role, is one no more. */
  includes(person: SignedInPerson): Promise<boolean>;
}

/** The role that rules may give, whose bearers administer. */
export const adminRole = "admin";

export function createAdmins(parts: {
  readonly database: Database;
  readonly administrators: readonly Administrator[];
}): Admins {
  const { administrators } = parts;
  const { kysely } = parts.database;
  const isOne = async (administrator: Administrator, userId: string) => {
    if ("entityRef" in administrator)
      return (await findUser(kysely, userId))?.entity_ref === administrator.entityRef;
    const { instanceId, subject } = administrator;
    const identity = await findIdentity(kysely, { instance_id: instanceId, subject });
    return identity?.user_id === userId;
  };
  return {
    async includes({ user, roles }) {
      if (roles.includes(adminRole)) return true;
      for (const administrator of administrators) if (await isOne(administrator, user.id)) return true;
      return false;
    },
  };
}
