import { afterAll, beforeAll, expect, test } from "vitest";
import { isAttack } from "./case.ts";
import { catalogue, missingNumbers } from "./catalogue.ts";
import { type Arena, openArena } from "./place.ts";
import { tryCase } from "./try-case.ts";

let arena: Arena;
beforeAll(async () => {
  arena = await openArena({ isLong: true });
});
afterAll(() => arena.close());

test("no number of the catalogue is missing, and none is there twice", () => {
  expect(missingNumbers()).toEqual([]);
  const ids = catalogue.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test("a case that cannot be tried says why", () => {
  for (const entry of catalogue) if (!isAttack(entry)) expect(entry.because.length).toBeGreaterThan(20);
});

test.each(catalogue.filter(isAttack).map((attack) => [attack.id, attack.title, attack] as const))(
  "%s: %s",
  { timeout: 90_000 },
  async (_id, _title, attack) => {
    expect((await tryCase(arena, attack)).failure).toBeNull();
  },
);
