/** Owns the tokens at rest: each sealed to its connection, project, field and version, each save fenced by the version. */
import type { Clock } from "../base/clock.ts";
import { randomFraction } from "../base/random.ts";
import { Secret } from "../base/secret.ts";
import type { Credential, CredentialKind } from "../bitbucket/credential.ts";
import type { TokenSet } from "../bitbucket/oauth2/token.ts";
import type { Keyrings } from "../sealing/keyrings.ts";
import type { Database } from "../storage/database.ts";
import {
  deleteSecrets,
  findSecretsVersion,
  insertSecrets,
  prepareFindSecrets,
  replaceSecrets,
  type SecretsRow,
} from "../storage/tables/connection-secrets.ts";
import { findConnection, moveConnection, updateConnection } from "../storage/tables/connections.ts";
import { vaultErrors } from "./errors.ts";

export type Tokens = Pick<TokenSet, "accessToken" | "refreshToken" | "expiresAt">;

/** How a header is made of tokens. */
export type Way = Pick<Credential, "kind" | "login">;

export interface StoredTokens extends Tokens, Credential {
  readonly connectionId: string;
  readonly projectId: string;
  readonly instanceId: string;
  readonly state: string;
  readonly version: number;
  readonly updatedAt: Date;
}

export interface TokenStore {
  /** Throws `vault.disconnected` when nothing is kept, `sealing.…` when it does not open. */
  load(connectionId: string): Promise<StoredTokens>;
  /** Keeps tokens, and the way when given, in place of whatever lies there; the connection becomes active. Throws `vault.disconnected`. */
  put(connectionId: string, tokens: Tokens, way?: Way): Promise<void>;
  /** Saves over exactly the version that was loaded. Null, with nothing written, when there is a newer one or none. */
  replace(stored: StoredTokens, tokens: Tokens): Promise<StoredTokens | null>;
  /** Notes a failure while the version is still the one that failed; false when there is a newer one or none. */
  blame(stored: StoredTokens, state: "suspect" | "reconnect", reason: string): Promise<boolean>;
  remove(connectionId: string): Promise<void>;
}

export interface StoreParts {
  readonly database: Database;
  readonly keyrings: Keyrings;
  readonly clock: Clock;
}

/** Opening takes longer than a call may wait a thousand times; so many connections stay opened in memory. */
const mostOpened = 1_000;

export function createTokenStore(parts: StoreParts): TokenStore {
  const { database, clock } = parts;
  const findRow = prepareFindSecrets(database.kysely);
  const opened = new Map<string, StoredTokens>();
  const remember = (tokens: StoredTokens) => {
    opened.delete(tokens.connectionId);
    opened.set(tokens.connectionId, tokens);
    const oldest = opened.size > mostOpened ? opened.keys().next().value : undefined;
    if (oldest !== undefined) opened.delete(oldest);
    return tokens;
  };

  return {
    async load(connectionId) {
      const row = await findRow(connectionId);
      if (row === undefined) throw vaultErrors.fail("vault.disconnected", { data: { connectionId } });
      const known = opened.get(connectionId);
      if (known?.version === row.version) return { ...known, state: row.state };
      return remember(await openRow(parts, row));
    },
    async put(connectionId, tokens, way) {
      opened.delete(connectionId);
      const connection = await findConnection(database.kysely, connectionId);
      if (connection === undefined) throw vaultErrors.fail("vault.disconnected", { data: { connectionId } });
      await parts.keyrings.of(connection.project_id);
      await database.transaction(async (transaction) => {
        const replaced = await findSecretsVersion(transaction, connectionId);
        const version = replaced === undefined ? firstVersion() : replaced + 1;
        const place = { connectionId, projectId: connection.project_id, version };
        const row = await sealRow(parts, place, tokens);
        if (replaced === undefined) await insertSecrets(transaction, row);
        else await replaceSecrets(transaction, row, replaced);
        await updateConnection(transaction, connectionId, { ...way, ...active(clock) });
      });
    },
    async replace(stored, tokens) {
      const next = {
        ...stored,
        ...tokens,
        state: "active",
        version: stored.version + 1,
        updatedAt: clock.now(),
      };
      const row = await sealRow(parts, next, tokens);
      const saved = await database.transaction(async (transaction) => {
        if (!(await replaceSecrets(transaction, row, stored.version))) return false;
        await moveConnection(transaction, stored.connectionId, active(clock));
        return true;
      });
      return saved ? remember(next) : null;
    },
    blame: ({ connectionId, version }, state, reason) =>
      database.transaction(async (transaction) => {
        if ((await findSecretsVersion(transaction, connectionId)) !== version) return false;
        const updatedAt = clock.now().toISOString();
        await moveConnection(transaction, connectionId, {
          state,
          state_reason: reason,
          updated_at: updatedAt,
        });
        return true;
      }),
    async remove(connectionId) {
      opened.delete(connectionId);
      await deleteSecrets(database.kysely, connectionId);
    },
  };
}

/**
 * Drawn by lot: tokens kept after others were forgotten must not bear the version of the forgotten ones, or a slow refresh
 * and another process's memory would take them for those.
 */
function firstVersion(): number {
  return Math.floor(randomFraction() * 2 ** 30);
}

function active(clock: Clock) {
  return { state: "active", state_reason: null, updated_at: clock.now().toISOString() };
}

type Place = Pick<StoredTokens, "connectionId" | "projectId" | "version">;

function contextOf({ connectionId, projectId, version }: Place, field: "access" | "refresh") {
  return { connection: connectionId, project: projectId, field, version: String(version) };
}

async function sealRow({ keyrings, clock }: StoreParts, place: Place, tokens: Tokens) {
  const keyring = await keyrings.of(place.projectId);
  const { accessToken, refreshToken, expiresAt } = tokens;
  return {
    connection_id: place.connectionId,
    sealed_access_token: await keyring.seal(contextOf(place, "access"), accessToken.reveal()),
    sealed_refresh_token:
      refreshToken === null ? null : await keyring.seal(contextOf(place, "refresh"), refreshToken.reveal()),
    access_expires_at: expiresAt?.toISOString() ?? null,
    version: place.version,
    updated_at: clock.now().toISOString(),
    data_key_id: keyring.keyId,
    lease_owner: null,
    lease_expires_at: null,
    lease_fence: 0,
    asked_at: null,
    sealed_former_refresh_token: null,
    former_until: null,
    failures: 0,
    retry_at: null,
    keep_alive_at: null,
  };
}

async function openRow({ keyrings }: StoreParts, row: SecretsRow): Promise<StoredTokens> {
  const keyring = await keyrings.of(row.project_id);
  const { project_id: projectId, version } = row;
  const place = { connectionId: row.connection_id, projectId, version };
  const { sealed_refresh_token: refresh, access_expires_at: expiresAt } = row;
  return {
    ...place,
    instanceId: row.instance_id,
    // The column holds only what this house writes there.
    kind: row.kind as CredentialKind,
    login: row.login,
    state: row.state,
    accessToken: new Secret(await keyring.open(contextOf(place, "access"), row.sealed_access_token)),
    refreshToken:
      refresh === null ? null : new Secret(await keyring.open(contextOf(place, "refresh"), refresh)),
    expiresAt: expiresAt === null ? null : new Date(expiresAt),
    updatedAt: new Date(row.updated_at),
  };
}
