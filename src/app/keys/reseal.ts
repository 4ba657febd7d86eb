/** Owns the walk over everything sealed with a replaced key: opened, sealed with today's, and written only where nothing has changed. */
import { isWindlassError } from "../../base/errors.ts";
import { keyContext as identityKeyContext } from "../../identity/keys.ts";
import { keyContext } from "../../instances/instances.ts";
import { keyIdOf } from "../../sealing/keyring.ts";
import { type KeyOwner, type Keyrings, type OwnedKeyring, reseal } from "../../sealing/keyrings.ts";
import { checkContext } from "../../signin/recheck/kept.ts";
import type { Database, Executor } from "../../storage/database.ts";
import {
  listDataKeys,
  listPrivateKeysOnReplaced,
  listSecretsOnReplaced,
  listSessionChecksOnReplaced,
  type ReplacedPage,
  type Resealed,
  resealPrivateKey,
  resealSecrets,
  resealSessionCheck,
  type SealedCheck,
  type SealedPrivateKey,
  type SealedSecrets,
} from "../../storage/tables/data-keys.ts";
import {
  listIdentityKeysOnReplaced,
  resealIdentityKey,
  type SealedIdentityKey,
} from "../../storage/tables/identity-keys.ts";
import { listMeta, swapMeta } from "../../storage/tables/meta.ts";
import { contextOf } from "../../vault/stored.ts";
import { auditKeyBeginning, auditKeyContext, isAuditKeyNote } from "../audit-key.ts";

export interface ResealParts {
  readonly database: Database;
  readonly keyrings: Keyrings;
  /** Told after each batch: how many rows more were looked at. */
  readonly onBatch?: ((rows: number) => void) | undefined;
}

export interface ResealResult {
  /** Written anew. */
  readonly resealed: number;
  /** What does not open, such as `con_…` or `srv_…`, and the code of the reason. It is left as it is. */
  readonly closed: readonly { readonly id: string; readonly code: string }[];
}

const rowsPerBatch = 100;

/** Not all, but so many rows of each kind, of those that these key-encryption keys open. */
export interface ResealPart {
  readonly limit: number;
  readonly wrapperIds: readonly string[] | null;
}

const everything: ResealPart = { limit: Number.POSITIVE_INFINITY, wrapperIds: null };

/**
 * Looks once at everything sealed with a replaced key, or at a part. A row that another process has written meanwhile is left
 * to it, and so to the next walk. Throws `storage.…`, `sealing.key_service_failed`.
 */
export async function resealAll(parts: ResealParts, part: ResealPart = everything): Promise<ResealResult> {
  const walks = [
    await walk(parts, part, connectionSecrets),
    await walk(parts, part, privateKeys),
    await walk(parts, part, sessionChecks),
    await walk(parts, part, identityKeys),
    await resealNotes(parts),
  ];
  return {
    resealed: walks.reduce((sum, { resealed }) => sum + resealed, 0),
    closed: walks.flatMap(({ closed }) => closed),
  };
}

/** What every row says of its key. */
interface Owned {
  /** Null for what belongs to none. */
  readonly project_id: KeyOwner;
  /** A replaced one. */
  readonly data_key_id: string;
}

/** One kind of row: how to find those on replaced keys, seal them anew, and write them back. */
interface Kind<Row extends Owned, Next> {
  list(db: Executor, page: ReplacedPage): Promise<readonly Row[]>;
  id(row: Row): string;
  seal(keyring: OwnedKeyring, row: Row): Promise<Next>;
  write(db: Executor, row: Row, next: Next): Promise<boolean>;
}

const connectionSecrets: Kind<SealedSecrets, Resealed> = {
  list: listSecretsOnReplaced,
  id: (row) => row.connection_id,
  async seal(keyring, row) {
    const place = { connectionId: row.connection_id, projectId: row.project_id, version: row.version };
    const anew = async (field: "access" | "refresh" | "former", sealed: string | null) =>
      sealed === null ? null : reseal(keyring, contextOf(place, field), sealed);
    return {
      data_key_id: keyring.keyId,
      sealed_access_token: await reseal(keyring, contextOf(place, "access"), row.sealed_access_token),
      sealed_refresh_token: await anew("refresh", row.sealed_refresh_token),
      sealed_former_refresh_token: await anew("former", row.sealed_former_refresh_token),
    };
  },
  write: resealSecrets,
};

const privateKeys: Kind<SealedPrivateKey, Pick<SealedPrivateKey, "data_key_id" | "sealed_private_key">> = {
  list: listPrivateKeysOnReplaced,
  id: ({ id }) => id,
  async seal(keyring, { id, project_id, sealed_private_key: sealed }) {
    const context = keyContext({ id, projectId: project_id });
    return { data_key_id: keyring.keyId, sealed_private_key: await reseal(keyring, context, sealed) };
  },
  write: resealPrivateKey,
};

