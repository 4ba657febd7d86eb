/** Owns who is an administrator: those the configuration names, by what cannot change hands. */
import type { Database } from "../storage/database.ts";
import { findIdentity } from "../storage/tables/identities.ts";
import { findUser } from "../storage/tables/users.ts";

/** A person of an instance by the id Bitbucket never gives to another, or a user of the catalog. */
export type Administrator =
  | { readonly instanceId: string; readonly subject: string }
  | { readonly entityRef: string };

export interface Admins {
  /** Asked anew each time: whoever unlinks the identity is one no more. */
  includes(userId: string): Promise<boolean>;
}

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
    async includes(userId) {
      for (const administrator of administrators) if (await isOne(administrator, userId)) return true;
      return false;
    },
  };
}
