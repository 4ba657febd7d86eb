/** A process is frozen in the middle of a renewal for longer than its lease, another takes over, and then it wakes. */
import { describe, expect, test } from "vitest";
import { findSecretsVersion } from "../../../src/storage/tables/connection-secrets.ts";
import { engines } from "../../storage/engines.ts";
import type { Product } from "../world/far-side.ts";
import type { Step } from "../world/steps.ts";
import { openWorld } from "../world/world.ts";

const patience = 30_000;

async function freezeAndWake(engine: (typeof engines)[number], product: Product, step: Step) {
  const world = await openWorld({ engine, product });
  const [id = ""] = await world.connectEnded(1);
  const order = { connectionIds: [id], callers: 3 };
  const frozen = await world.start({ at: { step, what: "freeze" } });
  const late = frozen.ask(order);
  expect(await frozen.reached).toBe(step);
  const other = await world.start();
  const soon = await other.ask(order);
  const version = await findSecretsVersion(world.database.kysely, id);
  const stateBefore = await world.state(id);
  frozen.process.kill("SIGCONT");
  return { world, id, other, order, soon, stateBefore, late: await late, version };
}

describe.each(engines)("on %s", (engine) => {
  test.each(["before-send", "after-answer"] as const)(
    "at Cloud, frozen %s: what it brings does not overwrite what the other has saved",
    async (step) => {
      const { world, id, soon, late, version } = await freezeAndWake(engine, "cloud", step);
      expect(soon).toMatchObject({ handed: 3, working: 1 });
      expect(late).toMatchObject({ handed: 3, working: 1, tokens: soon.tokens });
      expect(await findSecretsVersion(world.database.kysely, id)).toBe(version);
      expect(await world.state(id)).toEqual(["active", null]);
    },
    patience,
  );

  test(
    "at Data Center, frozen before it sends: the other renews, and it takes that",
    async () => {
      const { world, id, soon, late } = await freezeAndWake(engine, "data-center", "before-send");
      expect(soon).toMatchObject({ handed: 3, working: 1 });
      expect(late).toMatchObject({ handed: 3, working: 1, tokens: soon.tokens });
      expect(await world.state(id)).toEqual(["active", null]);
    },
    patience,
  );

  test(
    "at Data Center, frozen with the only answer there is: it is said to be lost, and saved all the same when it wakes",
    async () => {
      const { world, id, soon, late, other, order, stateBefore } = await freezeAndWake(
        engine,
        "data-center",
        "after-answer",
      );
      expect(soon.failures).toEqual({ "vault.rotation_lost": 3 });
      expect(stateBefore).toEqual(["reconnect", "vault.rotation_lost"]);
      expect(late).toMatchObject({ handed: 3, working: 1 });
      expect(await world.state(id)).toEqual(["active", null]);
      expect(await other.ask(order)).toMatchObject({ handed: 3, working: 1, tokens: late.tokens });
    },
    patience,
  );
});
