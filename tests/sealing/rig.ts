/** Owns sealed rows for tests: each secret says which connection, field and version it belongs to. */
import { auditKeyBeginning, auditKeyContext, auditKeys } from "../../src/app/audit-key.ts";
import { type Config, parseConfig } from "../../src/app/config.ts";
import type { KeyParts } from "../../src/app/keys/parts.ts";
import { openSealedStore, type SealedStoreOptions } from "../../src/app/sealed-store.ts";
import { Secret } from "../../src/base/secret.ts";
import { keyContext } from "../../src/instances/instances.ts";
import type { Keyrings } from "../../src/sealing/keyrings.ts";
import { type KeptCredential, openCredential, sealCredential } from "../../src/signin/recheck/kept.ts";
import type { Database } from "../../src/storage/database.ts";
import {
  findSecrets,
  findSecretsVersion,
  insertSecrets,
  replaceSecrets,
  type SecretsRow,
} from "../../src/storage/tables/connection-secrets.ts";
import { insertConnection } from "../../src/storage/tables/connections.ts";
import { findInstanceRow, insertInstance } from "../../src/storage/tables/instances.ts";
import { readMeta } from "../../src/storage/tables/meta.ts";
import { insertProject } from "../../src/storage/tables/projects.ts";
import { findSessionCheck, insertSessionCheck } from "../../src/storage/tables/session-checks.ts";
import { insertSession } from "../../src/storage/tables/sessions.ts";
import { insertUser } from "../../src/storage/tables/users.ts";
import { contextOf, sealTokens } from "../../src/vault/stored.ts";
import { ada, connection, secrets, session, sessionCheck } from "../storage/rows.ts";

/** 32 bytes of this number, in Base64. */
export const keyText = (fill: number) => Buffer.alloc(32, fill).toString("base64");

export function configOf(database: string, key?: string | readonly string[]): Config {
  const instances = { bitbucket: { clientId: "key", clientSecret: "consumer-secret" } };
  return parseConfig({ database, instances, ...(key !== undefined && { key }) });
}

/** What a process has of the keys. */
export async function openParts(
  database: Database,
  config: Config,
  options: SealedStoreOptions,
): Promise<KeyParts & { readonly notices: readonly string[] }> {
  return { database, clock: options.clock, ...(await openSealedStore(database, config, options)) };
}

export const projectOf = (number: number) => `prj_${number % 3}`;
export const connectionIds = (count: number) => Array.from({ length: count }, (_, at) => `con_${at}`);

/** Three projects with so many connections between them, a Server's key in each, and a key of the record. */
export async function addSealedRows(database: Database, keyrings: Keyrings, count: number): Promise<void> {
  const { kysely } = database;
  const at = connection.created_at;
  await insertUser(kysely, ada);
  for (const id of [0, 1, 2].map(projectOf)) {
    await insertProject(kysely, { id, name: "Shop", made_by: ada.id, created_at: at });
    await addInstance(database, keyrings, id);
  }
  for (const [number, id] of connectionIds(count).entries()) {
    await insertConnection(kysely, { ...connection, id, project_id: projectOf(number) });
    await saveTokens(database, keyrings, id);
  }
  await auditKeys(database, keyrings).current();
  await insertSession(kysely, session);
  const sealed = await sealCredential(keyrings, sessionCheck.id, person);
  await insertSessionCheck(kysely, { ...sessionCheck, ...sealed });
}

/** Whoever is signed in, and judged by this again. */
const person: KeptCredential = {
  kind: "oauth2",
  login: null,
  accessToken: new Secret("the person's"),
  refreshToken: null,
  expiresAt: null,
};

const instanceOf = (projectId: string) => `srv_${projectId}`;