const sessionChecks: Kind<SealedCheck, Pick<SealedCheck, "data_key_id" | "sealed_tokens">> = {
  list: listSessionChecksOnReplaced,
  id: ({ id }) => id,
  async seal(keyring, { id, sealed_tokens: sealed }) {
    return { data_key_id: keyring.keyId, sealed_tokens: await reseal(keyring, checkContext(id), sealed) };
  },
  write: resealSessionCheck,
};

const identityKeys: Kind<SealedIdentityKey, Pick<SealedIdentityKey, "data_key_id" | "sealed_private_key">> = {
  list: listIdentityKeysOnReplaced,
  id: ({ id }) => id,
  async seal(keyring, { id, sealed_private_key: sealed }) {
    return {
      data_key_id: keyring.keyId,
      sealed_private_key: await reseal(keyring, identityKeyContext(id), sealed),
    };
  },
  write: resealIdentityKey,
};

async function walk<Row extends Owned, Next>(
  { database, keyrings, onBatch }: ResealParts,
  { limit, wrapperIds }: ResealPart,
  kind: Kind<Row, Next>,
): Promise<ResealResult> {
  const closed: { id: string; code: string }[] = [];
  let [resealed, looked, after] = [0, 0, ""];
  while (looked < limit) {
    const page = { after, limit: Math.min(rowsPerBatch, limit - looked), wrapperIds };
    const rows = await kind.list(database.kysely, page);
    const keyringOf = keyringsOfNow(keyrings, rows);
    const sealed = await Promise.all(rows.map((row) => sealRow(keyringOf, kind, row)));
    // Short, and nothing is waited for inside: running servers write between two batches.
    resealed += await database.transaction(async (transaction) => {
      let written = 0;
      for (const { row, next } of sealed)
        if (next !== null && (await kind.write(transaction, row, next))) written += 1;
      return written;
    });
    for (const { row, code } of sealed) if (code !== null) closed.push({ id: kind.id(row), code });
    const last = rows.at(-1);
    if (last === undefined) break;
    [looked, after] = [looked + rows.length, kind.id(last)];
    onBatch?.(rows.length);
  }
  return { resealed, closed };
}

/** The owner's keyring, read anew where it would seal with a key that was replaced meanwhile. */
async function keyringOfNow(
  keyrings: Keyrings,
  owner: KeyOwner,
  replaced: ReadonlySet<string>,
): Promise<OwnedKeyring> {
  const keyring = await keyrings.of(owner);
  if (!replaced.has(keyring.keyId)) return keyring;
  keyrings.forget(owner);
  return keyrings.of(owner);
}

/** Each owner's keyring, asked for once. */
function keyringsOfNow(
  keyrings: Keyrings,
  rows: readonly Owned[],
): (owner: KeyOwner) => Promise<OwnedKeyring> {
  const replaced = new Set(rows.map((row) => row.data_key_id));
  const found = new Map<KeyOwner, Promise<OwnedKeyring>>();
  return (owner) => {
    const known = found.get(owner) ?? keyringOfNow(keyrings, owner, replaced);
    found.set(owner, known);
    return known;
  };
}

async function sealRow<Row extends Owned, Next>(
  keyringOf: (owner: KeyOwner) => Promise<OwnedKeyring>,
  kind: Kind<Row, Next>,
  row: Row,
): Promise<{ readonly row: Row; readonly next: Next | null; readonly code: string | null }> {
  try {
    return { row, next: await kind.seal(await keyringOf(row.project_id), row), code: null };
  } catch (error) {
    // The project was deleted meanwhile, and the row with it.
    if (isWindlassError(error, "storage.missing_reference")) return { row, next: null, code: null };
    return { row, next: null, code: codeOf(error) };
  }
}

/** The code of a row that does not open; anything else is thrown: it says nothing about the row. */
function codeOf(error: unknown): string {
  if (!isWindlassError(error) || error.reaction === "unreachable" || !error.code.startsWith("sealing."))
    throw error;
  return error.code;
}

/** What the house has sealed among the database's notes: the record's keys. */
async function resealNotes({ database, keyrings }: ResealParts): Promise<ResealResult> {
  const closed: { id: string; code: string }[] = [];
  let resealed = 0;
  const house = await listDataKeys(database.kysely, null);
  const replaced = new Set(house.flatMap((key) => (key.replaced_at === null ? [] : [key.id])));
  for (const { name, value } of await listSealedNotes(database.kysely)) {
    if (!replaced.has(keyIdOf(value) ?? "")) continue;
    try {
      const next = await reseal(await keyringOfNow(keyrings, null, replaced), auditKeyContext, value);
      if (await swapMeta(database.kysely, name, value, next)) resealed += 1;
    } catch (error) {
      closed.push({ id: name, code: codeOf(error) });
    }
  }
  return { resealed, closed };
}

/** Notes that are sealed with a key of the house, which no foreign key protects. */
export async function listSealedNotes(db: Executor) {
  return (await listMeta(db, auditKeyBeginning)).filter(({ name }) => isAuditKeyNote(name));
}
