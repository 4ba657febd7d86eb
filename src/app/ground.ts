/** Owns what every room stands on: the database and its keys, time, the log, the way to Bitbucket, and which Bitbuckets there are. */
import { type Clock, systemClock } from "../base/clock.ts";
import type { Fetch } from "../base/http/door.ts";
import { openNodeDoor } from "../base/http/node-door.ts";
import { type Log, silentLog } from "../base/log.ts";
import { createInstances } from "../instances/instances.ts";
import { openDatabase } from "../storage/database.ts";
import type { VaultMeter } from "../vault/vault.ts";
import type { Config } from "./config.ts";
import { instancesOf } from "./instances.ts";
import { networkRules } from "./network-config.ts";
import { openSealedStore, type SealedStoreOptions } from "./sealed-store.ts";

/** What is handed in from outside: time, the log, the way to Bitbucket, and keys that are kept elsewhere. */
export interface AppParts {
  readonly clock?: Clock | undefined;
  readonly log?: Log | undefined;
  /** Instead of the app's own door; whoever hands it in closes it. */
  readonly fetch?: Fetch | undefined;
  /** Services that keep the keys, in place of keys in the configuration; the first wraps, all of them open. */
  readonly keyWrappers?: SealedStoreOptions["keyWrappers"];
  /** Is told what the vault does. */
  readonly meter?: VaultMeter | undefined;
}

export type Ground = Awaited<ReturnType<typeof openGround>>;

/** @throws `storage.…`, `sealing.…` */
export async function openGround(config: Config, parts: AppParts) {
  const { clock = systemClock(), log = silentLog } = parts;
  const configured = instancesOf(config);
  const { database, sealedStore } = await openStored(config, { clock, keyWrappers: parts.keyWrappers });
  const { keyrings } = sealedStore;
  const door = openNodeDoor({ network: networkRules(config) });
  const instances = createInstances({ database, keyrings, clock, configured });
  const fetch = parts.fetch ?? door.fetch;
  return {
    instances,
    sealedStore,
    /** What rooms are made of. */
    world: { database, keyrings, clock, log, fetch, instances: instances.find, meter: parts.meter },
    async close() {
      await door.close();
      await database.close();
    },
  };
}

/** The database with its keyrings; it does not stay open where its keys are missing. */
async function openStored(config: Config, options: SealedStoreOptions) {
  const database = await openDatabase(config.database, options);
  try {
    return { database, sealedStore: await openSealedStore(database, config, options) };
  } catch (error) {
    await database.close();
    throw error;
  }
}