async function addInstance({ kysely }: Database, keyrings: Keyrings, projectId: string): Promise<void> {
  const id = instanceOf(projectId);
  const keyring = await keyrings.of(projectId);
  await insertInstance(kysely, {
    id,
    project_id: projectId,
    product: "server",
    base_url: null,
    consumer_key: "windlass",
    sealed_private_key: await keyring.seal(keyContext({ id, projectId }), `private ${id}`),
    data_key_id: keyring.keyId,
    public_key: "public",
    ca: null,
    made_by: ada.id,
    created_at: connection.created_at,
  });
}

/** Saves the next version's tokens as a renewal does; gives the version, or null when another one was first. */
export async function saveTokens(
  database: Database,
  keyrings: Keyrings,
  connectionId: string,
): Promise<number | null> {
  const { kysely } = database;
  const projectId = projectOf(Number(connectionId.slice("con_".length)));
  const replaced = await findSecretsVersion(kysely, connectionId);
  const version = (replaced ?? 0) + 1;
  const text = (field: string) => new Secret(textOf(connectionId, field, version));
  const place = { connectionId, projectId, version };
  const sealed = await sealTokens(await keyrings.of(projectId), place, {
    accessToken: text("access"),
    refreshToken: text("refresh"),
    expiresAt: null,
    former: { refreshToken: text("former"), until: new Date("2026-12-01T00:00:00Z") },
  });
  const { lease_owner, lease_expires_at, lease_fence, asked_at, ...columns } = { ...secrets, ...sealed };
  if (replaced !== undefined) return (await replaceSecrets(kysely, columns, replaced)) ? version : null;
  await insertSecrets(kysely, { lease_owner, lease_expires_at, lease_fence, asked_at, ...columns });
  return version;
}

const textOf = (connectionId: string, field: string, version: number) =>
  `${field} ${connectionId} ${version}`;

export async function secretsOf({ kysely }: Database, connectionId: string): Promise<SecretsRow> {
  const row = await findSecrets(kysely, connectionId);
  if (row === undefined) throw new Error(`${connectionId} holds nothing`);
  return row;
}

/** Opens all of a connection's columns and says which version they are; throws for one that is not its own. */
export async function readVersion(
  database: Database,
  keyrings: Keyrings,
  connectionId: string,
): Promise<number> {
  const row = await secretsOf(database, connectionId);
  const keyring = await keyrings.of(row.project_id);
  const place = { connectionId, projectId: row.project_id, version: row.version };
  const columns = {
    access: row.sealed_access_token,
    refresh: row.sealed_refresh_token,
    former: row.sealed_former_refresh_token,
  };
  for (const field of ["access", "refresh", "former"] as const) {
    const sealed = columns[field];
    if (sealed === null) continue;
    const opened = await keyring.open(contextOf(place, field), sealed);
    if (opened !== textOf(connectionId, field, row.version))
      throw new Error(`${connectionId} holds ${opened}`);
  }
  return row.version;
}

/** Opens everything {@link addSealedRows} sealed; gives the versions. */
export async function openEverything(
  database: Database,
  keyrings: Keyrings,
  count: number,
): Promise<readonly number[]> {
  for (const projectId of [0, 1, 2].map(projectOf)) {
    const id = instanceOf(projectId);
    const row = await findInstanceRow(database.kysely, id);
    const keyring = await keyrings.of(projectId);
    const opened = await keyring.open(keyContext({ id, projectId }), row?.sealed_private_key ?? "");
    if (opened !== `private ${id}`) throw new Error(`${id} holds ${opened}`);
  }
  const check = await findSessionCheck(database.kysely, sessionCheck.session_id);
  const { accessToken } = await openCredential(keyrings, { ...sessionCheck, ...check });
  if (accessToken.reveal() !== "the person's") throw new Error("another's credential");
  const recordKey = await readMeta(database.kysely, auditKeyBeginning);
  await (await keyrings.of(null)).open(auditKeyContext, recordKey ?? "");
  return Promise.all(connectionIds(count).map((id) => readVersion(database, keyrings, id)));
}
