/** Owns writing tokens: what is saved, given up or removed stands in the record in the same commit. */
import type { Transaction } from "kysely";
import type { Audit, Recorder } from "../audit/audit.ts";
import type { AuditEventName } from "../audit/events.ts";
import type { Clock } from "../base/clock.ts";
import { isWindlassError } from "../base/errors.ts";
import { randomFraction } from "../base/random.ts";
import type { Keyrings } from "../sealing/keyrings.ts";
import type { Database } from "../storage/database.ts";
import type { Schema } from "../storage/schema.ts";
import {
  changeLease,
  claimLease,
  deleteSecrets,
  findSecretsVersion,
  type HeldLease,
  insertSecrets,
  postponeRenewal,
  replaceSecrets,
  type SecretsRow,
} from "../storage/tables/connection-secrets.ts";
import { findConnection, moveConnection, updateConnection } from "../storage/tables/connections.ts";
import { vaultErrors } from "./errors.ts";
import {
  type Former,
  type SeenTokens,
  type StoredTokens,
  sealTokens,
  type Tokens,
  type Way,
} from "./stored.ts";

export interface StoreParts {
  readonly database: Database;
  readonly keyrings: Keyrings;
  readonly clock: Clock;
  readonly audit: Audit;
}

/** Tokens with a lease this process holds over them. */
export interface HeldTokens extends StoredTokens {
  readonly lease: NonNullable<StoredTokens["lease"]>;
  readonly fence: number;
  /** When this holder began; `askedAt` may be an earlier holder's. */
  readonly claimedAt: Date;
  /** Whether an earlier holder asked with the same refresh token and has no answer to show for it. */
  readonly wasAskedBefore: boolean;
}

/** What a renewal brought. */
export interface Renewed extends Tokens {
  readonly former: Former | null;
  /** As granted; null where Bitbucket did not say. */
  readonly scopes: string | null;
  /** When it has to be renewed although nobody uses it. */
  readonly keepAliveAt: Date | null;
  /** When Bitbucket gave the access token: saving it may take long. */
  readonly givenAt: Date;
  /** Of an answer that brought a refresh token and nothing else that can be used. */
  readonly failed?:
    | { readonly reason: string; readonly failures: number; readonly retryAt: Date }
    | undefined;
}

/** Where a connection goes, and why. */
export interface Move {
  readonly state: "active" | "suspect" | "uncertain" | "suspended" | "reconnect";
  readonly reason: string | null;
}

/** How a lease ends that renewed nothing. */
export interface GivenUp {
  /** Where the connection goes; undefined where it stays. */
  readonly to?: Move | undefined;
  /** Whether Bitbucket may have rotated all the same. */
  readonly isUncertain: boolean;
  readonly retryAt: Date | null;
  /** The failure's code, for the record. */
  readonly reason: string;
}

/** A renewal that was not begun. */
export interface Postponed {
  /** The failure's code, for the record. */
  readonly reason: string;
  readonly retryAt: Date;
}

const active = { state: "active", state_reason: null };

/** Where a connection is from the wish to end it until nothing of it is left. */
export const disconnecting = { state: "disconnected", state_reason: "vault.disconnecting" } as const;

const noLease = { lease_owner: null, lease_expires_at: null, asked_at: null };

/** Who takes a lease, and for what. */
export interface Claim {
  readonly owner: string;
  readonly until: Date;
  /** Whether new tokens are asked for: only then the old ones may be spent when the lease is left behind. */
  readonly asks: boolean;
}

/** See `TokenStore`. */
export async function claim(
  { database, clock }: StoreParts,
  stored: StoredTokens,
  { owner, until, asks }: Claim,
): Promise<HeldTokens | null> {
  const { row } = stored;
  const claimedAt = clock.now();
  const askedAt = stored.askedAt ?? (asks ? claimedAt : null);
  const lease = {
    lease_owner: owner,
    lease_expires_at: until.toISOString(),
    asked_at: askedAt?.toISOString() ?? null,
  };
  if (!(await claimLease(database.kysely, row, lease))) return null;
  const fence = row.lease_fence + 1;
  const held = { ...row, ...lease, lease_fence: fence };
  // By the row and not by two moments, which may be those of two machines' clocks.
  const wasAskedBefore = stored.askedAt !== null;
  return {
    ...stored,
    row: held,
    lease: { owner, expiresAt: until },
    fence,
    askedAt,
    claimedAt,
    wasAskedBefore,
  };
}

