import { expect, test } from "vitest";
import { shiftableClock } from "../base/clock.ts";
import { openDatabase } from "../storage/database.ts";
import { createBudget } from "./budget.ts";

async function setUp() {
  const clock = shiftableClock(new Date("2026-11-22T10:00:10Z"));
  const database = await openDatabase(":memory:", { clock });
  return { clock, database, budget: createBudget({ database, clock }) };
}

test("sums the calls of the last hour for each consumer apart", async () => {
  const { clock, database, budget } = await setUp();
  for (let call = 0; call < 120; call += 1) budget.count("bitbucket");
  budget.count("other");
  clock.advance(30 * 60);
  budget.count("bitbucket");
  expect(await budget.used("bitbucket")).toBe(121);
  expect(await budget.used("other")).toBe(1);
  clock.advance(31 * 60);
  expect(await budget.used("bitbucket")).toBe(1);
  expect(await budget.used("nobody")).toBe(0);
  await database.close();
});

test("tells when enough of the oldest calls are an hour old", async () => {
  const { clock, database, budget } = await setUp();
  for (let call = 0; call < 6; call += 1) budget.count("bitbucket");
  clock.advance(120);
  for (let call = 0; call < 4; call += 1) budget.count("bitbucket");
  expect((await budget.nextFreeAt("bitbucket", 10)).toISOString()).toBe("2026-11-22T11:01:00.000Z");
  expect((await budget.nextFreeAt("bitbucket", 3)).toISOString()).toBe("2026-11-22T11:03:00.000Z");
  expect(await budget.nextFreeAt("bitbucket", 11)).toEqual(expect.any(Date));
  expect((await budget.nextFreeAt("bitbucket", 11)).getTime()).toBeLessThan(
    Date.parse("2026-11-22T10:05:00Z"),
  );
  await database.close();
});

test("counts are still there for the next process", async () => {
  const { clock, database, budget } = await setUp();
  budget.count("bitbucket");
  await budget.flush();
  expect(await createBudget({ database, clock }).used("bitbucket")).toBe(1);
  await database.close();
});
