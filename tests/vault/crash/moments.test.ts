/** Processes are killed at moments drawn by lot, each in the middle of renewing several connections. */
import { describe, expect, test } from "vitest";
import { engines } from "../../storage/engines.ts";
import { counts } from "../counts.ts";
import { lots } from "../lots.ts";
import { products } from "../world/far-side.ts";
import type { Report } from "../world/order.ts";
import { openWorld, type World } from "../world/world.ts";

const kills = counts(4, 75);
const connectionsEach = 6;
const seed = 20_261_122;
const patience = counts(60_000, 900_000);

/** Starts a process, has it renew its connections, and kills it some time later. */
async function killSomewhere(world: World, ids: readonly string[], milliseconds: number): Promise<void> {
  const child = await world.start();
  void child.ask({ connectionIds: ids, callers: 3 });
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  await child.end();
}

async function killMany(world: World): Promise<readonly string[]> {
  const lot = lots(seed);
  const ids = await world.connectEnded(kills * connectionsEach);
  world.slowDown(60);
  for (let kill = 0; kill < kills; kill++) {
    const its = ids.slice(kill * connectionsEach, (kill + 1) * connectionsEach);
    await killSomewhere(world, its, lot() * 250);
  }
  await world.isQuiet();
  world.emulator.control.clearFaults();
  return ids;
}

const mostLooks = 4;
const secondsBetweenLooks = 60;

/**
 * Two processes ask for all at once. On a busy machine some answer comes later than a lease of two seconds allows: who does
 * not know yet says so, and is asked for again when its pause is over.
 */
async function findOut(world: World, ids: readonly string[]): Promise<readonly Report[]> {
  const reports: Report[] = [];
  let unknown = ids;
  for (let look = 0; look < mostLooks && unknown.length > 0; look++) {
    const clockAheadSeconds = look * secondsBetweenLooks;
    const survivors = [await world.start({ clockAheadSeconds }), await world.start({ clockAheadSeconds })];
    const order = { connectionIds: unknown, callers: 2 };
    reports.push(...(await Promise.all(survivors.map((each) => each.ask(order)))));
    const states = await Promise.all(ids.map((id) => world.state(id)));
    unknown = ids.filter((_, at) => !["active", "reconnect"].includes(states[at]?.[0] ?? ""));
  }
  return reports;
}

describe.each(engines)("on %s", (engine) => {
  test.each(products)(
    `H3: ${kills} killed at %s, seed ${seed}: what works works, and what was lost is said to be lost`,
    async (product) => {
      const world = await openWorld({ engine, product });
      const ids = await killMany(world);
      const reports = await findOut(world, ids);
      const last = await (await world.start()).ask({ connectionIds: ids, callers: 2 });
      const states = await Promise.all(ids.map((id) => world.state(id)));
      const lost = states.filter(([state]) => state === "reconnect");
      expect(lost.every(([, reason]) => reason === "vault.rotation_lost")).toBe(true);
      expect(states.filter(([state]) => state !== "active" && state !== "reconnect")).toEqual([]);
      if (product === "cloud") expect(lost).toEqual([]);
      expect(last.working).toBe(ids.length - lost.length);
      // No token was ever handed out that does not work.
      expect([...reports, last].map(({ refused }) => refused)).toEqual([...reports.map(() => 0), 0]);
      // Each once, those that are said to be lost as well; Cloud takes a former one on and answers again.
      if (product === "cloud") expect(world.rotations()).toBeGreaterThanOrEqual(ids.length);
      else expect(world.rotations()).toBe(ids.length);
      expect(await world.wrongInRecord()).toEqual([]);
    },
    patience,
  );
});
