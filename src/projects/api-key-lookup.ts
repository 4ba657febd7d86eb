/** Owns finding an API key by its secret: its hash is looked up, and what was found is remembered for less than a second. */
import type { Clock } from "../base/clock.ts";
import { sha256 } from "../base/digest.ts";
import { isWindlassError } from "../base/errors.ts";
import type { Database } from "../storage/database.ts";
import type { ApiKeysTable } from "../storage/schema.ts";
import { findApiKeyByHash, noteApiKeyUse } from "../storage/tables/api-keys.ts";

/** Begins every secret, so that a scanner of leaked secrets knows one when it sees it. */
export const secretPrefix = "wlk_";

/** 256 bits in base64url. */
const secretForm = new RegExp(`^${secretPrefix}[\\w-]{43}$`);

const rememberedMilliseconds = 900;
/** Only real keys are remembered, so that guesses take no memory. */
const mostRemembered = 10_000;
const minuteMilliseconds = 60_000;

export interface KeyLookup<Key> {
  find(secret: string): Promise<Key | null>;
  /** Everything is read anew. */
  forget(): void;
}

/** `read` makes of a row what is handed out. */
export function createKeyLookup<Key>(
  { database: { kysely }, clock }: { readonly database: Database; readonly clock: Clock },
  read: (row: ApiKeysTable) => Key,
): KeyLookup<Key> {
  let known = new Map<string, { readonly key: Key; readonly readAt: number }>();
  let usedMinutes = new Map<string, number>();

  const look = async (secret: string, now: number): Promise<Key | null> => {
    const into = known;
    const row = await findApiKeyByHash(kysely, sha256(secret));
    if (row === undefined || row.revoked_at !== null) return null;
    await noteUse(row.id, now);
    if (known.size >= mostRemembered) known = new Map();
    const key = read(row);
    into.set(secret, { key, readAt: now });
    return key;
  };
  const noteUse = async (id: string, now: number) => {
    const minute = Math.floor(now / minuteMilliseconds);
    if (usedMinutes.get(id) === minute) return;
    if (usedMinutes.size >= mostRemembered) usedMinutes = new Map();
    usedMinutes.set(id, minute);
    const usedAt = new Date(minute * minuteMilliseconds).toISOString();
    await noteApiKeyUse(kysely, id, usedAt).catch((error) => {
      // Whether a key was used must not decide whether it can be.
      if (!isWindlassError(error)) throw error;
    });
  };
  return {
    async find(secret) {
      const now = clock.now().getTime();
      const found = known.get(secret);
      if (found !== undefined && Math.abs(now - found.readAt) < rememberedMilliseconds) return found.key;
      return secretForm.test(secret) ? look(secret, now) : null;
    },
    forget() {
      known = new Map();
    },
  };
}
