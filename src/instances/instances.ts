/** Owns which Bitbuckets there are: those of the configuration, for everybody, and those a project has set up for itself. */
import type { Clock } from "../base/clock.ts";
import { newId } from "../base/random.ts";
import { Secret } from "../base/secret.ts";
import type { Instance, ServerInstance } from "../bitbucket/instance.ts";
import { serverInstance } from "../bitbucket/self-hosted.ts";
import type { Keyrings } from "../sealing/keyrings.ts";
import type { Database } from "../storage/database.ts";
import type { InstancesTable } from "../storage/schema.ts";
import { isInstanceInUse } from "../storage/tables/connections.ts";
import {
  deleteInstance,
  findInstanceRow,
  insertInstance,
  listInstances,
  updateInstance,
} from "../storage/tables/instances.ts";
import { instanceErrors } from "./errors.ts";

export interface InstanceParts {
  readonly database: Database;
  readonly keyrings: Keyrings;
  readonly clock: Clock;
  readonly configured: ReadonlyMap<string, Instance>;
}

/** A key pair for an application link. */
export interface LinkKeys {
  /** RSA, PKCS#8 in PEM. */
  readonly privateKey: Secret;
  /** SubjectPublicKeyInfo in PEM: what is typed into the link. */
  readonly publicKey: string;
}

/** A Bitbucket Server's set-up as far as it has come: what the form shows again. */
export interface LinkDraft {
  readonly id: string;
  readonly projectId: string;
  readonly baseUrl: string | null;
  readonly consumerKey: string;
  readonly publicKey: string;
  readonly ca: string | null;
}

export interface Instances {
  /** Throws `instances.unknown`, `instances.unfinished`. */
  find(id: string): Promise<Instance>;
  /** Those people may sign in at. */
  readonly configured: ReadonlyMap<string, Instance>;
  /** The configured ones, then the project's own. */
  listFor(projectId: string): Promise<readonly Instance[]>;
  /** Begins a Server's set-up: a key pair and a consumer key, kept until the form has been filled in. One that was begun before is gone on with. Throws `instances.too_many`. */
  beginLink(start: {
    readonly projectId: string;
    readonly userId: string;
    /** Asked only where none are kept already: making a pair takes a while. */
    readonly makeKeys: () => Promise<LinkKeys>;
  }): Promise<LinkDraft>;
  /** Throws `instances.unknown`. */
  link(id: string): Promise<LinkDraft>;
  /** Takes over what the form says; `keys` only when the person brought their own. Throws `instances.unknown`, `instances.in_use`, `bitbucket.configuration`. */
  fillLink(
    id: string,
    form: {
      readonly baseUrl: string;
      readonly consumerKey: string;
      readonly ca: string | null;
      readonly keys: LinkKeys | null;
    },
  ): Promise<ServerInstance>;
  /** Keeps other keys in place of those that are there. Throws `instances.unknown`, `instances.in_use`. */
  replaceKeys(id: string, keys: LinkKeys): Promise<void>;
  remove(id: string): Promise<void>;
}

/** Each is opened whenever the project's ways to connect are shown. */
const mostLinks = 20;

export function createInstances(parts: InstanceParts): Instances {
  const { database, configured } = parts;
  return {
    configured,
    async find(id) {
      return configured.get(id) ?? readStored(parts, await findLink(database, id));
    },
    async listFor(projectId) {
      const rows = await listInstances(database.kysely, projectId);
      const finished = rows.filter(({ base_url }) => base_url !== null);
      return [...configured.values(), ...(await Promise.all(finished.map((row) => readStored(parts, row))))];
    },
    async beginLink({ projectId, userId, makeKeys }) {
      const links = await listInstances(database.kysely, projectId);
      const begun = links.find(({ base_url }) => base_url === null);
      if (begun !== undefined) return readDraft(begun);
      if (links.length >= mostLinks) throw instanceErrors.fail("instances.too_many");
      const keys = await makeKeys();
      const id = newId("srv");
      const row: InstancesTable = {
        id,
        project_id: projectId,
        product: "server",
        base_url: null,
        consumer_key: `windlass-${id.slice(-8)}`,
        ...(await sealKeys(parts, { id, projectId }, keys)),
        ca: null,
        made_by: userId,
        created_at: parts.clock.now().toISOString(),
      };
      await insertInstance(database.kysely, row);
      return readDraft(row);
    },
    link: async (id) => readDraft(await findLink(database, id)),
    async fillLink(id, { baseUrl, consumerKey, ca, keys }) {
      const row = await findLink(database, id);
      const privateKey = keys?.privateKey ?? (await openKey(parts, row));
      const instance = serverInstance({ id, baseUrl, consumerKey, privateKey, ca });
      if (
        row.base_url !== null &&
        row.base_url !== instance.baseUrl &&
        (await isInstanceInUse(database.kysely, id))
      )
        throw instanceErrors.fail("instances.in_use", { detail: `${id} is at ${row.base_url}` });
      const changed = keys === null ? {} : await sealKeys(parts, { id, projectId: row.project_id }, keys);
      await updateInstance(database.kysely, id, {
        base_url: instance.baseUrl,
        consumer_key: consumerKey,
        ca,
        ...changed,
      });
      return instance;
    },
    async replaceKeys(id, keys) {
      const row = await findLink(database, id);
      if (await isInstanceInUse(database.kysely, id)) throw keysInUse(id);
      await updateInstance(
        database.kysely,
        id,
        await sealKeys(parts, { id, projectId: row.project_id }, keys),
      );
    },
    remove: (id) => deleteInstance(database.kysely, id),
  };
}

function keysInUse(id: string) {
  return instanceErrors.fail("instances.in_use", {
    message: "Connections sign their calls with this key, so it stays.",
    detail: id,
  });
}

async function findLink({ kysely }: Database, id: string): Promise<InstancesTable> {
  const row = await findInstanceRow(kysely, id);
  if (row === undefined) throw instanceErrors.fail("instances.unknown", { detail: id });
  return row;
}

async function readStored(parts: InstanceParts, row: InstancesTable): Promise<ServerInstance> {
  const { id, base_url: baseUrl, consumer_key: consumerKey, ca } = row;
  if (baseUrl === null) throw instanceErrors.fail("instances.unfinished", { detail: id });
  return serverInstance({ id, baseUrl, consumerKey, ca, privateKey: await openKey(parts, row) });
}

function readDraft(row: InstancesTable): LinkDraft {
  const { id, project_id: projectId, base_url: baseUrl, consumer_key: consumerKey, public_key, ca } = row;
  return { id, projectId, baseUrl, consumerKey, publicKey: public_key, ca };
}

/** What a link's sealed private key is bound to. */
export function keyContext({ id, projectId }: { readonly id: string; readonly projectId: string }) {
  return { instance: id, project: projectId, field: "private-key" };
}

async function sealKeys(
  { keyrings }: InstanceParts,
  place: { readonly id: string; readonly projectId: string },
  { privateKey, publicKey }: LinkKeys,
) {
  const keyring = await keyrings.of(place.projectId);
  const sealed_private_key = await keyring.seal(keyContext(place), privateKey.reveal());
  return { sealed_private_key, data_key_id: keyring.keyId, public_key: publicKey };
}

async function openKey({ keyrings }: InstanceParts, row: InstancesTable): Promise<Secret> {
  const place = { id: row.id, projectId: row.project_id };
  const keyring = await keyrings.of(row.project_id);
  return new Secret(await keyring.open(keyContext(place), row.sealed_private_key));
}
