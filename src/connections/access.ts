/** Owns reaching Bitbucket for a connection: its row, its instance, and the host seen with its credential. */
import type { Clock } from "../base/clock.ts";
import type { Fetch } from "../base/http/door.ts";
import type { Authorize } from "../bitbucket/api/authorize.ts";
import { type Api, type ApiOptions, createApi } from "../bitbucket/api/client.ts";
import type { Credential } from "../bitbucket/credential.ts";
import type { CodeHost } from "../bitbucket/host/host.ts";
import { openHost } from "../bitbucket/host/open.ts";
import type { FindInstance, Instance } from "../bitbucket/instance.ts";
import type { TokenSet } from "../bitbucket/oauth2/token.ts";
import type { Database } from "../storage/database.ts";
import type { ConnectionsTable } from "../storage/schema.ts";
import { findConnection, updateConnection } from "../storage/tables/connections.ts";
import type { Farewell } from "../vault/farewell.ts";
import type { HandedToken } from "../vault/handed-token.ts";
import type { TokenOrder } from "../vault/vault.ts";
import { rememberBriefly } from "./brief-memory.ts";
import { connectionErrors } from "./errors.ts";

/** What this room needs of the vault. */
export interface TokenKeeper {
  keep(
    connectionId: string,
    tokens: Pick<TokenSet, "accessToken" | "refreshToken" | "expiresAt"> & {
      readonly grantedBy?: string | undefined;
    },
    way?: Pick<Credential, "kind" | "login">,
  ): Promise<void>;
  authorize(connectionId: string): Authorize;
  token(connectionId: string, order: TokenOrder): Promise<HandedToken>;
  forget(connectionId: string, actor?: string): Promise<Farewell>;
}

/** What every part of this room needs. */
export interface AccessParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly vault: TokenKeeper;
  readonly instances: FindInstance;
  readonly fetch: Fetch;
  /** Told of every call; consumers are named by the instance's id. */
  readonly budget: { count(consumer: string): void };
}

/** Throws `connections.not_found`. */
export async function findRow(
  { database }: Pick<AccessParts, "database">,
  id: string,
): Promise<ConnectionsTable> {
  const row = await findConnection(database.kysely, id);
  if (row === undefined) throw connectionErrors.fail("connections.not_found", { detail: id });
  return row;
}

export async function changeRow(
  { database, clock }: Pick<AccessParts, "database" | "clock">,
  id: string,
  changes: Partial<ConnectionsTable>,
): Promise<void> {
  await updateConnection(database.kysely, id, { ...changes, updated_at: clock.now().toISOString() });
}

/** How the host is seen: with a credential, and whoever wants to know its answers' headers. */
type Sight = Pick<ApiOptions, "authorize" | "onAnswer">;

/** The host seen with a credential that is not in the vault yet. */
export function hostWith(parts: AccessParts, instance: Instance, sight: Sight): CodeHost {
  return openHost(instance, apiWith(parts, instance, sight));
}

/** The host seen with the connection's credential. `onCall` is told of every request. */
export async function hostFor(
  parts: AccessParts,
  row: ConnectionsTable,
  onCall: () => void = () => {},
): Promise<CodeHost> {
  const instance = await parts.instances(row.instance_id);
  const fromVault = parts.vault.authorize(row.id);
  // A header that signs its call fits no other one.
  const authorize = row.kind === "oauth1" ? fromVault : rememberBriefly(fromVault, parts.clock);
  const budget = {
    count(consumer: string) {
      onCall();
      parts.budget.count(consumer);
    },
  };
  return hostWith({ ...parts, budget }, instance, { authorize });
}

function apiWith({ fetch, clock, budget }: AccessParts, instance: Instance, sight: Sight): Api {
  return createApi({ instance, fetch, clock, ...sight, onCall: () => budget.count(instance.id) });
}
