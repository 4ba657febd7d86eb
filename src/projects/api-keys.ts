/** Owns API keys: what a program shows to be given a project's tokens. Shown once, kept as a hash, revoked for good. */
import type { Audit } from "../audit/audit.ts";
import type { Clock } from "../base/clock.ts";
import { sha256 } from "../base/digest.ts";
import { readableLine } from "../base/line.ts";
import { newId, randomToken } from "../base/random.ts";
import { Secret } from "../base/secret.ts";
import type { Database } from "../storage/database.ts";
import type { ApiKeysTable } from "../storage/schema.ts";
import { findApiKey, insertApiKey, listApiKeys, revokeApiKey } from "../storage/tables/api-keys.ts";
import { findProject } from "../storage/tables/projects.ts";
import { createKeyLookup, secretPrefix } from "./api-key-lookup.ts";
import { projectErrors } from "./errors.ts";

/** What a key may be for. */
export const apiKeyRights = {
  token: "be given the tokens of the project's connections",
} as const satisfies Readonly<Record<string, string>>;

export type ApiKeyRight = keyof typeof apiKeyRights;

export interface ApiKey {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  readonly rights: readonly ApiKeyRight[];
  /** As the record names whoever made it. */
  readonly madeBy: string;
  readonly createdAt: Date;
  /** To the minute; null when it was never used. */
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

export interface NewApiKey {
  readonly projectId: string;
  readonly name: string;
  readonly rights: readonly string[];
  /** Who makes it, as the record names them: `user usr_…`, `operator`. */
  readonly actor: string;
}

export interface ApiKeys {
  /**
   * The secret is never to be had again.
   * Throws `projects.not_found`, `projects.key_name_unusable`, `projects.right_unknown`.
   */
  make(key: NewApiKey): Promise<{ readonly key: ApiKey; readonly secret: Secret }>;
  /** A project's, or everyone's; oldest first, revoked ones too. */
  list(projectId?: string): Promise<ApiKey[]>;
  /** Once or often. Throws `projects.key_not_found`. */
  revoke(id: string, actor: string): Promise<ApiKey>;
  /**
   * Whose secret this is; null when it is no key's, or that of one that was revoked: at once in this process,
   * within a second in others.
   */
  find(secret: string): Promise<ApiKey | null>;
}

export interface ApiKeyParts {
  readonly database: Database;
  readonly audit: Audit;
  readonly clock: Clock;
}

const mostCharacters = 80;

export function createApiKeys({ database, audit, clock }: ApiKeyParts): ApiKeys {
  const { kysely } = database;
  const lookup = createKeyLookup({ database, clock }, readApiKey);
  return {
    find: lookup.find,
    list: async (projectId) => (await listApiKeys(kysely, projectId ?? null)).map(readApiKey),
    async make({ projectId, actor, ...wanted }) {
      const [name, rights] = [readName(wanted.name), readRights(wanted.rights)];
      const secret = new Secret(`${secretPrefix}${randomToken()}`);
      const row: ApiKeysTable = {
        id: newId("apk"),
        project_id: projectId,
        name,
        rights: rights.join(" "),
        secret_hash: sha256(secret.reveal()),
        made_by: actor,
        created_at: clock.now().toISOString(),
        last_used_at: null,
        revoked_at: null,
      };
      await audit.transaction(async (db, record) => {
        if ((await findProject(db, projectId)) === undefined) throw projectErrors.fail("projects.not_found");
        await insertApiKey(db, row);
        await record({ event: "api_key.made", actor, projectId, facts: { key: row.id, rights: row.rights } });
      });
      return { key: readApiKey(row), secret };
    },
    async revoke(id, actor) {
      const row = await audit.transaction(async (db, record) => {
        const found = await findApiKey(db, id);
        if (found === undefined) throw projectErrors.fail("projects.key_not_found");
        const now = clock.now().toISOString();
        if (!(await revokeApiKey(db, id, now))) return found;
        await record({ event: "api_key.revoked", actor, projectId: found.project_id, facts: { key: id } });
        return { ...found, revoked_at: now };
      });
      lookup.forget();
      return readApiKey(row);
    },
  };
}

function readName(text: string): string {
  const name = text.trim();
  const { length } = [...name];
  if (length >= 1 && length <= mostCharacters && readableLine(name) === name) return name;
  throw projectErrors.fail("projects.key_name_unusable");
}

function readRights(names: readonly string[]): ApiKeyRight[] {
  const rights = [...new Set(names)].filter(isRight);
  if (rights.length > 0 && names.every(isRight)) return rights;
  const known = Object.keys(apiKeyRights).join(", ");
  throw projectErrors.fail("projects.right_unknown", { cure: `Choose of these: ${known}.` });
}

function isRight(name: string): name is ApiKeyRight {
  return Object.hasOwn(apiKeyRights, name);
}

function readApiKey(row: ApiKeysTable): ApiKey {
  const time = (text: string | null) => (text === null ? null : new Date(text));
  return {
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    rights: row.rights.split(" ").filter(isRight),
    madeBy: row.made_by,
    createdAt: new Date(row.created_at),
    lastUsedAt: time(row.last_used_at),
    revokedAt: time(row.revoked_at),
  };
}
