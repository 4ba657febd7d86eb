/** Owns tending the keys of a database: what there is, rotating it, and giving up what is lost. */
import { existsSync } from "node:fs";
import { type Clock, systemClock } from "../../base/clock.ts";
import { isWindlassError } from "../../base/errors.ts";
import { sealingErrors } from "../../sealing/errors.ts";
import { findKeys } from "../../sealing/given.ts";
import { type Database, openDatabase } from "../../storage/database.ts";
import { isPostgresUrl, reveal } from "../../storage/engine.ts";
import { storageErrors } from "../../storage/errors.ts";
import { writeMeta } from "../../storage/tables/meta.ts";
import type { Config } from "../config.ts";
import { givenUpNote } from "../key-store.ts";
import { keySources, openSealedStore } from "../sealed-store.ts";
import { recordKeys, rotateOnRecord } from "./on-record.ts";
import type { KeyParts } from "./parts.ts";
import type { Rotated, RotationOptions } from "./rotate.ts";
import { type KeyStatus, readKeyStatus } from "./status.ts";
import { type Swept, sweepDataKeys } from "./sweep.ts";

export type { SealContext } from "../../sealing/keyring.ts";
export type { KeyWrapper } from "../../sealing/wrapper.ts";
export type { Rotated, RotationOptions, RotationProgress } from "./rotate.ts";
export type { KeyStatus } from "./status.ts";

/** The keys of a Windlass that runs. */
export interface Keys {
  status(): Promise<KeyStatus>;
  /** Replaces all keys beside running servers, and goes on where a rotation was stopped. Throws `sealing.…`, `storage.…`. */
  rotate(options?: RotationOptions): Promise<Rotated>;
  /** Tidies up after rotations; a started Windlass does it by itself. */
  sweep(): Promise<Swept>;
}

export function createKeys(parts: KeyParts): Keys {
  return {
    status: () => readKeyStatus(parts),
    rotate: (options) => rotateOnRecord(parts, options),
    sweep: () => sweepDataKeys(parts),
  };
}

/** The same for a command that is no server: also where a server refuses to start. */
export interface KeyRoom extends Omit<Keys, "sweep"> {
  /**
   * Notes that a key is lost for good; gives how many connections have to be made anew. Throws `sealing.key_not_lost` for one
   * that is given, or that wraps nothing.
   */
  giveUp(wrapperId: string): Promise<number>;
  close(): Promise<void>;
}

/**
 * Opens the database to tend its keys; makes neither a database nor a key.
 * Throws `storage.…`, `sealing.key_malformed`, `sealing.key_file_open`, `sealing.key_file_unusable`.
 */
export async function openKeyRoom(config: Config, clock: Clock = systemClock()): Promise<KeyRoom> {
  const path = reveal(config.database);
  if (!isPostgresUrl(path) && !existsSync(path))
    throw storageErrors.fail("storage.unwritable", { message: "There is no database yet.", detail: path });
  const database = await openDatabase(config.database, { clock });
  try {
    const keys = findKeys({ ...keySources(config), needed: [], onlyLook: true });
    const status = () => readKeyStatus({ database, keys });
    return {
      status,
      async rotate(options) {
        const store = await openSealedStore(database, config, { clock, onlyLook: true });
        return rotateOnRecord({ database, clock, ...store }, options);
      },
      async giveUp(wrapperId) {
        const found = (await status()).wrappingKeys.find(({ id }) => id === wrapperId);
        const isLost = found?.source === "missing" || found?.source === "given up";
        if (found === undefined || !isLost)
          throw sealingErrors.fail("sealing.key_not_lost", { detail: wrapperId });
        await writeMeta(database.kysely, givenUpNote(wrapperId), clock.now().toISOString());
        const { connections } = found;
        await recordLoss({ database, config, clock }, { wrapperId, connections });
        return connections;
      },
      close: () => database.close(),
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** While no key is given at all, nothing can be signed either: then the note alone tells of it. */
async function recordLoss(
  {
    database,
    config,
    clock,
  }: { readonly database: Database; readonly config: Config; readonly clock: Clock },
  facts: { readonly wrapperId: string; readonly connections: number },
): Promise<void> {
  try {
    const { keyrings } = await openSealedStore(database, config, { clock, onlyLook: true });
    await recordKeys({ database, keyrings, clock }, { event: "key.given_up", actor: "operator", facts });
  } catch (error) {
    if (!isWindlassError(error) || !error.code.startsWith("sealing.")) throw error;
  }
}
