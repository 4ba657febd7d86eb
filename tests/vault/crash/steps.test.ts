/** A process is killed at each step of a renewal in turn: afterwards every connection works, or says truly why it cannot. */
import { describe, expect, test } from "vitest";
import { engines } from "../../storage/engines.ts";
import { counts } from "../counts.ts";
import { steps } from "../world/steps.ts";
import { openWorld, type World } from "../world/world.ts";

const patience = 60_000;

/** One connection for each step, and a process that is killed there while it renews it. */
async function killAtEachStep(world: World): Promise<readonly string[]> {
  const ids = await world.connectEnded(steps.length);
  world.slowDown(1_000);
  await Promise.all(
    steps.map(async (step, number) => {
      const child = await world.start({ at: { step, what: "die" } });
      void child.ask({ connectionIds: [ids[number] ?? ""], callers: 3 });
      expect(await child.reached).toBe(step);
      await child.gone;
    }),
  );
  // What Bitbucket has begun it also ends.
  await world.isQuiet();
  world.emulator.control.clearFaults();
  return ids;
}

describe.each(engines)("H3: killed at each step, on %s", (engine) => {
  test(
    "at Cloud every connection works afterwards",
    async () => {
      const world = await openWorld({ engine, product: "cloud" });
      const ids = await killAtEachStep(world);
      const survivor = await world.start();
      const report = await survivor.ask({ connectionIds: ids, callers: 5 });
      expect(report).toMatchObject({ failures: {}, working: ids.length, refused: 0 });
      expect(await Promise.all(ids.map((id) => world.state(id)))).toEqual(ids.map(() => ["active", null]));
      expect(await world.wrongInRecord()).toEqual([]);
    },
    patience,
  );

  test(
    "at Data Center every connection works or is to be reconnected, if and only if the answer was lost",
    async () => {
      const world = await openWorld({ engine, product: "data-center" });
      const ids = await killAtEachStep(world);
      const rotated = world.rotations();
      const survivor = await world.start();
      const report = await survivor.ask({ connectionIds: ids, callers: 5 });
      const states = await Promise.all(ids.map((id) => world.state(id)));
      const lost = ["after-send", "after-answer", "before-save", "before-commit"];
      // Those that were answered, less those that were saved.
      expect(rotated - 2).toBe(lost.length);
      expect(states).toEqual(
        steps.map((step) => (lost.includes(step) ? ["reconnect", "vault.rotation_lost"] : ["active", null])),
      );
      expect(report).toMatchObject({ working: ids.length - lost.length, refused: 0 });
      expect(await world.wrongInRecord()).toEqual([]);
    },
    patience,
  );
});

describe.each(counts<typeof engines>(["sqlite"], engines))("H3: killed at each step, on %s", (engine) => {
  test(
    "at Cloud without a reuse window every connection works or is to be reconnected, because the answer was lost",
    async () => {
      const world = await openWorld({ engine, product: "cloud", rules: { refreshReuseSeconds: 0 } });
      const ids = await killAtEachStep(world);
      const first = await world.start();
      await first.ask({ connectionIds: ids, callers: 5 });
      // Whatever is refused may be locked out because of another: one is tried after the other.
      const later = await world.start({ clockAheadSeconds: 900 });
      for (let look = 0; look < 8; look++)
        await later.ask({ connectionIds: ids, callers: 5, jumpSeconds: 900 });
      const report = await later.ask({ connectionIds: ids, callers: 5 });
      const states = await Promise.all(ids.map((id) => world.state(id)));
      const lost = ["after-send", "after-answer", "before-save", "before-commit"];
      expect(states).toEqual(
        steps.map((step) => (lost.includes(step) ? ["reconnect", "vault.rotation_lost"] : ["active", null])),
      );
      expect(report).toMatchObject({ working: ids.length - lost.length, refused: 0 });
      expect(Object.keys(report.failures)).toEqual(["vault.rotation_lost"]);
      expect(await world.wrongInRecord()).toEqual([]);
    },
    patience,
  );
});
