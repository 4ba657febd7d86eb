import { afterAll, beforeAll, expect, test } from "vitest";
import { isAttack } from "./case.ts";
import { catalogue } from "./catalogue.ts";
import { type Arena, openArena } from "./place.ts";
import { tryCase } from "./try-case.ts";

let arena: Arena;
beforeAll(async () => {
  arena = await openArena();
});
afterAll(() => arena.close());

test("each case has a number of its own", () => {
  const ids = catalogue.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test.each(catalogue.filter(isAttack).map((attack) => [attack.id, attack.title, attack] as const))(
  "%s: %s",
  async (_id, _title, attack) => {
    expect((await tryCase(arena, attack)).failure).toBeNull();
  },
);
