/** Owns the step that gives the database its keyring: from the environment, or a key file beside it. */
import type { Clock } from "../base/clock.ts";
import { type Keyrings, openKeyrings } from "../sealing/keyrings.ts";
import { openSealing } from "../sealing/open.ts";

import type { Database } from "../storage/database.ts";
import { holdsSealedRows } from "../storage/tables/connection-secrets.ts";
import { readMeta, writeMeta } from "../storage/tables/meta.ts";
import type { Config } from "./config.ts";
import { keyStore } from "./key-store.ts";

const canaryName = "sealing-canary";

/**
 * Opens the keyring and proves that it fits the database.
 * `notice` tells the operator about a key file, which has to be kept as safe as the database.
 * @throws `sealing.…`
 */
export async function openSealedStore(
  database: Database,
  config: Config,
  clock: Clock,
): Promise<{ readonly keyrings: Keyrings; readonly notice: string | null }> {
  const { wrapper, source, path } = await openSealing({
    environment: config.key?.reveal(),
    keyFile: config.database === ":memory:" ? null : `${config.database}.key`,
    databaseHoldsSealedRows: await holdsSealedRows(database.kysely),
    canary: {
      read: () => readMeta(database.kysely, canaryName),
      write: (sealed) => writeMeta(database.kysely, canaryName, sealed),
    },
  });
  const keyrings = openKeyrings({ store: keyStore(database), wrappers: [wrapper], clock });
  return { keyrings, notice: path === null ? null : noticeOf(source, path) };
}

function noticeOf(source: string, path: string): string {
  if (source === "made")
    return `A key for sealing tokens was made: ${path}. Back it up apart from the database.`;
  return `Tokens are sealed with the key in ${path}.`;
}