/** Begins anew when another save came in between. Throws `vault.disconnected` when the connection is gone. */
export async function put(
  parts: StoreParts,
  connectionId: string,
  { tokens, way }: { readonly tokens: Tokens & Pick<Renewed, "keepAliveAt">; readonly way: Way | undefined },
): Promise<void> {
  const { database, audit, clock } = parts;
  const connection = await findConnection(database.kysely, connectionId);
  if (connection === undefined) throw vaultErrors.fail("vault.disconnected", { data: { connectionId } });
  const { project_id: projectId } = connection;
  for (;;) {
    const replaced = await findSecretsVersion(database.kysely, connectionId);
    const version = replaced === undefined ? firstVersion() : replaced + 1;
    const row = await sealRow(
      parts,
      { connectionId, projectId, version },
      { ...tokens, givenAt: clock.now(), former: null },
    );
    const isKept = await audit.transaction(async (transaction, record) => {
      if ((await findSecretsVersion(transaction, connectionId)) !== replaced) return false;
      const kept = { ...row, owner_unchecked: 0 };
      if (replaced === undefined) await insertSecrets(transaction, { ...kept, ...noLease, lease_fence: 0 });
      else if (!(await replaceSecrets(transaction, kept, replaced))) return false;
      const updated_at = clock.now().toISOString();
      await updateConnection(transaction, connectionId, { ...way, ...active, updated_at });
      const event = replaced === undefined ? "connection.made" : "connection.reconnected";
      await record({ event, actor: tokens.grantedBy ?? "person", projectId, connectionId });
      return true;
    });
    if (isKept) return;
  }
}

/** The row that was saved; null, with nothing written, when another version than the held one lies there. */
export async function save(
  parts: StoreParts,
  held: HeldTokens,
  renewed: Renewed,
): Promise<SecretsRow | null> {
  const { audit, keyrings } = parts;
  const { connectionId, projectId, version: replaced } = held;
  const row = await sealRow(parts, { connectionId, projectId, version: replaced + 1 }, renewed);
  const updated_at = parts.clock.now().toISOString();
  const scopes = renewed.scopes ?? held.scopes;
  const owner_unchecked = needsOwnerCheck(held, renewed) ? 1 : 0;
  const about = { actor: held.lease.owner, projectId, connectionId };
  try {
    const saved = await audit.transaction(async (transaction, record) => {
      if (!(await replaceSecrets(transaction, { ...row, owner_unchecked }, replaced))) return null;
      if (renewed.failed === undefined) {
        await moveConnection(transaction, connectionId, { ...active, updated_at });
        await record({ ...about, event: "connection.refreshed" });
      } else {
        const { reason, failures } = renewed.failed;
        await record({ ...about, event: "connection.refresh_failed", reason, facts: { failures } });
      }
      if (!sameScopes(scopes, held.scopes)) {
        await updateConnection(transaction, connectionId, { scopes, updated_at });
        await record({ ...about, event: "connection.scopes_changed", facts: { scopes } });
      }
      const { state = held.state, state_reason = null } =
        (await findConnection(transaction, connectionId)) ?? {};
      return { state, state_reason, scopes, owner_unchecked };
    }, connectionId);
    if (saved === null) return null;
    return { ...held.row, ...row, ...noLease, lease_fence: held.fence + 1, ...saved };
  } catch (error) {
    // The key that sealed them was replaced and is gone: the next attempt seals with its successor.
    if (isWindlassError(error, "storage.missing_reference")) keyrings.forget(projectId);
    throw error;
  }
}

/** What came of a broken answer is the same access as before, and as well checked. */
function needsOwnerCheck({ kind, subject, row }: HeldTokens, { failed }: Renewed): boolean {
  return failed === undefined ? kind === "oauth2" && subject !== null : row.owner_unchecked !== 0;
}

/** See `TokenStore`. */
export function giveUp(parts: StoreParts, held: HeldTokens, outcome: GivenUp): Promise<boolean> {
  const { audit, clock } = parts;
  const { connectionId, projectId, version, lease } = held;
  const { reason, to, isUncertain, retryAt } = outcome;
  const failures = held.failures + 1;
  return audit.transaction(async (transaction, record) => {
    if ((await findSecretsVersion(transaction, connectionId)) !== version) return false;
    const asked_at = isUncertain ? (held.askedAt?.toISOString() ?? null) : null;
    const retry_at = retryAt?.toISOString() ?? null;
    const ended = { ...noLease, asked_at, failures, retry_at };
    if (!(await changeLease(transaction, leaseOf(held), ended))) return false;
    if ((await findConnection(transaction, connectionId))?.state === disconnecting.state) return false;
    const about = { actor: lease.owner, projectId, connectionId, reason };
    await record({ ...about, event: "connection.refresh_failed", facts: { failures } });
    if (to !== undefined) await moveTo({ transaction, record, clock }, held, to);
    return true;
  }, connectionId);
}

