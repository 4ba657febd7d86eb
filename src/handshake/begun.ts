/** Owns remembering the trips that were begun: ten of a browser, each for ten minutes, and a bounded number of all. */
import type { Clock } from "../base/clock.ts";
import type { Database, Executor } from "../storage/database.ts";
import type { HandshakesTable } from "../storage/schema.ts";
import {
  capHandshakes,
  deleteExpiredHandshakes,
  evictHandshakes,
  findHandshake,
  type HandshakeArrival,
  insertHandshake,
  takeHandshake,
} from "../storage/tables/handshakes.ts";

/**
 * Nothing here waits for the disk. When the machine fails, those who were on the way begin again; and a trip that is there
 * once more after it was taken leads nowhere, for its code was used.
 */
export interface BegunTrips {
  /** `false` when one of this state is there already. */
  add(trip: HandshakesTable, browser?: { readonly isNewBrowser?: boolean | undefined }): Promise<boolean>;
  /** To say why it was not taken. */
  find(stateHash: string): Promise<HandshakesTable | undefined>;
  /**
   * Takes out for good what this arrival may end: begun in the same browser, at the same instance, by the same user or nobody,
   * and not over. Whoever may not end it leaves it as it was.
   */
  take(arrival: HandshakeArrival): Promise<HandshakesTable | undefined>;
}

/** Tabs a browser may have open on the way; the oldest is forgotten. */
const mostPerBrowser = 10;

/** Of all. A flood beyond the limits of `web` pushes the oldest out, and the database grows no further. */
const mostOfAll = 50_000;

/** Those that are over are cleared away this often, and after so many that were begun. */
const [sweepEveryMilliseconds, sweepEvery] = [60_000, 500];

export function createBegunTrips(parts: { readonly database: Database; readonly clock: Clock }): BegunTrips {
  const { database, clock } = parts;
  let [sweptAt, since] = [Number.NEGATIVE_INFINITY, 0];

  const sweep = async (db: Executor): Promise<void> => {
    const now = clock.now();
    since += 1;
    if (since < sweepEvery && Math.abs(now.getTime() - sweptAt) < sweepEveryMilliseconds) return;
    [sweptAt, since] = [now.getTime(), 0];
    await deleteExpiredHandshakes(db, now);
    await capHandshakes(db, mostOfAll);
  };
  return {
    add: (trip, { isNewBrowser = false } = {}) =>
      database.hurried(async (db) => {
        await sweep(db);
        const makeRoom = () => evictHandshakes(db, trip.browser_hash, mostPerBrowser - 1);
        const [, isNew] = await Promise.all([isNewBrowser || makeRoom(), insertHandshake(db, trip)]);
        return isNew;
      }),
    find: (stateHash) => findHandshake(database.kysely, stateHash),
    take: (arrival) => database.hurried((db) => takeHandshake(db, arrival)),
  };
}
