/** Owns the shape of a connection's tokens as the vault has them, and sealing them to their place. */
import { Secret } from "../base/secret.ts";
import { type Credential, type CredentialKind, isRenewable } from "../bitbucket/credential.ts";
import type { TokenSet } from "../bitbucket/oauth2/token.ts";
import type { OwnedKeyring } from "../sealing/keyrings.ts";
import type { ConnectionSecretsTable } from "../storage/schema.ts";
import type { SecretsRow } from "../storage/tables/connection-secrets.ts";

export type Tokens = Pick<TokenSet, "accessToken" | "refreshToken" | "expiresAt"> & {
  /** Who brought them, as the record names them: `user usr_…`. */
  readonly grantedBy?: string | undefined;
};

/** How a header is made of tokens. */
export type Way = Pick<Credential, "kind" | "login">;

/** What a connection holds, as it lay in the database when it was read. The refresh token stays sealed until it is needed. */
export interface StoredTokens extends Omit<Credential, "refreshToken"> {
  readonly connectionId: string;
  readonly projectId: string;
  readonly instanceId: string;
  readonly gitUser: string | null;
  /** Whose it is; null for a token nobody stands behind. */
  readonly subject: string | null;
  readonly scopes: string;
  readonly state: string;
  readonly stateReason: string | null;
  /** Whether it can be renewed without a person. */
  readonly isRenewable: boolean;
  readonly expiresAt: Date | null;
  /** Raised by each save. */
  readonly version: number;
  /** When Bitbucket gave the tokens. */
  readonly updatedAt: Date;
  /** Who renews it at present, until when unless extended. */
  readonly lease: { readonly owner: string; readonly expiresAt: Date } | null;
  /** Since then Bitbucket may have been asked with this very refresh token. */
  readonly askedAt: Date | null;
  readonly failures: number;
  readonly retryAt: Date | null;
  readonly row: SecretsRow;
}

type Place = Pick<StoredTokens, "connectionId" | "projectId" | "version">;

/** What a sealed column is bound to. */
export function contextOf(
  { connectionId, projectId, version }: Place,
  field: "access" | "refresh" | "former",
) {
  return { connection: connectionId, project: projectId, field, version: String(version) };
}

/** What a row says before anything of it is opened. */
export type SeenTokens = Omit<StoredTokens, "accessToken">;

export function readRow(row: SecretsRow): SeenTokens {
  // The column holds only what this house writes there.
  const kind = row.kind as CredentialKind;
  const { lease_owner: owner, lease_expires_at: leaseEnd } = row;
  return {
    connectionId: row.connection_id,
    projectId: row.project_id,
    version: row.version,
    instanceId: row.instance_id,
    kind,
    login: row.login,
    gitUser: row.git_user,
    subject: row.subject,
    scopes: row.scopes,
    state: row.state,
    stateReason: row.state_reason,
    isRenewable: isRenewable(kind, row.sealed_refresh_token !== null),
    expiresAt: dateOf(row.access_expires_at),
    updatedAt: new Date(row.updated_at),
    lease: owner === null || leaseEnd === null ? null : { owner, expiresAt: new Date(leaseEnd) },
    askedAt: dateOf(row.asked_at),
    failures: row.failures,
    retryAt: dateOf(row.retry_at),
    row,
  };
}

function dateOf(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}

/** The sealed access token, opened. Throws what `Keyring.open` throws. */
export async function openAccessToken({ row, ...place }: SeenTokens, keyring: OwnedKeyring): Promise<Secret> {
  return new Secret(await keyring.open(contextOf(place, "access"), row.sealed_access_token));
}

/** The sealed refresh token, opened. */
export async function openRefreshToken(
  { row, ...place }: StoredTokens,
  keyring: OwnedKeyring,
): Promise<Secret | null> {
  const { sealed_refresh_token: sealed } = row;
  return sealed === null ? null : new Secret(await keyring.open(contextOf(place, "refresh"), sealed));
}

/** The refresh token before this one, while Bitbucket may still take it. */
export async function openFormerToken(
  { row, ...place }: StoredTokens,
  keyring: OwnedKeyring,
  now: Date,
): Promise<Secret | null> {
  const { sealed_former_refresh_token: sealed, former_until: until } = row;
  if (sealed === null || until === null || now >= new Date(until)) return null;
  return new Secret(await keyring.open(contextOf(place, "former"), sealed));
}

/** A refresh token that was rotated away, and until when Bitbucket may take it all the same. */
export interface Former {
  readonly refreshToken: Secret;
  readonly until: Date;
}

/** Tokens sealed for their row. */
export async function sealTokens(
  keyring: OwnedKeyring,
  place: Place,
  { accessToken, refreshToken, expiresAt, former }: Tokens & { readonly former: Former | null },
): Promise<
  Pick<
    ConnectionSecretsTable,
    | "connection_id"
    | "data_key_id"
    | "sealed_access_token"
    | "sealed_refresh_token"
    | "access_expires_at"
    | "version"
    | "sealed_former_refresh_token"
    | "former_until"
  >
> {
  const seal = async (field: Parameters<typeof contextOf>[1], secret: Secret | null) =>
    secret === null ? null : keyring.seal(contextOf(place, field), secret.reveal());
  return {
    connection_id: place.connectionId,
    data_key_id: keyring.keyId,
    sealed_access_token: await keyring.seal(contextOf(place, "access"), accessToken.reveal()),
    sealed_refresh_token: await seal("refresh", refreshToken),
    access_expires_at: expiresAt?.toISOString() ?? null,
    version: place.version,
    sealed_former_refresh_token: await seal("former", former?.refreshToken ?? null),
    former_until: former?.until.toISOString() ?? null,
  };
}