interface Writing {
  readonly transaction: Transaction<Schema>;
  readonly record: Recorder;
  readonly clock: Clock;
}

/** Each change of state is an entry; staying is none. */
export async function moveTo(
  { transaction, record, clock }: Writing,
  { connectionId, projectId, state, stateReason, lease }: SeenTokens,
  to: Move,
): Promise<void> {
  if (to.state === state && to.reason === stateReason) return;
  const updated_at = clock.now().toISOString();
  await moveConnection(transaction, connectionId, { state: to.state, state_reason: to.reason, updated_at });
  const about = { actor: lease?.owner ?? "vault", projectId, connectionId, reason: to.reason };
  await record({ ...about, event: "connection.state_changed", facts: { from: state, to: to.state } });
}

/** See `TokenStore`. */
export async function postpone(
  { database, audit }: StoreParts,
  { connectionId, projectId, row }: StoredTokens,
  { reason, retryAt }: Postponed,
): Promise<void> {
  const failures = row.failures + 1;
  const rest = { failures, retry_at: retryAt.toISOString() };
  const about = { actor: "vault", projectId, connectionId, reason };
  try {
    await audit.transaction(async (transaction, record) => {
      if (await postponeRenewal(transaction, row, rest))
        await record({ ...about, event: "connection.refresh_failed", facts: { failures } });
    }, connectionId);
  } catch {
    // It may be the record itself that is out of order.
    await postponeRenewal(database.kysely, row, rest);
  }
}

/** See `TokenStore`. */
export async function beginRemoval(
  { audit, clock }: StoreParts,
  connectionId: string,
  actor: string,
): Promise<void> {
  await audit.transaction(async (transaction, record) => {
    const connection = await findConnection(transaction, connectionId);
    if (connection === undefined) return;
    const updated_at = clock.now().toISOString();
    await updateConnection(transaction, connectionId, { ...disconnecting, updated_at });
    const { project_id: projectId, state: from } = connection;
    if (from === disconnecting.state) return;
    const about = { actor, projectId, connectionId, reason: disconnecting.state_reason };
    const facts = { from, to: disconnecting.state };
    await record({ ...about, event: "connection.state_changed", facts });
  });
}

/** How a removal is recorded, and of what. */
export interface Removal {
  readonly event: AuditEventName;
  readonly actor: string;
  /** Of the tokens that go; null when there were none. */
  readonly version: number | null;
}

/** See `TokenStore`. */
export async function remove(
  { audit, clock }: StoreParts,
  connectionId: string,
  { event, actor, version }: Removal,
): Promise<boolean> {
  return audit.transaction(async (transaction, record) => {
    const connection = await findConnection(transaction, connectionId);
    if (connection !== undefined && connection.state_reason !== disconnecting.state_reason) return true;
    const left = await findSecretsVersion(transaction, connectionId);
    if (left !== undefined && left !== version) return false;
    await deleteSecrets(transaction, connectionId);
    const updated_at = clock.now().toISOString();
    await updateConnection(transaction, connectionId, { state_reason: null, updated_at });
    await record({ event, actor, projectId: connection?.project_id ?? null, connectionId });
    return true;
  });
}

export function leaseOf({ connectionId, lease, fence }: HeldTokens): HeldLease {
  return { connection_id: connectionId, lease_owner: lease.owner, lease_fence: fence };
}

/** Sealed before the transaction begins: the keyring may have to ask the database, and SQLite has one connection. */
async function sealRow(
  { keyrings }: StoreParts,
  place: Pick<StoredTokens, "connectionId" | "projectId" | "version">,
  tokens: Tokens & Pick<Renewed, "former" | "keepAliveAt" | "givenAt" | "failed">,
) {
  const sealed = await sealTokens(await keyrings.of(place.projectId), place, tokens);
  const { keepAliveAt, failed } = tokens;
  return {
    ...sealed,
    updated_at: tokens.givenAt.toISOString(),
    failures: failed?.failures ?? 0,
    retry_at: failed?.retryAt.toISOString() ?? null,
    keep_alive_at: keepAliveAt?.toISOString() ?? null,
  };
}

/**
 * Drawn by lot: tokens kept after others were forgotten must not bear the version of the forgotten ones, or a slow refresh
 * and another process's memory would take them for those.
 */
function firstVersion(): number {
  return Math.floor(randomFraction() * 2 ** 30);
}

/** Bitbucket lists them in any order. */
function sameScopes(left: string, right: string): boolean {
  const sorted = (text: string) => text.split(" ").filter(Boolean).sort().join(" ");
  return sorted(left) === sorted(right);
}
