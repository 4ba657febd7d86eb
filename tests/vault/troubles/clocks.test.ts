/** Processes whose clocks are hours apart, or jump while they renew. */
import { describe, expect, test } from "vitest";
import { engines } from "../../storage/engines.ts";
import { products } from "../world/far-side.ts";
import { openWorld } from "../world/world.ts";

const patience = 60_000;

describe.each(engines)("on %s", (engine) => {
  test.each(products)(
    "at %s: clocks that are ahead of the others cost no connection and no further renewal",
    async (product) => {
      const world = await openWorld({ engine, product });
      const connectionIds = await world.connectEnded(10);
      world.slowDown(200);
      const offsets = [0, 600, 1_800];
      const crowd = await Promise.all(offsets.map((clockAheadSeconds) => world.start({ clockAheadSeconds })));
      const reports = await Promise.all(crowd.map((each) => each.ask({ connectionIds, callers: 5 })));
      for (const report of reports) expect(report).toMatchObject({ handed: 50, failures: {}, refused: 0 });
      expect(world.refreshes()).toBe(10);
    },
    patience,
  );

  test(
    "at data-center: what was lost by a process whose clock is ahead is told as lost",
    async () => {
      const world = await openWorld({ engine, product: "data-center" });
      const [id = ""] = await world.connectEnded(1);
      const ahead = await world.start({
        clockAheadSeconds: 1_800,
        at: { step: "after-answer", what: "die" },
      });
      void ahead.ask({ connectionIds: [id], callers: 1 });
      expect(await ahead.reached).toBe("after-answer");
      await ahead.gone;
      const calm = await world.start();
      const { failures } = await calm.ask({ connectionIds: [id], callers: 1 });
      expect(failures).toEqual({ "vault.rotation_lost": 1 });
      expect(await world.state(id)).toEqual(["reconnect", "vault.rotation_lost"]);
    },
    patience,
  );

  test.each(products)(
    "at %s: a clock that jumps in the middle of a renewal loses nothing",
    async (product) => {
      const world = await openWorld({ engine, product });
      const connectionIds = await world.connectEnded(10);
      world.slowDown(200);
      const crowd = await Promise.all([world.start(), world.start()]);
      const jumps = [1_800, -3_600];
      await Promise.all(
        crowd.map((each, number) => each.ask({ connectionIds, callers: 5, jumpSeconds: jumps[number] ?? 0 })),
      );
      world.emulator.control.clearFaults();
      const calm = await world.start();
      expect(await calm.ask({ connectionIds, callers: 2 })).toMatchObject({
        handed: 20,
        failures: {},
        refused: 0,
      });
      const states = await Promise.all(connectionIds.map((id) => world.state(id)));
      expect(states).toEqual(connectionIds.map(() => ["active", null]));
    },
    patience,
  );
});
