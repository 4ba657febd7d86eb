/** H16: yesterday's backup is restored, in which every refresh token has been rotated away since. */
import { describe, expect, test } from "vitest";
import type { Database } from "../../../src/storage/database.ts";
import { engines } from "../../storage/engines.ts";
import { counts } from "../counts.ts";
import { openWorld } from "../world/world.ts";

const patience = counts(60_000, 300_000);
const connections = counts(12, 200);
/** Two for each while one is tried at a time; five hours later all are. */
const looks = Math.min(2 * connections, 66);

/** The rows as they are now, and a way back to them. */
async function backUp({ kysely }: Database) {
  const rows = await kysely.selectFrom("connection_secrets").selectAll().execute();
  return async () => {
    for (const row of rows)
      await kysely
        .updateTable("connection_secrets")
        .set(row)
        .where("connection_id", "=", row.connection_id)
        .execute();
  };
}

describe.each(engines)("on %s", (engine) => {
  test(
    "H16: at Cloud within its reuse window everything works",
    async () => {
      const world = await openWorld({ engine, product: "cloud" });
      const connectionIds = await world.connectEnded(connections);
      const restore = await backUp(world.database);
      const first = await world.start();
      await first.ask({ connectionIds, callers: 1 });
      await first.end();
      await restore();
      const after = await world.start();
      const report = await after.ask({ connectionIds, callers: 1 });
      expect(report).toMatchObject({ handed: connections, failures: {}, refused: 0 });
    },
    patience,
  );

  test.each([
    ["cloud", 0],
    ["cloud", 240],
    ["data-center", 0],
  ] as const)(
    "H16: at %s after that all are to be reconnected (lock-out %i s), and Bitbucket is asked three times for each at most",
    async (product, clientLockoutSeconds) => {
      const rules = { refreshReuseSeconds: 0, clientLockoutSeconds };
      const world = await openWorld({ engine, product, ...(product === "cloud" ? { rules } : {}) });
      const connectionIds = await world.connectEnded(connections);
      const restore = await backUp(world.database);
      const first = await world.start();
      await first.ask({ connectionIds, callers: 1 });
      await first.end();
      await restore();
      const before = world.refreshes();
      const after = await world.start();
      for (const jumpSeconds of [0, 60, ...Array.from({ length: looks }, () => 420), 88_200]) {
        await after.ask({ connectionIds: [], callers: 0, jumpSeconds });
        await after.ask({ connectionIds, callers: 4 });
      }
      const states = await Promise.all(connectionIds.map((id) => world.state(id)));
      expect(states).toEqual(connectionIds.map(() => ["reconnect", "vault.reconnect"]));
      expect(world.refreshes() - before).toBeLessThanOrEqual(3 * connections);
      expect(await world.wrongInRecord()).toEqual([]);
    },
    patience,
  );
});
